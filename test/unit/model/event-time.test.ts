import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { RateShape } from '#src/config/connector.js'
import type { TimeCurve } from '#src/model/artifact.js'
import { openGenerator, type GeneratorOptions } from '#src/model/open.js'
import { CurveClock, wrongCurve } from '#src/model/time/curve-clock.js'
import { curveOfShape } from '#src/model/time/curve-of-shape.js'
import { artifactOf, modelOf } from '../../support/models.js'
import { burstRate, constantRate, faster, rampRate, sineRate, type RateCurve } from '#src/pacing/rate-curve.js'

const hour = 3_600_000
const rate = fc.double({ min: 0.5, max: 5000, noNaN: true })
const periodMs = fc.integer({ min: 1000, max: 7 * 24 * hour })

/** A shape with its rate, and the curve that a pacer has for it. */
const shaped: fc.Arbitrary<{ rate: number; shape: RateShape; paced: RateCurve }> = fc.oneof(
  rate.map((each) => ({ rate: each, shape: { type: 'constant', speed: 1 } as const, paced: constantRate(each) })),
  fc.tuple(rate, rate, periodMs).map(([from, toRate, period]) => ({
    rate: from,
    shape: { type: 'ramp', toRate, periodMs: period, speed: 1 } as const,
    paced: rampRate(from, toRate, period),
  })),
  fc.tuple(rate, fc.double({ min: 0, max: 1, noNaN: true }), periodMs).map(([mean, amplitude, period]) => ({
    rate: mean,
    shape: { type: 'sine', amplitude, periodMs: period, speed: 1 } as const,
    paced: sineRate(mean, amplitude, period),
  })),
  fc.tuple(rate, rate, periodMs, fc.double({ min: 0.01, max: 1, noNaN: true })).map(([base, burst, period, share]) => ({
    rate: base,
    shape: { type: 'bursts', burstRate: burst, burstMs: period * share, periodMs: period, speed: 1 } as const,
    paced: burstRate(base, burst, period * share, period),
  })),
)

function timesAt(curve: TimeCurve, positions: readonly number[]): number[] {
  const values = new Float64Array(positions.length)
  new CurveClock(curve).times(Float64Array.from(positions), 0, values, 0, positions.length)
  return [...values]
}

const timed = (curve: { curve: TimeCurve } | { step: number }, jitter: number): ReturnType<typeof modelOf> =>
  modelOf(
    artifactOf(
      [
        {
          name: 'at',
          type: { kind: 'timestamp' },
          nullable: false,
          source: { from: 'event_time', start: Date.UTC(2026, 0, 1), jitter, ...curve },
        },
      ],
      2,
      1,
    ),
  )

function valuesFrom(model: ReturnType<typeof modelOf>, start: number, count: number, options: GeneratorOptions = {}) {
  const generator = openGenerator(model, { capacity: 2048, seed: 5, ...options })
  generator.start(start)
  const [vector] = generator.generate(count).vectors
  return vector.kind === 'number' ? [...vector.values.subarray(0, count)] : []
}

test('a record is due when the curve of a pacer has let those before it go', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(shaped, share, ({ rate: mean, shape, paced }, at) => {
      const position = Math.floor(at * paced.cumulative(20 * 24 * hour))
      const [ms] = timesAt(curveOfShape(mean, shape), [position])
      // Straight lines in place of a wave are off by a two-thousandth of a period's records; the time is a whole millisecond.
      const period = shape.type === 'sine' ? paced.cumulative(shape.periodMs) / 2000 : 0
      const slack = period + paced.peak / 1000 + 1e-9 * position + 1e-6
      assert.ok(paced.cumulative(ms) <= position + slack, `${paced.cumulative(ms)} of ${position} at ${ms}`)
      assert.ok(paced.cumulative(ms + 1) >= position - slack, `${paced.cumulative(ms + 1)} of ${position} at ${ms}`)
    }),
  )
})

test('times never fall, at near and at far positions', () => {
  const from = fc.oneof(fc.nat(1e6), fc.integer({ min: 2 ** 40, max: 2 ** 42 }))
  fc.assert(
    fc.property(shaped, from, ({ rate: mean, shape }, start) => {
      const times = timesAt(
        curveOfShape(mean, shape),
        Array.from({ length: 600 }, (_, index) => start + index),
      )
      assert.ok(times.every((time, index) => Number.isFinite(time) && (index === 0 || time >= times[index - 1])))
    }),
  )
})

test('a far position is as many periods and as much of one as the curve says', () => {
  const curve = curveOfShape(100, { type: 'sine', amplitude: 0.9, periodMs: 1000, speed: 1 })
  const near = timesAt(curve, [17, 63, 99])
  const periods = 2 ** 40
  const far = timesAt(curve, [17 + 100 * periods, 63 + 100 * periods, 99 + 100 * periods])
  far.forEach((time, index) => assert.ok(Math.abs(time - 1000 * periods - near[index]) <= 1))
})

test('the density of times follows the curve: most by day, few by night', () => {
  const day = 24 * hour
  const model = timed(
    { curve: curveOfShape(1000 / 60_000, { type: 'sine', amplitude: 0.8, periodMs: day, speed: 1 }) },
    0,
  )
  const hours = new Array<number>(24).fill(0)
  // 1,440 records a day on average.
  for (const time of valuesFrom(model, 0, 1440)) hours[Math.floor((time % day) / hour)]++
  hours.forEach((records, index) => {
    const expected =
      60 - (0.8 * 60 * 24 * (Math.sin((Math.PI * (index + 1)) / 12) - Math.sin((Math.PI * index) / 12))) / (2 * Math.PI)
    assert.ok(Math.abs(records - expected) <= 2, `hour ${index}: ${records}, not ${expected}`)
  })
})

test('any position gives the time that it has in sequence; jitter comes on top and never before', () => {
  const curve = curveOfShape(50, { type: 'bursts', burstRate: 400, burstMs: 2000, periodMs: 60_000, speed: 1 })
  const model = timed({ curve }, 5000)
  const bare = valuesFrom(timed({ curve }, 0), 0, 2000)
  const whole = valuesFrom(model, 0, 2000)
  for (const start of [0, 1, 777, 1999]) assert.deepEqual(valuesFrom(model, start, 1), [whole[start]])
  const late = whole.map((time, index) => time - bare[index])
  assert.ok(late.every((each) => each >= 0 && each <= 5000))
  assert.ok(new Set(late).size > 500)
})

test('event times that follow a throughput replace those of the model, in the fingerprint too', () => {
  const model = timed({ step: 1000 }, 0)
  const eventTimes = curveOfShape(1000, { type: 'constant', speed: 168 })
  const followed = valuesFrom(model, 0, 5, { eventTimes })
  assert.deepEqual(
    followed.map((time) => time - followed[0]),
    [0, 168, 336, 504, 672],
  )
  const fingerprint = (options: GeneratorOptions): string => openGenerator(model, options).fingerprint
  const slower = curveOfShape(1000, { type: 'constant', speed: 1 })
  assert.equal(new Set([fingerprint({}), fingerprint({ eventTimes }), fingerprint({ eventTimes: slower })]).size, 3)
})

test('a week in an hour: records that come at a pace have the times of that pace, so many times faster', () => {
  fc.assert(
    fc.property(shaped, fc.double({ min: 0.1, max: 1000, noNaN: true }), ({ rate: mean, shape, paced }, speed) => {
      const delivered = faster(paced, speed)
      const position = Math.floor(delivered.cumulative(hour))
      const [ms] = timesAt(curveOfShape(mean, { ...shape, speed }), [position])
      const period = shape.type === 'sine' ? delivered.cumulative(shape.periodMs / speed) / 2000 : 0
      const slack = period + paced.peak / 1000 / speed + 1e-9 * position + 1e-6
      assert.ok(delivered.cumulative(ms / speed) <= position + slack)
      assert.ok(delivered.cumulative((ms + 1) / speed) >= position - slack)
    }),
  )
})

test('a recorded curve begins with its first point and begins again after its last', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'genesis-curve-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'rates.csv')
  writeFileSync(file, 'seconds,rate\n10,2\n20,2\n20.001,0\n30,0\n')
  const curve = curveOfShape(0, { type: 'curve', file, speed: 1 })
  const times = timesAt(curve, [0, 10, 19, 21, 31])
  // 20 records in the first ten seconds (a thousandth more on the way down), and none in the next ten.
  assert.deepEqual(times, [0, 5000, 9500, 20_499, 25_499])
})

test('a model whose model goes by a curve that never lets a record go is refused', () => {
  assert.equal(wrongCurve({ points: [], repeats: true }), 'a curve without points')
  const dead = {
    points: [
      [0, 0],
      [10, 0],
    ] as const,
    repeats: true,
  }
  assert.equal(wrongCurve(dead), 'the rate is always 0')
  assert.throws(() => timed({ curve: dead }, 0), { code: 'MODEL_INVALID', message: /curve: the rate is always 0/ })
  assert.throws(
    () =>
      timed(
        {
          curve: {
            points: [
              [0, 1],
              [10, 0],
            ],
            repeats: false,
          },
        },
        0,
      ),
    { code: 'MODEL_INVALID', message: /the rate ends at 0/ },
  )
  assert.throws(
    () =>
      timed(
        {
          curve: {
            points: [
              [0, 1],
              [10, 2],
              [5, 2],
            ],
            repeats: true,
          },
        },
        0,
      ),
    { message: /points\[2\]\[0\]/ },
  )
})

test('a model without event times cannot follow a throughput', () => {
  const model = modelOf(
    artifactOf(
      [{ name: 'id', type: { kind: 'integer' }, nullable: false, source: { from: 'sequence', start: 0, step: 1 } }],
      2,
      1,
    ),
  )
  const eventTimes = curveOfShape(1, { type: 'constant', speed: 1 })
  assert.throws(() => openGenerator(model, { eventTimes }), { code: 'CONFIG_INVALID', message: /no column to follow/ })
})
