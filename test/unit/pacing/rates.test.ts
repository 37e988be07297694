import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { PoissonArrivals } from '#src/pacing/arrivals.js'
import {
  burstRate,
  constantRate,
  faster,
  rampRate,
  reachedAt,
  recordedRate,
  sineRate,
  type RateCurve,
} from '#src/pacing/rate-curve.js'
import { readRateFile } from '#src/config/rate-file.js'
import { ShapedRate } from '#src/pacing/shaped-rate.js'

/** Records a second that a curve lets go between two times, as a pacer on a simulated clock gives them. */
function ratesOf(curve: RateCurve, edges: readonly number[], arrivals?: () => PoissonArrivals): number[] {
  const pacer = new ShapedRate({ curve, ...(arrivals && { arrivals }) })
  pacer.start(0)
  const counts = edges.slice(1).map(() => 0)
  let now = 0
  while (now < edges[edges.length - 1]) {
    const count = pacer.grant(1e9, now)
    if (count > 0) counts[edges.findLastIndex((edge) => edge <= now)] += count
    else now += Math.max(0.01, pacer.delay(now))
  }
  return counts.map((count, i) => (count * 1000) / (edges[i + 1] - edges[i]))
}

function near(found: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(found.length, expected.length)
  found.forEach((rate, i) =>
    assert.ok(Math.abs(rate - expected[i]) <= tolerance, `${found.join()} for ${expected.join()}`),
  )
}

describe('a rate that changes', () => {
  test('ramp: in a straight line, and then it stays', () => {
    const found = ratesOf(rampRate(100, 900, 8_000), [0, 2_000, 4_000, 6_000, 8_000, 10_000, 12_000])
    near(found, [200, 400, 600, 800, 900, 900], 10)
  })

  test('sine: night first, day after half a period, the mean over a whole one', () => {
    const curve = sineRate(1000, 0.8, 20_000)
    near(ratesOf(curve, [0, 1_000]), [213], 20)
    near(ratesOf(curve, [0, 9_500, 10_500]).slice(1), [1797], 30)
    near(ratesOf(curve, [0, 20_000, 40_000]), [1000, 1000], 5)
  })

  test('bursts: at the beginning of every period, with the base rate in between', () => {
    const found = ratesOf(burstRate(10, 1000, 500, 2_000), [0, 500, 2_000, 2_500, 4_000])
    near(found, [1000, 10, 1000, 10], 20)
    near(ratesOf(burstRate(0, 1000, 500, 2_000), [0, 500, 2_000, 2_500, 4_000]), [1000, 0, 1000, 0], 25)
  })

  test('recorded: straight lines between the points, again and again, at any speed', () => {
    const points = [
      { ms: 10_000, perSecond: 0 },
      { ms: 12_000, perSecond: 400 },
      { ms: 14_000, perSecond: 400 },
    ]
    near(ratesOf(recordedRate(points), [0, 2_000, 4_000, 6_000, 8_000]), [200, 400, 200, 400], 10)
    near(ratesOf(faster(recordedRate(points), 2), [0, 1_000, 2_000, 3_000, 4_000]), [200, 400, 200, 400], 10)
  })

  test('is in its own time after a pause: what fell into the pause is not owed', () => {
    const pacer = new ShapedRate({ curve: burstRate(0, 1000, 1_000, 10_000) })
    pacer.start(0)
    assert.equal(pacer.grant(1e9, 500), 501)
    pacer.start(5_000)
    // The very first record of a start never waits.
    assert.equal(pacer.grant(1e9, 9_000), 1)
    assert.equal(pacer.grant(1e9, 10_500), 500)
  })

  const curves: fc.Arbitrary<RateCurve> = fc.oneof(
    fc.double({ min: 0.1, max: 1e5, noNaN: true }).map(constantRate),
    fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 1000 })).map(([from, to]) => rampRate(from, to, 5_000)),
    fc.double({ min: 0, max: 1, noNaN: true }).map((amplitude) => sineRate(300, amplitude, 7_000)),
    fc.nat(100).map((base) => burstRate(base, 1000, 300, 3_000)),
  )

  test('never falls in what it has let go, and is inverted to a microsecond', () => {
    fc.assert(
      fc.property(
        curves,
        fc.double({ min: 0, max: 50_000, noNaN: true }),
        fc.double({ min: 0, max: 50_000, noNaN: true }),
        (curve, a, b) => {
          const [early, late] = a < b ? [a, b] : [b, a]
          assert.ok(curve.cumulative(early) <= curve.cumulative(late) + 1e-9)
          const at = reachedAt(curve, curve.cumulative(late), 0)
          assert.ok(at <= late + 1e-3)
          assert.ok(curve.cumulative(at) >= curve.cumulative(late) - 1e-2 * (1 + curve.peak / 1000))
        },
      ),
    )
  })
})

describe('Poisson arrivals', () => {
  test('are the same for the same seed, and others for another seed or shard', () => {
    const times = (seed: number, shard = 0): number[] => {
      const arrivals = new PoissonArrivals(seed, shard)
      return Array.from({ length: 5 }, (_, i) => arrivals.when(i + 1))
    }
    assert.deepEqual(times(7), times(7))
    assert.notDeepEqual(times(7), times(8))
    assert.notDeepEqual(times(7), times(7, 1))
    assert.notDeepEqual(times(7), times(7 + 2 ** 32))
  })

  test('have the mean and the variance of a Poisson process in every second', () => {
    const arrivals = new PoissonArrivals(3)
    const seconds = 4000
    const rate = 25
    const sums = Array.from({ length: seconds + 1 }, (_, s) => arrivals.by(rate * s))
    const counts = sums.slice(1).map((sum, s) => sum - sums[s])
    const mean = counts.reduce((sum, count) => sum + count, 0) / seconds
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (seconds - 1)
    // Five standard errors: of the mean √(25/4000), of the variance about 25·√(2/4000).
    assert.ok(Math.abs(mean - rate) < 5 * Math.sqrt(rate / seconds), `${mean}`)
    assert.ok(Math.abs(variance - rate) < 5 * rate * Math.sqrt(2.1 / seconds), `${variance}`)
  })

  test('follow a rate that changes', () => {
    const found = ratesOf(burstRate(100, 2000, 5_000, 10_000), [0, 5_000, 10_000], () => new PoissonArrivals(1))
    near(found, [2000, 100], 5 * Math.sqrt(2000 / 5))
  })
})

describe('the file of a recorded rate', () => {
  const read = async (text: string): Promise<unknown> => {
    const folder = await mkdtemp(join(tmpdir(), 'genesis-rate-'))
    try {
      const file = join(folder, 'rate.csv')
      await writeFile(file, text)
      return readRateFile(file)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test('is seconds and rates, with or without a header', async () => {
    const points = [
      { ms: 0, perSecond: 10 },
      { ms: 1500, perSecond: 0.5 },
    ]
    assert.deepEqual(await read('seconds,rate\n0,10\n1.5,0.5\n'), points)
    assert.deepEqual(await read('0,10\r\n1.5,0.5'), points)
  })

  test('names the line that is wrong', async () => {
    await assert.rejects(read('seconds,rate\n0,10\n5,x\n'), /rate\.csv:3: not a point.*expected seconds,rate/)
    await assert.rejects(read('0,1\n5,-1\n'), /:2: not a point/)
    await assert.rejects(read('0,1\n5,1\n5,2\n'), /:3: times must increase/)
    await assert.rejects(read('0,1\n'), /too few points/)
    await assert.rejects(read('0,0\n9,0\n'), /the rate is always 0/)
    assert.throws(() => readRateFile('/none.csv'), /\/none\.csv: no such file/)
  })
})
