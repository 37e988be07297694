import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { categoryAlphabet, numberAlphabet, type Alphabet } from '#src/fit/discretise/alphabet.js'
import { isBin } from '#src/model/fields.js'

const keepAll = { minCount: 1, roundExtremes: false }

function countsOf(values: readonly (number | null)[]): Map<number | null, number> {
  const counts = new Map<number | null, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** Numbers on a grid, of which a few are frequent: enough of them that there are bins. */
const gridded = fc
  .record({
    step: fc.constantFrom(1, 5, 25, 1000),
    spread: fc.array(fc.integer({ min: -2000, max: 2000 }), { minLength: 300, maxLength: 900 }),
    frequent: fc.array(fc.integer({ min: -50, max: 50 }), { maxLength: 4 }),
    missing: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ step, spread, frequent, missing }) => {
    const often = frequent.flatMap((value) => Array.from({ length: 40 }, () => value))
    const values: (number | null)[] = [...spread, ...often].map((value) => value * step)
    return { step, values: [...values, ...Array.from({ length: missing }, () => null)] }
  })

const holds = (alphabet: Alphabet, code: number, value: number | null): boolean => {
  const symbol = alphabet.symbols[code]
  return isBin(symbol) ? value !== null && symbol[0] <= value && value <= symbol[1] : symbol === value
}

test('every number has the code of a symbol that holds it', () => {
  fc.assert(
    fc.property(gridded, ({ step, values }) => {
      const alphabet = numberAlphabet(countsOf(values), step, keepAll)
      for (const value of values) assert.ok(holds(alphabet, alphabet.codeOf(value), value), String(value))
    }),
  )
})

test('a number with 1 % of the rows is exact, and no bin holds it', () => {
  fc.assert(
    fc.property(gridded, ({ step, values }) => {
      const counts = countsOf(values)
      const numbers = values.filter((value) => value !== null)
      const alphabet = numberAlphabet(counts, step, keepAll)
      for (const [value, count] of counts) {
        if (value === null || count < 0.01 * numbers.length) continue
        assert.equal(alphabet.symbols[alphabet.codeOf(value)], value)
        assert.equal(
          alphabet.symbols.filter((symbol) => isBin(symbol) && symbol[0] <= value && value <= symbol[1]).length,
          0,
        )
      }
    }),
  )
})

test('bins lie on the grid, are in order, do not overlap and end at the smallest and largest number', () => {
  fc.assert(
    fc.property(gridded, ({ step, values }) => {
      const { symbols, grain } = numberAlphabet(countsOf(values), step, keepAll)
      assert.equal(grain % step, 0)
      const spans = symbols
        .filter((symbol) => symbol !== null)
        .map((symbol) => (isBin(symbol) ? symbol : [symbol, symbol]) as [number, number])
      for (const symbol of symbols.filter(isBin)) {
        assert.equal(Math.abs(symbol[0] % grain), 0)
        assert.equal(Math.abs(symbol[1] % grain), 0)
        assert.ok(symbol[0] < symbol[1])
      }
      for (let i = 1; i < spans.length; i++) assert.ok(spans[i - 1][1] < spans[i][0])
      const numbers = values.filter((value) => value !== null)
      assert.equal(spans[0][0], Math.min(...numbers))
      assert.equal(spans[spans.length - 1][1], Math.max(...numbers))
    }),
  )
})

test('bins of reals meet each other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 200, maxLength: 500 }),
      (values) => {
        const alphabet = numberAlphabet(countsOf(values), 0, keepAll)
        for (const value of values) assert.ok(holds(alphabet, alphabet.codeOf(value), value === 0 ? 0 : value))
        const bins = alphabet.symbols.filter(isBin)
        for (let i = 1; i < bins.length; i++) assert.ok(bins[i - 1][1] <= bins[i][0])
      },
    ),
  )
})

test('at most 128 distinct numbers that repeat themselves are all exact', () => {
  const values = Array.from({ length: 128 }, (_, i) => i * i)
  const alphabet = numberAlphabet(countsOf([...values, ...values, null]), 1, keepAll)
  assert.deepEqual(alphabet.symbols, [...values, null])
  assert.equal(alphabet.exact, true)
})

test('few numbers of a narrow grid are all exact, however rare', () => {
  const alphabet = numberAlphabet(countsOf([3, 5, 130]), 1, keepAll)
  assert.deepEqual(alphabet.symbols, [3, 5, 130])
})

test('measurements that occur once each are not kept one by one, however few', () => {
  for (const grain of [0, 1]) {
    const values = Array.from({ length: 100 }, (_, i) => i * i)
    const { symbols, exact } = numberAlphabet(countsOf(values), grain, keepAll)
    assert.equal(exact, false)
    assert.ok(symbols.every(isBin))
    assert.ok(symbols.length >= 20 && symbols.length <= 25)
  }
})

test('64 bins of equal mass, and smaller ones by halves towards both ends', () => {
  const values = Array.from({ length: 64 * 128 }, (_, i) => i * 3)
  const { symbols } = numberAlphabet(countsOf(values), 3, keepAll)
  const masses = symbols.map((symbol) => (isBin(symbol) ? (symbol[1] - symbol[0]) / 3 + 1 : 1))
  const half = [2, 2, 4, 8, 16, 32, 64]
  assert.deepEqual(masses, [...half, ...Array.from({ length: 62 }, () => 128), ...half.toReversed()])
})

test('a few numbers beside a coarse grid are kept one by one, and the grid is kept', () => {
  const values: number[] = Array.from({ length: 3000 }, (_, i) => (i % 1000) * 25)
  values.push(13, 7777)
  const alphabet = numberAlphabet(countsOf(values), 1, keepAll)
  assert.equal(alphabet.grain, 25)
  assert.equal(alphabet.symbols[alphabet.codeOf(13)], 13)
  assert.equal(alphabet.symbols[alphabet.codeOf(7777)], 7777)
  assert.ok(alphabet.symbols.filter(isBin).every(([low, high]) => low % 25 === 0 && high % 25 === 0))
})

test('a number that was not there gets the nearest code', () => {
  const alphabet = numberAlphabet(countsOf([1, 5, 9]), 1, keepAll)
  assert.equal(alphabet.codeOf(8), 2)
  assert.equal(alphabet.codeOf(-100), 0)
})

test('rounded extremes lie outside of the real ones, on the grid', () => {
  const values = Array.from({ length: 1000 }, (_, i) => 1234 + i * 7)
  const { symbols } = numberAlphabet(countsOf(values), 1, { minCount: 1, roundExtremes: true })
  const [first, last] = [symbols[0], symbols[symbols.length - 1]]
  assert.deepEqual([isBin(first) && first[0], isBin(last) && last[1]], [1200, 8300])
})

test('categories are sorted, missing is the last', () => {
  const counts = new Map([
    ['b', 2],
    ['é', 1],
    [null, 3],
    ['a', 9],
  ])
  const alphabet = categoryAlphabet('c', counts, keepAll)
  assert.deepEqual(alphabet.symbols, ['a', 'b', 'é', null])
  assert.equal(alphabet.codeOf(null), 3)
})

test('categories of fewer rows than --min-count become "other", and that is said', () => {
  const alphabet = categoryAlphabet(
    'city',
    new Map([
      ['Oslo', 50],
      ['Bern', 4],
      ['Rome', 1],
    ]),
    { ...keepAll, minCount: 5 },
  )
  assert.deepEqual(alphabet.symbols, ['Oslo', 'other'])
  assert.equal(alphabet.codeOf('Bern'), 1)
  assert.deepEqual(alphabet.notes, ['column city: 2 categories of fewer than 5 rows became "other"'])
})

test('no bin and no number of fewer rows than --min-count is kept', () => {
  fc.assert(
    fc.property(gridded, fc.integer({ min: 2, max: 30 }), ({ step, values }, minCount) => {
      const alphabet = numberAlphabet(countsOf(values), step, { minCount, roundExtremes: false })
      const rows = new Map<number, number>()
      for (const value of values) {
        if (value !== null) rows.set(alphabet.codeOf(value), (rows.get(alphabet.codeOf(value)) ?? 0) + 1)
      }
      for (const count of rows.values()) assert.ok(count >= minCount, `${count}`)
    }),
  )
})
