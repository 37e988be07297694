import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ModelArtifact } from '#src/model/artifact.js'
import { conditionProbability } from '#src/model/conditions/compile.js'
import { openGenerator } from '#src/model/open.js'
import { formulaText, type Formula } from '#src/model/expression/formula.js'
import { compileFormula } from '#src/model/expression/program.js'
import { toRows, type Row } from '#src/model/rows.js'
import { GenesisError } from '#src/errors.js'
import { artifactOf, modelOf } from '../../support/models.js'

const integer = { kind: 'integer' } as const

/** An order: a price with a discount, and a paid amount that is sometimes missing and never above the total. */
function orders(seed: number): ModelArtifact {
  const artifact = artifactOf(
    [
      { name: 'price', type: { kind: 'decimal', scale: 2 }, nullable: false, alphabet: [100, [101, 900], [901, 5000]] },
      { name: 'count', type: integer, nullable: false, alphabet: [1, 2, 3, [4, 9]] },
      {
        name: 'total',
        type: { kind: 'decimal', scale: 2 },
        nullable: false,
        source: { from: 'relation', formula: { op: '*', of: [{ column: 'price' }, { column: 'count' }] } },
      },
      {
        name: 'paid',
        type: { kind: 'decimal', scale: 2 },
        nullable: true,
        source: {
          from: 'relation',
          formula: { column: 'total' },
          rest: 'paid.rest',
          bounds: [0, 50_000],
          atMost: ['total'],
        },
      },
      {
        name: 'paid.rest',
        type: { kind: 'decimal', scale: 2 },
        nullable: true,
        hidden: true,
        alphabet: [0, [-2000, -1], null],
      },
    ],
    3,
    seed,
  )
  return { ...artifact, version: 2 }
}

function records(seed: number, count: number, conditions?: unknown): Row[] {
  return toRows(openGenerator(modelOf(orders(1)), { seed, conditions, capacity: count }).generate(count))
}

const cents = (value: unknown): number => Math.round(Number(value) * 100)

test('a relation is what its formula and its rest make it, within its limits', () => {
  let unpaid = 0
  for (const { price, count, total, paid } of records(1, 3000)) {
    assert.equal(cents(total), cents(price) * Number(count))
    if (paid === null) unpaid++
    else assert.ok(Number(paid) >= 0 && Number(paid) <= Number(total))
  }
  assert.ok(unpaid > 0)
})

const tests: [unknown, (row: Row) => boolean][] = [
  [{ total: ['>', 100] }, ({ total }) => Number(total) > 100],
  [{ total: ['between', 20, 25] }, ({ total }) => Number(total) >= 20 && Number(total) <= 25],
  [{ paid: null }, ({ paid }) => paid === null],
  [
    { paid: ['<', 10], total: ['>=', 12] },
    ({ paid, total }) => paid !== null && Number(paid) < 10 && Number(total) >= 12,
  ],
  [{ any: [{ total: ['<', 10] }, { count: 3 }] }, ({ total, count }) => Number(total) < 10 || count === 3],
  [{ not: { total: ['<', 10], count: 1 } }, ({ total, count }) => !(Number(total) < 10 && count === 1)],
  [{ not: { paid: ['>', 5] } }, ({ paid }) => paid === null || Number(paid) <= 5],
]

for (const [conditions, satisfies] of tests) {
  test(`records under ${JSON.stringify(conditions)} are the model's that satisfy it, from any position`, () => {
    const model = modelOf(orders(1))
    const count = 4000
    const under = records(2, count, conditions)
    assert.ok(under.every(satisfies))
    const all = records(3, 60_000)
    const chosen = all.filter(satisfies)
    const generator = openGenerator(model, { conditions })
    const share = conditionProbability(model, conditions) * (generator as { accepted?: number }).accepted!
    assert.ok(Math.abs(share - chosen.length / all.length) < 0.02, `${share} and ${chosen.length / all.length}`)
    for (const column of ['price', 'count', 'total', 'paid']) {
      const mean = (rows: Row[]): number => rows.reduce((sum, row) => sum + Number(row[column]), 0) / rows.length
      const center = mean(chosen)
      const squares = chosen.reduce((sum, row) => sum + (Number(row[column]) - center) ** 2, 0)
      const spread = Math.sqrt(squares / chosen.length)
      const error = 4.5 * spread * Math.sqrt(1 / count + 1 / chosen.length)
      assert.ok(Math.abs(mean(under) - center) <= error + 1e-9, `${column}: ${mean(under)} and ${center}`)
    }
    const resumed = openGenerator(model, { seed: 2, conditions, capacity: count })
    resumed.start(1777)
    assert.deepEqual(toRows(resumed.generate(100)), under.slice(1777, 1877))
  })
}

test('each part of a mix has its share, however many of its candidates are drawn again', () => {
  const mix = [
    { weight: 1, conditions: { total: ['between', 20, 25] } },
    { weight: 3, conditions: { count: 1 } },
  ]
  const made = records(4, 8000, { mix })
  const share = made.filter(({ count }) => count !== 1).length / made.length
  const alone = records(5, 8000, mix[0].conditions).filter(({ count }) => count !== 1).length / 8000
  assert.ok(Math.abs(share - 0.25 * alone) < 0.02, `${share} of ${alone}`)
})

test('a condition that fewer than one candidate in a hundred satisfies is refused before the start', () => {
  assert.throws(
    () => openGenerator(modelOf(orders(1)), { conditions: { total: ['=', 123.45] } }),
    (error) =>
      error instanceof GenesisError && error.code === 'CONDITION_INVALID' && /too few candidates/.test(error.message),
  )
})

test('formulas of decimals are exact, whatever their order', () => {
  const decimal = (scale: number) => ({ kind: 'decimal', scale }) as const
  const amount = fc.integer({ min: -1_000_000, max: 1_000_000 })
  fc.assert(
    fc.property(amount, amount, fc.integer({ min: 0, max: 100 }), (a, b, c) => {
      const inputs = { a: [a, 2], b: [b, 3], c: [c, 2] } as const
      const value = (formula: Formula, scale: number): number => {
        const program = compileFormula(
          formula,
          (name) => ({
            kind: 'number',
            type: decimal(inputs[name as 'a'][1]),
            codes: null,
            numbers: Float64Array.of(inputs[name as 'a'][0]),
          }),
          decimal(scale),
        )
        return program.run(0, 1)[0]
      }
      assert.equal(value({ op: '+', of: [{ column: 'a' }, { column: 'b' }] }, 3), 10 * a + b)
      const sold: Formula = { op: '*', of: [{ column: 'a' }, { op: '-', of: [1, { column: 'c' }] }] }
      assert.equal(value(sold, 4), a * (100 - c) + 0)
    }),
  )
})

test('a formula is shown as people write it', () => {
  const formula: Formula = { op: '*', of: [{ column: 'a' }, { op: '-', of: [1, { column: 'the rate' }] }] }
  assert.equal(formulaText(formula), 'a × (1 - {the rate})')
})

test('a cyclic relation, or reads what is no number, is refused', () => {
  const broken = orders(1)
  const total = broken.columns[2].source
  if (total.from === 'relation') total.formula = { column: 'paid' }
  assert.throws(() => modelOf(broken), /a cyclic relation/)
  const other = orders(1)
  const source = other.columns[2].source
  if (source.from === 'relation') source.formula = { column: 'cost' }
  assert.throws(() => modelOf(other), /not a column of numbers/)
})

test('conditions on a column that is masked see both its value and what masks it', () => {
  const artifact = artifactOf(
    [
      { name: 'plan', type: { kind: 'string' }, nullable: false, alphabet: ['free', 'pro', 'team'] },
      {
        name: 'seats',
        type: integer,
        nullable: true,
        source: { from: 'masked', value: 'seats.value', by: 'plan', values: ['free'] },
      },
      { name: 'seats.value', type: integer, nullable: true, hidden: true, alphabet: [1, [2, 40], null] },
      {
        name: 'tier',
        type: { kind: 'string' },
        nullable: true,
        source: { from: 'masked', value: 't', by: 'plan', values: ['pro'] },
      },
      { name: 't', type: { kind: 'string' }, nullable: false, hidden: true, alphabet: ['a', 'b'] },
    ],
    3,
    5,
  )
  const model = modelOf({ ...artifact, version: 2 })
  const all = toRows(openGenerator(model, { seed: 1, capacity: 40_000 }).generate(40_000))
  for (const { plan, seats, tier } of all) {
    if (plan === 'free') assert.equal(seats, null)
    assert.equal(tier === null, plan === 'pro')
  }
  const cases: [unknown, (row: Row) => boolean][] = [
    [{ seats: null }, ({ seats }) => seats === null],
    [{ seats: ['>', 10] }, ({ seats }) => Number(seats) > 10],
    [{ not: { seats: ['>', 10], tier: 'a' } }, ({ seats, tier }) => !(Number(seats) > 10 && tier === 'a')],
    [
      { any: [{ seats: ['<', 2] }, { tier: null }] },
      ({ seats, tier }) => (seats !== null && Number(seats) < 2) || tier === null,
    ],
  ]
  for (const [conditions, satisfies] of cases) {
    const made = toRows(openGenerator(model, { conditions, capacity: 3000 }).generate(3000))
    assert.ok(made.every(satisfies), JSON.stringify(conditions))
    const share = all.filter(satisfies).length / all.length
    assert.ok(
      Math.abs(conditionProbability(model, conditions) - share) < 0.015,
      `${JSON.stringify(conditions)}: ${share}`,
    )
  }
})
