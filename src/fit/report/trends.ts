import type { SampleColumn } from './sample.js'
import { tvComplement } from './shapes.js'

/** Number of bins for a numeric column that is compared with categories, as in SDMetrics. */
const bins = 10

/**
 * How similar the dependence of two columns is in real and synthetic rows. For two numeric columns 1 − |r − s| / 2, with Pearson's
 * correlations r and s over the rows that have both (CorrelationSimilarity); for others 1 − ½ Σ |p − q| over the cells of their
 * contingency tables, with numbers in ten bins of equal width over the real range (ContingencySimilarity). 1 is best; NaN if a
 * correlation does not exist.
 */
export function trendSimilarity(
  real: readonly [SampleColumn, SampleColumn],
  synthetic: readonly [SampleColumn, SampleColumn],
): number {
  const [a, b] = real
  if (a.numeric && b.numeric) {
    const r = correlation(a.values, b.values)
    const s = correlation(synthetic[0].values, synthetic[1].values)
    return 1 - Math.abs(r - s) / 2
  }
  const first = cells(a, synthetic[0])
  const second = cells(b, synthetic[1])
  const joined = (left: Float64Array, right: Float64Array): Float64Array =>
    left.map((value, row) => value * 65_536 + right[row])
  return tvComplement(joined(first.real, second.real), joined(first.synthetic, second.synthetic))
}

/** Pearson's correlation over the rows where neither is missing; NaN if either does not vary. */
export function correlation(a: Float64Array, b: Float64Array): number {
  let rows = 0
  let meanA = 0
  let meanB = 0
  let varA = 0
  let varB = 0
  let both = 0
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) continue
    rows++
    const awayA = a[i] - meanA
    const awayB = b[i] - meanB
    meanA += awayA / rows
    meanB += awayB / rows
    varA += awayA * (a[i] - meanA)
    varB += awayB * (b[i] - meanB)
    both += awayA * (b[i] - meanB)
  }
  return varA > 0 && varB > 0 ? Math.max(-1, Math.min(1, both / Math.sqrt(varA * varB))) : NaN
}

/** The standard deviation of the values that are there; NaN if none is. */
export function deviation(values: Float64Array): number {
  const present = values.filter((value) => !Number.isNaN(value))
  const mean = present.reduce((sum, value) => sum + value, 0) / present.length
  return Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / present.length)
}

/** Category indexes, or the bin of each number: 0 below the real range, 11 from its maximum on, 12 if missing. */
function cells(real: SampleColumn, synthetic: SampleColumn): { real: Float64Array; synthetic: Float64Array } {
  if (!real.numeric) return { real: real.values, synthetic: synthetic.values }
  let low = Infinity
  let high = -Infinity
  for (const value of real.values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  const width = (high - low) / bins
  const binOf = (value: number): number => {
    if (Number.isNaN(value)) return bins + 2
    if (value < low) return 0
    return width > 0 ? Math.min(bins + 1, 1 + Math.floor((value - low) / width)) : 1
  }
  return { real: real.values.map(binOf), synthetic: synthetic.values.map(binOf) }
}
