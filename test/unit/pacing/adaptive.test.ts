import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AdaptiveRate } from '#src/pacing/adaptive.js'
import { runPlant, type PlantSample } from '../../support/rate-plant.js'

const target = 100

function between(samples: readonly PlantSample[], fromSeconds: number, toSeconds: number): PlantSample[] {
  return samples.filter(({ ms }) => ms >= fromSeconds * 1000 && ms < toSeconds * 1000)
}

/** Records let go, as a share of what the sink could take. */
function use(samples: readonly PlantSample[]): number {
  return (
    samples.reduce((sum, { granted }) => sum + granted, 0) / samples.reduce((sum, { capacity }) => sum + capacity, 0)
  )
}

function late(samples: readonly PlantSample[]): number {
  return samples.filter(({ latencyMs }) => latencyMs > target).length / samples.length
}

/** The rates of every two seconds. */
function steps(samples: readonly PlantSample[]): number[] {
  const found: number[] = []
  for (let i = 0; i + 20 <= samples.length; i += 20) found.push(use(samples.slice(i, i + 20)))
  return found
}

for (const baseLatencyMs of [5, 20, 40]) {
  describe(`an adaptive rate, the sink taking ${baseLatencyMs} ms at rest`, () => {
    const capacity = (ms: number): number => (ms < 40_000 ? 10_000 : ms < 80_000 ? 3_000 : 20_000)
    const samples = runPlant(new AdaptiveRate({ targetLatencyMs: target }), {
      capacity,
      baseLatencyMs,
      lengthMs: 140_000,
      seed: baseLatencyMs,
    })

    test('comes to what the sink can take, again after its capacity fell to a third and rose sevenfold', () => {
      for (const [from, to] of [
        [20, 40],
        [60, 80],
        [110, 140],
      ]) {
        const share = use(between(samples, from, to))
        assert.ok(share > 0.9 && share < 1.02, `${from} s: ${share}`)
      }
    })

    test('keeps the latency below the target, but for the moment after a fall', () => {
      assert.ok(late(between(samples, 20, 40)) <= 0.03)
      assert.ok(late(between(samples, 50, 80)) <= 0.03)
      assert.ok(late(between(samples, 110, 140)) <= 0.03)
      assert.ok(late(samples) <= 0.05, `${late(samples)}`)
    })

    test('does not swing while the capacity stays the same', () => {
      const rates = steps(between(samples, 110, 140))
      // The nearer the sink's own time is to the target, the less a probe can be told from it.
      const most = baseLatencyMs <= target / 5 ? 0.1 : 0.2
      assert.ok(Math.max(...rates) - Math.min(...rates) <= most, rates.map((rate) => rate.toFixed(2)).join(' '))
    })
  })
}

test('an adaptive rate stays within its bounds', () => {
  const fast = { capacity: () => 1e6, baseLatencyMs: 1, lengthMs: 20_000, seed: 1 }
  const bounded = new AdaptiveRate({ targetLatencyMs: 100, maximum: 700 })
  const found = between(runPlant(bounded, fast), 10, 20)
  assert.ok(Math.abs(found.reduce((sum, { granted }) => sum + granted, 0) / found.length - 700) < 20)
  const stuck = new AdaptiveRate({ targetLatencyMs: 100, minimum: 5 })
  runPlant(stuck, { capacity: () => 1, baseLatencyMs: 500, lengthMs: 60_000, seed: 1 })
  assert.equal(stuck.ratePerSecond, 5)
})

test('where nothing pushes against the limit the rate does not run away', () => {
  const pacer = new AdaptiveRate({ targetLatencyMs: 100 })
  pacer.start(0)
  // The source gives a hundred records a second, whatever is let go.
  for (let now = 0; now < 60_000; now += 100) pacer.acknowledged(10, 5, now)
  assert.ok(pacer.ratePerSecond <= 400, `${pacer.ratePerSecond}`)
})
