/** Rounded functions of one or two numbers: bands of a number, units charged in full, and quotients. */
import type { Formula } from '../../model/expression/formula.js'
import { commonStep } from '../columns/numbers.js'
import type { NumberColumn } from './number-column.js'
import { formulaOf } from './single-column.js'

/** Widths of bands, up to a power of ten, and others that people count in. */
const digits = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 7.5, 8, 9]
const others = [12, 14, 15, 16, 18, 24, 28, 30, 36, 45, 48, 52, 60, 64, 90, 100, 120, 128, 144, 180, 360, 365]
const powers = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6]
const widths = [
  ...new Set([
    ...powers.flatMap((power) => digits.map((digit) => tidy(digit * 10 ** power))),
    ...others,
    ...[256, 512, 1024, 1440, 3600, 10_080, 86_400],
  ]),
].sort((a, b) => a - b)
/** Fewer values prove nothing. */
const minValues = 3

/** Formulas such as floor(x / 60) or ceil(x / 10) × 10 that the column `y` equals in all of some rows. Both in formulas' units. */
export function stepFormulas(y: NumberColumn, x: NumberColumn, target: Float64Array, values: Float64Array): Formula[] {
  if (y.isTime || x.isTime || y.type.kind === 'double') return []
  if (isBothWays(target, values)) return []
  const distinct = new Set<number>()
  const rows: number[] = []
  let [low, high] = [-1, -1]
  for (let row = 0; row < target.length; row++) {
    if (Number.isNaN(target[row] + values[row])) continue
    rows.push(row)
    distinct.add(target[row])
    if (low < 0 || values[row] < values[low]) low = row
    if (high < 0 || values[row] > values[high]) high = row
  }
  if (distinct.size < minValues) return []
  const scale = 1 / y.unit
  const first = Math.round(target[rows[0]] * scale)
  const step = tidy(commonStep([...distinct].map((value) => Math.round(value * scale) - first)) * y.unit)
  const [across, up] = [values[high] - values[low], target[high] - target[low]]
  // From one end to the other there is up to one step more or less.
  if (!(across > 0) || Math.abs(up) <= step) return []
  const sign = Math.sign(up)
  const [narrowest, widest] = [(across * step) / (Math.abs(up) + step), (across * step) / (Math.abs(up) - step)]
  return widths
    .filter((width) => width >= narrowest && width <= widest && width > 1.001 * x.grain * x.unit)
    .flatMap((width) =>
      (['floor', 'ceil', 'round'] as const).flatMap((op): Formula[] => {
        const heightOf = (row: number): number => sign * step * Math[op](tidy(values[row] / width))
        const offset = tidy(target[rows[0]] - heightOf(rows[0]))
        if (!rows.every((row) => Math.abs(heightOf(row) + offset - target[row]) <= 1e-6 * Math.max(1, step))) return []
        const scaled: Formula = width === 1 ? formulaOf(x) : { op: '/', of: [formulaOf(x), width] }
        const whole: Formula = op === 'round' ? { op, of: [scaled, 0] } : { op, of: [scaled] }
        const height: Formula = sign * step === 1 ? whole : { op: '*', of: [whole, sign * step] }
        return [offset === 0 ? height : { op: offset > 0 ? '+' : '-', of: [height, Math.abs(offset)] }]
      }),
    )
}

/** Pairs of rows that are compared with each other before all rows are looked at. */
const comparedRows = 64
/** More than the tolerances of two steps' heights. */
const noise = 2.5e-6

/** Whether y rises with x between some rows and falls between others, so that no step function gives it. */
function isBothWays(target: Float64Array, values: Float64Array): boolean {
  let rises = false
  let falls = false
  const apart = Math.max(1, Math.floor(target.length / comparedRows))
  for (let i = apart; i < target.length; i += apart) {
    for (let j = 0; j < i; j += apart) {
      const across = Math.sign(values[i] - values[j])
      const up = across * (target[i] - target[j])
      if (up > noise) rises = true
      if (up < -noise) falls = true
      if (rises && falls) return true
    }
  }
  return false
}

/** What quotients are multiplied by: percentages, and rates per hour. */
const factors = [1, 100, 60, 1000, 3600, 24]

/** Quotients of two numbers that `y` is near to in most of a few rows. `near`: whether y is near a value in most of these. */
export function quotientFormulas(
  parts: readonly NumberColumn[],
  few: (column: NumberColumn) => Float64Array,
  near: (value: (row: number) => number) => boolean,
): { readonly formula: Formula; readonly used: readonly NumberColumn[] }[] {
  // By zero, nothing could be divided.
  const divisors = parts.filter(isPositive)
  return parts.flatMap((a) => {
    const above = few(a)
    return divisors.flatMap((b) => {
      if (a === b) return []
      const below = few(b)
      return factors
        .filter((factor) => near((row) => (factor * above[row]) / below[row]))
        .map((factor) => {
          const times: Formula = factor === 1 ? formulaOf(a) : { op: '*', of: [formulaOf(a), factor] }
          return { formula: { op: '/' as const, of: [times, formulaOf(b)] }, used: [a, b] }
        })
    })
  })
}

function isPositive({ held }: NumberColumn): boolean {
  return held.every((value) => Number.isNaN(value) || value > 0)
}

function tidy(value: number): number {
  return Number(value.toPrecision(12))
}
