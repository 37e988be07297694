import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '#src/errors.js'
import type { ModelArtifact } from '#src/model/artifact.js'
import { conditionProbability } from '#src/model/conditions/compile.js'
import { dayTimesOf } from '#src/model/conditions/composed.js'
import type { Model } from '#src/model/model.js'
import { openGenerator } from '#src/model/open.js'
import { toRows, type Row } from '#src/model/rows.js'
import { satisfies } from '../../support/conditions.js'
import { artifactOf, modelOf } from '../../support/models.js'
import { fitsDistribution } from '../../support/statistics.js'

const hour = 3_600_000
const firstDay = 19_723

/** Visits from 2024-01-01 to 2024-01-12, at noon or in half hours of the morning and the evening; some have no time. */
function visits(seed: number): ModelArtifact {
  return artifactOf(
    [
      { name: 'shop', type: { kind: 'string' }, nullable: false, alphabet: ['north', 'south'] },
      { name: 'at', type: { kind: 'timestamp' }, nullable: true, source: { from: 'composed', day: 'd', time: 't' } },
      {
        name: 'd',
        type: { kind: 'date' },
        nullable: true,
        hidden: true,
        alphabet: [firstDay, [firstDay + 1, firstDay + 5], [firstDay + 6, firstDay + 11], null],
      },
      {
        name: 't',
        type: { kind: 'integer' },
        nullable: true,
        hidden: true,
        grain: hour / 2,
        alphabet: [[0, 6 * hour], 12 * hour, [20 * hour, 23.5 * hour], null],
      },
      { name: 'note', type: { kind: 'string' }, nullable: true, source: { from: 'template', template: 'at {at}' } },
    ],
    3,
    seed,
  )
}

function rows(model: Model, conditions: unknown, count: number): Row[] {
  return toRows(openGenerator(model, { conditions, seed: 1, capacity: count }).generate(count))
}

test('a composed timestamp has a day and a time of day, and is missing where either is', () => {
  const model = modelOf(visits(1))
  const made = rows(model, undefined, 2000)
  const times = made.map(({ at }) => at as string | null)
  assert.ok(times.includes(null))
  for (const at of times) {
    if (at === null) continue
    assert.match(at, /^2024-01-(0\d|1[012])T(0[0-5]:[03]0|06:00|12:00|2[0-3]:[03]0):00\.000Z$/)
  }
  for (const { at, note } of made) assert.equal(note, at === null ? null : `at ${String(at)}`)
  assert.deepEqual(model.fields[1].range, [firstDay * 24 * hour, (firstDay + 11) * 24 * hour + 23.5 * hour])
})

const anyTime = fc
  .tuple(fc.integer({ min: -1, max: 13 }), fc.constantFrom(0, 0.5, 3, 6, 6.25, 12, 20, 22, 23.5))
  .map(([day, hours]) => new Date((firstDay + day) * 24 * hour + hours * hour).toISOString())

const onTime: fc.Arbitrary<unknown> = fc.oneof(
  fc.tuple(fc.constantFrom('=', '!=', '<', '<=', '>', '>='), anyTime),
  fc.tuple(anyTime, anyTime).map(([a, b]) => (a < b ? ['between', a, b] : ['between', b, a])),
  fc.array(anyTime, { minLength: 1, maxLength: 4 }).map((times) => ['in', times]),
  fc.array(anyTime, { minLength: 1, maxLength: 3 }).map((times) => ['not_in', times]),
  fc.constantFrom([['is_null']], [['not_null']]).map(([form]) => form),
)

const anyConditions: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  onTime.map((at) => ({ at })),
  onTime.map((at) => ({ not: { at } })),
  fc.tuple(onTime, onTime).map(([a, b]) => ({ at: a, any: [{ at: b }, { shop: 'north' }] })),
)

test('conditions on a composed timestamp are exact, and as likely as their probability says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), anyConditions, (seed, conditions) => {
      const model = modelOf(visits(seed))
      const probability = conditionProbability(model, conditions)
      const count = 3000
      const satisfying = rows(model, undefined, count).filter((row) => satisfies(row, conditions)).length
      assert.ok(fitsDistribution([satisfying, count - satisfying], [probability, Math.max(0, 1 - probability)]))
      if (probability > 0)
        for (const row of rows(model, conditions, 500)) assert.ok(satisfies(row, conditions), JSON.stringify(row))
    }),
    { numRuns: 60 },
  )
})

test('every timestamp of a set is in exactly one of its conjunctions, and no other is', () => {
  const day = 24 * hour
  const bound = fc.oneof(
    fc.integer({ min: -3 * day, max: 3 * day }),
    fc.integer({ min: -3, max: 3 }).map((days) => days * day),
  )
  fc.assert(
    fc.property(fc.uniqueArray(bound, { minLength: 1, maxLength: 6 }), bound, (bounds, time) => {
      const sorted = [...bounds].sort((a, b) => a - b)
      const region = sorted.flatMap((from, i) => (i % 2 === 0 ? [[from, sorted[i + 1] ?? Infinity] as const] : []))
      for (const each of [time, ...sorted, ...sorted.map((one) => one - 1)]) {
        const [days, ms] = [Math.floor(each / day), each - Math.floor(each / day) * day]
        const inside = (set: readonly (readonly [number, number])[], x: number): boolean =>
          set.some(([from, to]) => from <= x && x < to)
        const parts = dayTimesOf(region).filter((part) => inside(part.days, days) && inside(part.times, ms))
        assert.equal(parts.length, inside(region, each) ? 1 : 0)
      }
    }),
  )
})

test('a time that no record has is named with the times that there are', () => {
  assert.throws(
    () => rows(modelOf(visits(1)), { at: ['<', '2023-12-31'] }, 1),
    (error) =>
      error instanceof GenesisError &&
      error.code === 'CONDITION_UNSATISFIABLE' &&
      /conditions\.at.*2024-01-01T00:00:00\.000Z to 2024-01-12T23:30/.test(error.message),
  )
})

test('a model whose timestamp is not made of a learned day and a learned time of day is refused', () => {
  const wrong: [RegExp, (artifact: ModelArtifact) => void][] = [
    [/day.*not a part of a timestamp.*"shop"/, ({ columns }) => void (columns[1].source = made('shop', 't'))],
    [/time.*not a part of a timestamp.*"note"/, ({ columns }) => void (columns[1].source = made('d', 'note'))],
    [/day.*not a part of a timestamp.*"x"/, ({ columns }) => void (columns[1].source = made('x', 't'))],
    [/not nullable/, ({ columns }) => void (columns[1].nullable = false)],
    [
      /t is out of range.*86400000/,
      ({ columns }) => {
        if (columns[3].source.from === 'circuit') columns[3].source.alphabet[1] = 24 * hour
      },
    ],
  ]
  for (const [message, change] of wrong) {
    const artifact = visits(1)
    change(artifact)
    assert.throws(
      () => modelOf(artifact),
      (error) => error instanceof GenesisError && error.code === 'MODEL_INVALID' && message.test(error.message),
    )
  }
})

function made(day: string, time: string): ModelArtifact['columns'][number]['source'] {
  return { from: 'composed', day, time }
}
