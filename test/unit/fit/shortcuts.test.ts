/** Shortcuts that fit takes on wide tables, against the long way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileFormula } from '#src/model/expression/program.js'
import type { Formula } from '#src/model/expression/formula.js'
import { TrainingRandom } from '#src/fit/random.js'
import { levelsOf, levelsOfCounts } from '#src/fit/relations/code-length.js'
import { plainValue } from '#src/fit/relations/single-column.js'
import { SpanCorrelations } from '#src/fit/report/span-correlations.js'
import { correlation } from '#src/fit/report/trends.js'

test('the levels of codes by their counts are those of the codes themselves', () => {
  const random = new TrainingRandom(1)
  for (let round = 0; round < 500; round++) {
    const size = 1 + random.below(60)
    const skew = 1 + random.below(4)
    const codes = Float64Array.from({ length: random.below(200) }, () => Math.floor(size * random.uniform() ** skew))
    const counts = new Uint32Array(size)
    for (const code of codes) counts[code]++
    const byCode = levelsOfCounts(counts)
    assert.deepEqual(
      levelsOf(codes),
      Uint8Array.from(codes, (code) => byCode[code]),
    )
  }
})

test('the correlation of a difference follows from those of the pairs, or is unknown', () => {
  const random = new TrainingRandom(2)
  const rows = 300
  const a = Float64Array.from({ length: rows }, () => 100 * random.uniform())
  const b = a.map((value) => value + 10 * random.uniform())
  const c = a.map((value, row) => b[row] - value + 3 * random.uniform())
  const gaps = c.map((value, row) => (row === 7 ? NaN : value))
  const twin = a.map((value) => value + 1e-9)
  const correlations = new SpanCorrelations([a, b, c, gaps, twin])
  const length = b.map((value, row) => value - a[row])
  assert.ok(Math.abs(correlations.between(0, 1, 2) - Math.abs(correlation(length, c))) < 1e-9)
  assert.ok(Math.abs(correlations.between(1, 0, 2) - Math.abs(correlation(length, c))) < 1e-9)
  assert.equal(correlations.alone(0, 1, 2), Math.max(Math.abs(correlation(a, c)), Math.abs(correlation(b, c))))
  assert.equal(correlations.between(0, 1, 3), 1)
  assert.equal(correlations.between(0, 4, 2), 1)
})

test('the plain value of a formula is the compiled one, or unknown', () => {
  const x: Formula = { column: 'x' }
  const numbers = Float64Array.of(0, 1, 7, 12.5, 59, 1234, -3)
  const type = { kind: 'double' } as const
  const formulas: Formula[] = [
    x,
    { op: '*', of: [x, 2.5] },
    { op: '+', of: [{ op: '*', of: [x, 0.125] }, 32] },
    { op: '-', of: [100, x] },
    { op: 'floor', of: [{ op: '/', of: [x, 60] }] },
    { op: 'ceil', of: [{ op: '/', of: [x, 10] }] },
    { op: '%', of: [x, 60] },
  ]
  for (const formula of formulas) {
    const program = compileFormula(formula, () => ({ kind: 'number', type, codes: null, numbers }), type)
    const expected = program.run(0, numbers.length).slice(0, numbers.length)
    assert.deepEqual(
      numbers.map((value) => plainValue(formula, value)),
      expected,
    )
  }
  assert.ok(Number.isNaN(plainValue({ op: 'hour', of: [x] }, 5)))
})
