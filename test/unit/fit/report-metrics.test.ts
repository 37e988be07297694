import assert from 'node:assert/strict'
import { test } from 'node:test'
import { histogramOf } from '#src/fit/report/histogram.js'
import { closestShare, copyShare, rowHashes } from '#src/fit/report/privacy.js'
import type { Sample, SampleColumn } from '#src/fit/report/sample.js'
import { ksComplement, tvComplement } from '#src/fit/report/shapes.js'
import { correlation, trendSimilarity } from '#src/fit/report/trends.js'
import { qualityLines } from '#src/cli/quality.js'
import { aucMargin } from '#src/fit/report/auc-interval.js'
import { detectability } from '#src/fit/report/detectability.js'
import { TrainingRandom } from '#src/fit/random.js'

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`)
const numbers = (...values: number[]): SampleColumn => ({
  name: 'n',
  numeric: true,
  values: Float64Array.from(values),
  categories: [],
})
const categories = (...values: number[]): SampleColumn => ({
  name: 'c',
  numeric: false,
  values: Float64Array.from(values),
  categories: ['a', 'b', 'c', null],
})
const sampleOf = (...columns: SampleColumn[]): Sample => ({ rows: columns[0].values.length, columns })

test('KS complement: the largest gap between the distribution functions, without missing values', () => {
  near(ksComplement(Float64Array.of(1, 2, 3, 4), Float64Array.of(1, 2, 3, 4)), 1)
  near(ksComplement(Float64Array.of(1, 2), Float64Array.of(3, 4)), 0)
  // F is 1/4, 2/4, 3/4, 1 at 1, 2, 3, 4; G is 0, 0, 1/2, 1: the gap is 1/2.
  near(ksComplement(Float64Array.of(1, 2, 3, 4, NaN), Float64Array.of(4, NaN, 3)), 0.5)
  assert.ok(Number.isNaN(ksComplement(Float64Array.of(NaN), Float64Array.of(1))))
})

test('TV complement: half of what the shares differ by', () => {
  near(tvComplement([0, 0, 1, 1], [0, 1]), 1)
  near(tvComplement([0, 0, 0, 1], [0, 1]), 0.75)
  near(tvComplement([0], [1]), 0)
})

test("Pearson's correlation leaves out rows where either is missing, and does not exist for a constant", () => {
  near(correlation(Float64Array.of(1, 2, 3, NaN), Float64Array.of(2, 4, 6, 100)), 1)
  near(correlation(Float64Array.of(1, 2, 3), Float64Array.of(3, 2, 1)), -1)
  near(correlation(Float64Array.of(0, 0, 1, 1), Float64Array.of(0, 1, 0, 1)), 0)
  assert.ok(Number.isNaN(correlation(Float64Array.of(1, 1), Float64Array.of(1, 2))))
})

test('correlation similarity: opposite correlations score 0', () => {
  const rising = numbers(1, 2, 3)
  near(trendSimilarity([rising, rising], [rising, rising]), 1)
  near(trendSimilarity([rising, rising], [rising, numbers(3, 2, 1)]), 0)
})

test('contingency similarity of categories: shares of the cells', () => {
  const real: [SampleColumn, SampleColumn] = [categories(0, 0, 1, 1), categories(0, 0, 1, 1)]
  near(trendSimilarity(real, real), 1)
  // Cells (0,0) and (1,1) with 1/2 each, against all four with 1/4 each.
  near(trendSimilarity(real, [categories(0, 0, 1, 1), categories(0, 1, 0, 1)]), 0.5)
})

test('contingency similarity of a number and a category: the number in ten bins of the real range', () => {
  const real: [SampleColumn, SampleColumn] = [numbers(0, 10, 55, 100), categories(0, 0, 1, 1)]
  // 12 is in the bin of 10, 59 in the bin of 55; 101 is where 100 is: from the largest on.
  near(trendSimilarity(real, [numbers(0, 12, 59, 101), categories(0, 0, 1, 1)]), 1)
  near(trendSimilarity(real, [numbers(0, 25, 59, -1), categories(0, 0, 1, 1)]), 0.5)
  near(trendSimilarity(real, [numbers(0, NaN, 59, 101), categories(0, 0, 1, 1)]), 0.75)
})

test('closest share: rows that copy the training rows are all nearer to them, ties count half', () => {
  const train = sampleOf(numbers(0, 10, 20), categories(0, 1, 0))
  const heldOut = sampleOf(numbers(5, 15, 25), categories(0, 1, 0))
  near(closestShare(train, train, heldOut, 3), 1)
  near(closestShare(heldOut, train, heldOut, 3), 0)
  near(closestShare(sampleOf(numbers(2.5), categories(0)), train, heldOut, 1), 0.5)
})

test('a missing value is as far from a number as can be, and equal to another missing one', () => {
  const train = sampleOf(numbers(NaN, 0))
  const heldOut = sampleOf(numbers(0, 9))
  near(closestShare(sampleOf(numbers(NaN)), train, heldOut, 1), 1)
  near(closestShare(sampleOf(numbers(9)), train, heldOut, 1), 0)
})

test('exact copies are rows that are equal in every column', () => {
  const train = sampleOf(numbers(1, 2, 3), categories(0, 1, 2))
  const hashes = new Set(rowHashes(train))
  assert.equal(hashes.size, 3)
  near(copyShare(sampleOf(numbers(1, 2, 3, 4), categories(0, 0, 2, 0)), hashes), 0.5)
})

test('a histogram of whole numbers has bars of whole width, the outermost take the rest', () => {
  const real = numbers(...Array.from({ length: 1000 }, (_, i) => i % 10))
  const plot = histogramOf(real, numbers(0, 0, 9, 50, NaN))
  assert.ok('edges' in plot)
  assert.deepEqual(plot.edges, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  assert.deepEqual(
    plot.real,
    Array.from({ length: 10 }, () => 0.1),
  )
  assert.deepEqual(plot.synthetic, [0.4, 0, 0, 0, 0, 0, 0, 0, 0, 0.4])
})

test('a histogram of categories has the most frequent first', () => {
  assert.deepEqual(histogramOf(categories(1, 1, 0, 3), categories(1, 0, 0, 0)), {
    categories: ['b', 'a', null, 'c'],
    real: [0.5, 0.25, 0.25, 0],
    synthetic: [0.25, 0.75, 0, 0],
  })
})

/** x and a category that go together as much as `tie` says. */
function tied(rows: number, seed: number, tie: number): Sample {
  const random = new TrainingRandom(seed)
  const x = new Float64Array(rows)
  const group = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    x[row] = random.uniform()
    group[row] = Math.floor(3 * (random.uniform() < tie ? x[row] : random.uniform()))
    if (row % 20 === 0) x[row] = NaN
  }
  const column = { numeric: true, categories: [] }
  return {
    rows,
    columns: [
      { ...column, name: 'x', values: x },
      { name: 'group', numeric: false, values: group, categories: ['a', 'b', 'c'] },
    ],
  }
}

test('a classifier cannot tell two samples of one kind apart, and can if columns go together in one alone', () => {
  const real = tied(3000, 1, 0.9)
  const same = detectability(real, tied(3000, 2, 0.9))
  assert.ok(same !== null && Math.abs(same - 0.5) < 0.04, String(same))
  const loose = detectability(real, tied(3000, 3, 0.5))
  const apart = detectability(real, tied(3000, 4, 0))
  assert.ok(loose !== null && apart !== null && loose > 0.6 && apart > loose + 0.1, `${loose} ${apart}`)
})

test("an AUC's interval is that of ranks where the rows are alike, and narrower for more rows and for a clear figure", () => {
  // Of two equal distributions the variance of the statistic is (n1 + n2 + 1) / (12 n1 n2) (Mann and Whitney 1947); here for each half.
  assert.ok(Math.abs(aucMargin(0.5, 2000) - 1.96 * Math.sqrt(2001 / 12e6 / 2)) < 1e-6)
  assert.ok(aucMargin(0.5, 5000) < aucMargin(0.5, 2000))
  assert.ok(aucMargin(0.98, 2000) < aucMargin(0.5, 2000))
})

test('a report in words says how many rows were told apart, and how well real ones are', () => {
  const scores = { score: 1, shapes: 1, trends: 1 }
  const lines = qualityLines({
    ...{ table: { rows: 22_000, sourceRows: 22_000 }, columns: [], pairs: [], notes: [], privacy: null },
    training: { rows: 20_000, states: 8, epochs: 1, logLikelihood: { train: 0, heldOut: 0 } },
    quality: { ...scores, against: 'held-out', realRows: 2000, syntheticRows: 20_000 },
    baseline: scores,
    detectability: 0.508,
    detectabilityOfReal: 0.497,
  })
  assert.ok(
    lines.includes(
      'a classifier distinguishes 2000 synthetic from 2000 held-out rows with an AUC of 0.508 ± 0.018 (95 %; 0.5: not at all); real rows from them: 0.497 ± 0.018',
    ),
    lines.join('\n'),
  )
})

test('a classifier has nothing to say of a few rows', () => {
  assert.equal(detectability(tied(199, 1, 1), tied(5000, 2, 0)), null)
})
