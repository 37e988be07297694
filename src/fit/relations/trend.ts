import type { Formula } from '../../model/expression/formula.js'
import type { NumberColumn } from './number-column.js'

/** Digits of the coefficients. */
const digits = 8

/**
 * The parabola through a column of numbers over a column of times, by least squares, as a formula in the column's own unit; null: the times or the numbers do not
 * vary. `times` and `values`: the held numbers of the same rows.
 */
export function trendFormula(
  x: NumberColumn,
  times: Float64Array,
  y: NumberColumn,
  values: Float64Array,
): Formula | null {
  const both = [...times.keys()].filter((row) => !Number.isNaN(times[row] + values[row]))
  const at = both.map((row) => times[row] * x.unit)
  const low = at.reduce((a, b) => Math.min(a, b), Infinity)
  const high = at.reduce((a, b) => Math.max(a, b), -Infinity)
  if (!(high > low)) return null
  // From −1 to 1: sums of powers of milliseconds would lose all digits.
  const [middle, half] = [Math.round((low + high) / 2), Math.round((high - low) / 2)]
  const scaled = at.map((time) => (time - middle) / half)
  const coefficients = parabola(
    scaled,
    both.map((row) => values[row] * y.unit),
  )
  if (coefficients === null) return null
  const [c0, c1, c2] = coefficients.map((each) => Number(each.toPrecision(digits)))
  const place: Formula = { op: '/', of: [{ op: '-', of: [{ column: x.name }, middle] }, half] }
  return { op: '+', of: [c0, { op: '*', of: [place, { op: '+', of: [c1, { op: '*', of: [place, c2] }] }] }] }
}

/** c0 + c1 u + c2 u², by the normal equations; null if they have no solution. */
function parabola(u: readonly number[], v: readonly number[]): [number, number, number] | null {
  const powers = [0, 0, 0, 0, 0]
  const sums = [0, 0, 0]
  u.forEach((each, i) => {
    let power = 1
    for (let k = 0; k < 5; k++, power *= each) {
      powers[k] += power
      if (k < 3) sums[k] += power * v[i]
    }
  })
  const [s0, s1, s2, s3, s4] = powers
  const [a, b, c] = [s2 * s4 - s3 * s3, s2 * s3 - s1 * s4, s1 * s3 - s2 * s2]
  const determinant = s0 * a + s1 * b + s2 * c
  if (!(Math.abs(determinant) > 1e-9 * s0 * s2 * s4)) return null
  const [e, f, g] = [s0 * s4 - s2 * s2, s1 * s2 - s0 * s3, s0 * s2 - s1 * s1]
  return [
    (a * sums[0] + b * sums[1] + c * sums[2]) / determinant,
    (b * sums[0] + e * sums[1] + f * sums[2]) / determinant,
    (c * sums[0] + f * sums[1] + g * sums[2]) / determinant,
  ]
}
