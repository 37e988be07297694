import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import type { Clock } from '#src/delivery/clock.js'
import { recorderOf, StreamingMetrics } from '#src/library/streaming-metrics.js'

class HandClock implements Clock {
  time = 0
  now = (): number => this.time
  after = (): (() => void) => () => undefined
  turn = (): Promise<void> => Promise.resolve()
}

function make() {
  const metrics = new StreamingMetrics()
  return { metrics, recorder: recorderOf(metrics), clock: new HandClock() }
}

describe('metrics', () => {
  test('are 0 before anything has happened', () => {
    const { totalRecords, recordsPerSecond, averageRate, batchesSent, errors, dropped, retries } =
      new StreamingMetrics()
    assert.deepEqual(
      [totalRecords, recordsPerSecond, averageRate, batchesSent, errors, dropped, retries],
      Array(7).fill(0),
    )
  })

  test('tell the warm-up apart: the average rate is that of the time after the first batch', () => {
    const { metrics, recorder, clock } = make()
    recorder.begin(clock)
    clock.time = 4000
    assert.equal(metrics.averageRate, 0)
    recorder.delivered(100, 5)
    assert.equal(metrics.averageRate, 25)
    for (let i = 1; i <= 10; i++) {
      clock.time = 4000 + i * 500
      recorder.delivered(100, 5)
    }
    assert.deepEqual(metrics.warmUp, { records: 100, seconds: 4 })
    assert.equal(metrics.averageRate, 200)
    assert.equal(metrics.recordsPerSecond, 1100 / 9)
    recorder.end()
    clock.time = 1e6
    assert.equal(metrics.averageRate, 200)
    assert.equal(metrics.recordsPerSecond, 1100 / 9)
    assert.deepEqual([metrics.totalRecords, metrics.batchesSent], [1100, 11])
  })

  test('are shown by console.log', () => {
    const { metrics, recorder, clock } = make()
    recorder.begin(clock)
    recorder.delivered(100, 5)
    assert.match(inspect(metrics), /totalRecords: 100,[^]*batchesSent: 1,[^]*latencyMs: \{/)
  })

  test('of several streams are summed up', () => {
    const { metrics, recorder, clock } = make()
    for (const start of [0, 60_000]) {
      clock.time = start
      recorder.begin(clock)
      for (const ms of [1000, 2000, 3000]) {
        clock.time = start + ms
        recorder.delivered(50, 1)
      }
      recorder.end()
    }
    assert.equal(metrics.totalRecords, 300)
    assert.equal(metrics.averageRate, 50)
    assert.deepEqual(metrics.warmUp, { records: 100, seconds: 2 })
  })

  test('give latencies per record, right to a hundredth', () => {
    const { metrics, recorder, clock } = make()
    assert.deepEqual(metrics.latencyMs, { p50: 0, p95: 0, p99: 0 })
    recorder.begin(clock)
    for (let ms = 1; ms <= 1000; ms++) recorder.delivered(10, ms)
    for (const [quantile, expected] of [
      [0.5, 500],
      [0.95, 950],
      [0.99, 990],
      [1, 1000],
    ]) {
      assert.ok(Math.abs(metrics.latency(quantile) / expected - 1) < 0.011, `${quantile}: ${metrics.latency(quantile)}`)
    }
  })

  test('say which positions were given up and why, neighbours as one', () => {
    const { metrics, recorder } = make()
    recorder.gap(10, 12, 'BUFFER_FULL')
    recorder.gap(12, 15, 'BUFFER_FULL')
    recorder.gap(15, 16, 'SINK_FAILED')
    recorder.gap(20, 21, 'SINK_FAILED')
    assert.equal(metrics.dropped, 7)
    assert.deepEqual(metrics.gaps, [
      { from: 10, to: 15, reason: 'BUFFER_FULL' },
      { from: 15, to: 16, reason: 'SINK_FAILED' },
      { from: 20, to: 21, reason: 'SINK_FAILED' },
    ])
  })

  test('keep a bounded number of gaps, and the count of all', () => {
    const { metrics, recorder } = make()
    for (let i = 0; i < 50_000; i++) recorder.gap(2 * i, 2 * i + 1, 'BUFFER_FULL')
    assert.equal(metrics.dropped, 50_000)
    assert.ok(metrics.gaps.length <= 20_000)
    assert.deepEqual(metrics.gaps.at(-1), { from: 99_998, to: 99_999, reason: 'BUFFER_FULL' })
  })
})
