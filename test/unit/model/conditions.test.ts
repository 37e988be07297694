import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GenesisError } from '#src/errors.js'
import { boxesOf } from '#src/model/conditions/boxes.js'
import { conditionProbability } from '#src/model/conditions/compile.js'
import { domainsOf, type Box } from '#src/model/conditions/domain.js'
import { parseConditions } from '#src/model/conditions/parse.js'
import { union, type Interval } from '#src/model/conditions/intervals.js'
import type { Model } from '#src/model/model.js'
import { openGenerator } from '#src/model/open.js'
import { toRows, type Row } from '#src/model/rows.js'
import { encodeTable } from '#src/model/table.js'
import { anyConditions, satisfies } from '../../support/conditions.js'
import { artifactOf, censusLikeArtifact, modelOf, randomArtifact, type SupportColumn } from '../../support/models.js'
import { fitsDistribution, sameDistribution } from '../../support/statistics.js'

function rows(model: Model, conditions: unknown, count: number, seed = 1): Row[] {
  return toRows(openGenerator(model, { conditions, seed, capacity: count }).generate(count))
}

const anyCase = fc.integer({ min: 1, max: 1_000_000 }).chain((seed) => {
  const model = modelOf(randomArtifact(seed))
  return fc.tuple(fc.constant(model), anyConditions(model))
})

/** Counts of the values of every pair of columns (of the column, if there is one); numbers in a few ranges. */
function pairCounts(table: readonly Row[], names: readonly string[]): Map<string, number>[] {
  const shown = (row: Row, name: string): string => {
    const value = row[name]
    return typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(1) : String(value)
  }
  const pairs = names.flatMap((a, i) => names.slice(i + 1).map((b) => [a, b]))
  return (pairs.length > 0 ? pairs : [[names[0], names[0]]]).map(([a, b]) => {
    const counts = new Map<string, number>()
    for (const row of table) {
      const key = `${shown(row, a)}|${shown(row, b)}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return counts
  })
}

test('every conditioned record satisfies its conditions, and they are as likely as their probability says', () => {
  fc.assert(
    fc.property(anyCase, ([model, conditions]) => {
      const probability = conditionProbability(model, conditions)
      const count = 3000
      const satisfying = rows(model, undefined, count).filter((row) => satisfies(row, conditions)).length
      assert.ok(fitsDistribution([satisfying, count - satisfying], [probability, Math.max(0, 1 - probability)]))
      if (probability === 0) {
        assert.throws(
          () => rows(model, conditions, 1),
          (error) => error instanceof GenesisError && error.code === 'CONDITION_UNSATISFIABLE',
        )
        return
      }
      for (const row of rows(model, conditions, 600)) assert.ok(satisfies(row, conditions), JSON.stringify(row))
    }),
    { numRuns: 80 },
  )
})

test('conditioned records have the distribution of those that rejection leaves', () => {
  fc.assert(
    fc.property(anyCase, ([model, conditions]) => {
      const left = rows(model, undefined, 12_000).filter((row) => satisfies(row, conditions))
      if (left.length < 1000) return
      const made = rows(model, conditions, 6000, 2)
      const names = model.fields.map(({ name }) => name)
      const others = pairCounts(left, names)
      pairCounts(made, names).forEach((counts, pair) => assert.ok(sameDistribution(counts, others[pair])))
    }),
    { numRuns: 30 },
  )
})

test('a mix has the shares that it names, each with its own conditions', () => {
  const model = shop()
  const mix = [
    { weight: 3, conditions: { segment: 'premium', amount: ['>', 50] } },
    { weight: 1, conditions: { any: [{ segment: 'basic' }, { amount: ['is_null'] }] } },
  ]
  const table = rows(model, { mix, day: ['>=', '2024-01-03'] }, 8000)
  const first = table.filter((row) => satisfies(row, mix[0].conditions)).length
  assert.ok(fitsDistribution([first, table.length - first], [0.75, 0.25]))
  assert.ok(table.every((row) => mix.some(({ conditions }) => satisfies(row, conditions)) && row.day! >= '2024-01-03'))
})

test('alternatives, negations and several comparisons on one column need no choice between conjunctions', () => {
  const model = shop()
  const literal = { any: [{ amount: ['<', 20] }, { amount: ['between', 60, 61] }], not: { amount: 60.5 } }
  for (const row of rows(model, literal, 500)) assert.ok(satisfies(row, literal))
})

test('alternatives that differ in one column alone come to one conjunction, and those that exclude each other stay whole', () => {
  const model = modelOf(censusLikeArtifact(4))
  const domains = domainsOf(model)
  const boxes = (any: readonly object[]): Box[] => {
    const [{ expression }] = parseConditions(model, domains, { any })
    return boxesOf(expression, domains)
  }
  const hours = Array.from({ length: 40 }, (_, index) => ({ sex: 'sex 1', age: 30, hours: 10 + index }))
  assert.equal(boxes(hours).length, 1)
  const pairs = Array.from({ length: 60 }, (_, index) => ({ age: 20 + index, hours: 10 + index, race: 'race 2' }))
  assert.equal(boxes(pairs).length, 60)
  const everything = [{ sex: 'sex 0' }, { sex: 'sex 1', income: '>50K' }, { sex: 'sex 1', income: '<=50K' }]
  assert.deepEqual(
    boxes(everything).map((box) => box.size),
    [0],
  )
})

test('the example of boxes.ts and evidence.ts, by hand', () => {
  const table = (...numbers: number[]): string => encodeTable(Float32Array.from(numbers))
  const columns = [
    { name: 'plan', type: { kind: 'string' }, nullable: false, alphabet: ['free', 'pro'] },
    { name: 'age', type: { kind: 'integer' }, nullable: false, alphabet: [[0, 9], [10, 19]] },
  ] satisfies SupportColumn[] // prettier-ignore
  const model = modelOf({
    ...artifactOf(columns, 2, 1),
    circuit: {
      ...{ states: 2, parent: [-1, 0], prior: table(0.5, 0.5), transitions: ['', table(1, 0, 0, 1)] },
      emissions: [table(0.9, 0.1, 0.2, 0.8), table(0.8, 0.2, 0.2, 0.8)],
    },
  })
  const near = (conditions: object, expected: number): void => {
    const probability = conditionProbability(model, conditions)
    assert.ok(Math.abs(probability - expected) < 1e-6, `${probability} of ${JSON.stringify(conditions)}`)
  }
  near({ plan: 'pro' }, 0.45)
  near({ age: ['>=', 15] }, 0.25)
  near({ plan: 'pro', age: ['>=', 15] }, 0.165)
  const either = { any: [{ plan: 'pro' }, { age: ['>=', 15] }] }
  near(either, 0.45 + 0.25 - 0.165)
  const domains = domainsOf(model)
  const boxes = (conditions: object): object[] => {
    const [{ expression }] = parseConditions(model, domains, conditions)
    return boxesOf(expression, domains).map((box) => {
      // Per code: in whole or in part, for the bins by their indexes.
      const [plan, age] = [box.get(0), box.get(1)]
      return {
        ...(plan && { plan: ['free', 'pro'].filter((_, code) => plan[code].length > 0) }),
        ...(age && {
          age: union(...age.map((set, code) => set.map(([from, to]): Interval => [from + 10 * code, to + 10 * code]))),
        }),
      }
    })
  }
  assert.deepEqual(boxes(either), [{ plan: ['pro'] }, { age: [[15, 20]], plan: ['free'] }])
  assert.deepEqual(boxes({ ...either, age: ['<', 18] }), [
    { plan: ['pro'], age: [[0, 18]] },
    { age: [[15, 18]], plan: ['free'] },
  ])
})

test('conditions on a column that another one decides are conditions on that one', () => {
  const model = shop()
  for (const row of rows(model, { level: ['>=', 2] }, 300))
    assert.ok(['standard', 'premium'].includes(String(row.segment)))
})

test('everything that is wrong with conditions is told at once', () => {
  const wrong = { segmnt: 'basic', amount: ['>>', 3], any: [{ day: 5 }, 'x', { not: { idd: 1 } }] }
  assert.throws(
    () => openGenerator(shop(), { conditions: wrong }),
    (error: GenesisError) => {
      assert.equal(error.code, 'CONDITION_INVALID')
      assert.deepEqual(
        error.details.all?.map(({ details }) => details.place),
        ['segmnt', 'amount', 'any[0].day', 'any[1]', 'any[2].not.idd'].map((path) => `conditions.${path}`),
      )
      return true
    },
  )
  assert.throws(
    () => openGenerator(shop(), { conditions: { segment: 'premum', amount: '> 10' } }),
    (error: GenesisError) => {
      assert.deepEqual(
        error.details.all?.map(({ code }) => code),
        ['CONDITION_INVALID', 'CONDITION_UNSATISFIABLE'],
      )
      return true
    },
  )
  assert.throws(
    () => openGenerator(shop(), { conditions: { segment: 'premum', amount: ['>', 1e6] } }),
    (error: GenesisError) => {
      assert.equal(error.code, 'CONDITION_UNSATISFIABLE')
      assert.equal(error.details.all?.length, 2)
      return true
    },
  )
})

test('the order of keys does not change the stream, and another value does', () => {
  const model = shop()
  const fingerprint = (conditions: unknown): string => openGenerator(model, { conditions }).fingerprint
  assert.equal(fingerprint({ segment: 'basic', level: 1 }), fingerprint({ level: 1, segment: 'basic' }))
  assert.equal(fingerprint({}), fingerprint(undefined))
  assert.notEqual(fingerprint({ segment: 'basic' }), fingerprint({ segment: 'premium' }))
})

const wrong: [string, unknown, string, RegExp][] = [
  ['an unknown column', { segmnt: 'basic' }, 'CONDITION_INVALID', /conditions\.segmnt.*Did you mean "segment"/],
  ['an unknown operator', { amount: ['>>', 3] }, 'CONDITION_INVALID', /conditions\.amount.*">>".*Did you mean/],
  ['a list without operator', { segment: [1, 2] }, 'CONDITION_INVALID', /starts with its operator/],
  ['a text for a number', { amount: ['>', '10'] }, 'CONDITION_INVALID', /decimal column amount; found "10"/],
  ['a number for a text', { segment: 5 }, 'CONDITION_INVALID', /string column segment; found 5/],
  ['a text with an operator', { amount: '> 10' }, 'CONDITION_INVALID', /Did you mean \[">",10\]\?/],
  ['an operator before a time', { day: '<= 2023-02-03' }, 'CONDITION_INVALID', /Did you mean \["<=","2023-02-03"\]\?/],
  ['an operator in a text', { segment: '<> basic' }, 'CONDITION_UNSATISFIABLE', /Did you mean \["!=","basic"\]\?/],
  ['a day that is none', { day: ['>', '2023-02-30'] }, 'CONDITION_INVALID', /date column day/],
  ['between with one value', { amount: ['between', 5] }, 'CONDITION_INVALID', /two values/],
  ['between the wrong way round', { amount: ['between', 5, 3] }, 'CONDITION_INVALID', /lower value first/],
  ['like on a number', { amount: ['like', '1%'] }, 'CONDITION_INVALID', /like is for texts|decimal column/],
  ['order of missing', { amount: ['>', null] }, 'CONDITION_INVALID', /cannot be ordered/],
  ['an id', { id: 5 }, 'CONDITION_INVALID', /conditions\.id.*sequence/],
  ['any without alternatives', { any: [] }, 'CONDITION_INVALID', /conditions\.any/],
  ['a list of nothing but texts in all', { all: ['x'] }, 'CONDITION_INVALID', /conditions\.all\[0\]/],
  ['a mix inside others', { any: [{ mix: [] }] }, 'CONDITION_INVALID', /conditions\.any\[0\]\.mix/],
  ['a mix with a weight of 0', { mix: [{ weight: 0, conditions: {} }] }, 'CONDITION_INVALID', /mix\[0\]\.weight/],
  ['an unknown key in a mix', { mix: [{ weight: 1, conditoins: {} }] }, 'CONDITION_INVALID', /"conditions"/],
  ['conditions that are a list', [{ segment: 'basic' }], 'CONDITION_INVALID', /not conditions/],
  ['a value that is not there', { segment: 'premum' }, 'CONDITION_UNSATISFIABLE', /Did you mean "premium"/],
  ['a number out of range', { amount: ['>', 1e6] }, 'CONDITION_UNSATISFIABLE', /from 10 to 99.75/],
  ['missing where nothing is', { segment: null }, 'CONDITION_UNSATISFIABLE', /conditions\.segment/],
  [
    'two that exclude each other',
    { level: 1, all: [{ day: ['<', '2024-01-03'] }, { segment: 'premium' }] },
    'CONDITION_UNSATISFIABLE',
    /both conditions\.level and conditions\.all\[1\]\.segment/,
  ],
  ['the negation of everything', { not: {} }, 'CONDITION_UNSATISFIABLE', /conditions\.not/],
  [
    'a part of a mix',
    { mix: [{ weight: 1 }, { weight: 1, conditions: { level: 9 } }] },
    'CONDITION_UNSATISFIABLE',
    /mix\[1\]\.conditions\.level/,
  ],
]

for (const [name, conditions, code, message] of wrong) {
  test(`${name} is refused, naming the part`, () => {
    assert.throws(
      () => openGenerator(shop(), { conditions }),
      (error) => {
        assert.ok(error instanceof GenesisError)
        assert.equal(error.code, code)
        assert.match(error.message, message)
        return true
      },
    )
  })
}

test('conditions with their keys in another order are the same stream', () => {
  const model = shop()
  for (const conditions of [
    { not: { segment: 'basic', amount: ['<', 20] } },
    {
      any: [
        { segment: 'basic', amount: ['>', 20] },
        { amount: ['<', 60], segment: 'premium' },
      ],
    },
    { any: [{ segment: 'basic' }, { amount: ['>', 60] }], not: { segment: 'standard', amount: ['<', 30] } },
  ])
    assert.deepEqual(rows(model, backwards(conditions), 500), rows(model, conditions, 500))
})

/** The same conditions, every object's keys in the opposite order. */
function backwards(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(backwards)
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, backwards(inner)] as const)
      .reverse(),
  )
}

/** Like the example's: segment, an amount in steps of 0.25, a day, a level that the segment decides, and an id. */
function shop(): Model {
  const days = Array.from({ length: 6 }, (_, index) => 19_723 + index)
  return modelOf(
    artifactOf(
      [
        { name: 'id', type: { kind: 'integer' }, nullable: false, source: { from: 'sequence', start: 1, step: 1 } },
        { name: 'segment', type: { kind: 'string' }, nullable: false, alphabet: ['basic', 'standard', 'premium'] },
        {
          name: 'amount',
          type: { kind: 'decimal', scale: 2 },
          nullable: true,
          grain: 25,
          alphabet: [[1000, 4975], [5000, 9975], 5050, null],
        },
        { name: 'day', type: { kind: 'date' }, nullable: false, alphabet: days },
        {
          name: 'level',
          type: { kind: 'integer' },
          nullable: false,
          source: { from: 'dependency', column: 'segment', values: [1, 2, 3] },
        },
      ],
      3,
      7,
    ),
  )
}
