import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'

function throughputOf(throughput: object) {
  const value = { name: 'c', model: 'm.json', sink: { type: 'stdout' }, throughput }
  return parseConnector(plainSource(value, 'c'), { env: {}, folder: '/f' }).throughput
}

describe('the rate of a connector file', () => {
  it('has a shape with times in milliseconds', () => {
    const shape = (given: object): unknown => throughputOf({ rate: 10, shape: given }).shape
    assert.deepEqual(shape({ type: 'ramp', to_rate: 99, period: '2m' }), {
      type: 'ramp',
      toRate: 99,
      periodMs: 120_000,
      speed: 1,
    })
    assert.deepEqual(shape({ type: 'sine', period: '24h', speed: 24 }), {
      type: 'sine',
      amplitude: 0.8,
      periodMs: 86_400_000,
      speed: 24,
    })
    assert.deepEqual(shape({ type: 'bursts', burst_rate: 500, burst_length: '1s', period: '10s' }), {
      type: 'bursts',
      burstRate: 500,
      burstMs: 1000,
      periodMs: 10_000,
      speed: 1,
    })
    assert.deepEqual(throughputOf({ shape: { type: 'curve', curve: 'c.csv' } }).shape, {
      type: 'curve',
      file: '/f/c.csv',
      speed: 1,
    })
  })

  it('may be adaptive, with a target and an upper bound', () => {
    const { adaptive, rate } = throughputOf({ adaptive: true, target_latency: '50ms', rate: 1000 })
    assert.deepEqual([adaptive, rate], [{ targetLatencyMs: 50 }, 1000])
  })

  const refused: [what: string, throughput: object, message: RegExp][] = [
    [
      'an adaptive rate with a shape',
      { adaptive: true, rate: 1, shape: { type: 'constant' } },
      /cannot be combined with interval, shape or arrivals/,
    ],
    ['a shape without rate', { shape: { type: 'sine', period: '1m' } }, /a shape needs a rate/],
    ['a curve with rate', { rate: 1, shape: { type: 'curve', curve: 'c.csv' } }, /curve excludes rate/],
    [
      'an interval with Poisson arrivals',
      { interval: '1s', arrivals: 'poisson' },
      /interval excludes shape and arrivals/,
    ],
    ['Poisson arrivals without rate', { arrivals: 'poisson' }, /need a rate/],
    ['event times that follow no rate', { event_time: 'throughput' }, /a rate known in advance/],
    [
      'event times that follow an adaptive rate',
      { adaptive: true, rate: 9, event_time: 'throughput' },
      /found an adaptive/,
    ],
    [
      'event times that follow a rate that ends',
      { rate: 1, shape: { type: 'ramp', period: '1m', to_rate: 0 }, event_time: 'throughput' },
      /no event time/,
    ],
    ['a ramp without its end', { rate: 1, shape: { type: 'ramp', period: '1m' } }, /shape ramp needs to_rate/],
    ['a part of another shape', { rate: 1, shape: { type: 'sine', period: '1m', to_rate: 3 } }, /sine has no to_rate/],
    [
      'a burst that does not end',
      { rate: 1, shape: { type: 'bursts', burst_rate: 9, burst_length: '2s', period: '1s' } },
      /longer than the period/,
    ],
  ]
  for (const [what, throughput, message] of refused) {
    it(`is refused: ${what}`, () => {
      assert.throws(() => throughputOf(throughput), message)
    })
  }
})
