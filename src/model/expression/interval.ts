import type { FieldType } from '../../record.js'
import { dayMs } from '../held.js'
import { comparisons, exactly, unitOf, type Formula, type FormulaOperator } from './formula.js'
import { timePart } from './time-parts.js'

/** What a column can be, given what is known: a number from low to high (no number if low > high), or missing. */
export interface Extent {
  readonly low: number
  readonly high: number
  readonly missing: boolean
}

export const nowhere: Extent = { low: Infinity, high: -Infinity, missing: false }

export function isNumber({ low, high }: Extent): boolean {
  return low <= high
}

export function eitherOf(a: Extent, b: Extent): Extent {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high), missing: a.missing || b.missing }
}

/**
 * The range of a formula's held numbers, by interval arithmetic: never too narrow, but possibly too wide if a column is used twice.
 * `extentOf` returns the ranges of its columns.
 */
export function formulaExtent(
  formula: Formula,
  extentOf: (column: string) => Extent,
  typeOf: (column: string) => FieldType,
  type: FieldType,
): Extent {
  const { low, high, missing } = extent(formula, extentOf, typeOf)
  if (!(low <= high)) return { ...nowhere, missing }
  const { factor, scale } = unitOf(type)
  if (type.kind === 'double') return { low: below(low), high: above(high), missing }
  // Widen by one step on each side to allow for rounding.
  return {
    low: Math.floor(below((low * 10 ** scale) / factor)),
    high: Math.ceil(above((high * 10 ** scale) / factor)),
    missing,
  }
}

function extent(formula: Formula, extentOf: (column: string) => Extent, typeOf: (column: string) => FieldType): Extent {
  if (formula === null) return { ...nowhere, missing: true }
  // Texts occur only in comparisons, where their range does not matter.
  if (typeof formula === 'object' && 'text' in formula) return { low: 0, high: 0, missing: false }
  if (typeof formula === 'number') {
    const { value, scale } = exactly(formula)
    return { low: value / 10 ** scale, high: value / 10 ** scale, missing: false }
  }
  if ('column' in formula) {
    const { low, high, missing } = extentOf(formula.column)
    const { factor, scale } = unitOf(typeOf(formula.column))
    const unit = factor / 10 ** scale
    return low <= high ? { low: low * unit, high: high * unit, missing } : { ...nowhere, missing }
  }
  const { op } = formula
  const parts = formula.of.map((part) => extent(part, extentOf, typeOf))
  if (op === 'if') return chosen(parts)
  if (op === 'missing' || op === 'and' || op === 'or' || op === 'not' || comparisons.some((each) => each === op))
    return { low: 0, high: 1, missing: op !== 'missing' && parts.some((part) => part.missing) }
  const missing = parts.some((part) => part.missing)
  if (!parts.every(isNumber)) return { ...nowhere, missing }
  const [low, high] = parts
    .map(({ low, high }): [number, number] => [low, high])
    .reduce((a, b) => operate(formula.op, a, b))
  return parts.length === 1 ? { ...within(formula.op, low, high), missing } : { low, high, missing }
}

function chosen([condition, then, otherwise]: readonly Extent[]): Extent {
  const both = eitherOf(then, otherwise)
  return { ...both, missing: both.missing || condition.missing }
}

function operate(
  op: FormulaOperator,
  [a, b]: readonly [number, number],
  [c, d]: readonly [number, number],
): [number, number] {
  switch (op) {
    case '+':
      return [a + c, b + d]
    case '-':
      return [a - d, b - c]
    case '*':
      return spanOf([a * c, a * d, b * c, b * d])
    case '/':
      return c <= 0 && d >= 0 ? [-Infinity, Infinity] : spanOf([a / c, a / d, b / c, b / d])
    case 'min':
      return [Math.min(a, c), Math.min(b, d)]
    case 'max':
      return [Math.max(a, c), Math.max(b, d)]
    case '%':
      // Within one period, the remainder increases with the number.
      if (c === d && c > 0 && Math.floor(a / c) === Math.floor(b / c))
        return [a - Math.floor(a / c) * c, b - Math.floor(b / c) * c]
      return [Math.min(0, c), Math.max(0, d)]
    case 'round':
      return [Math.floor(a * 10 ** c) / 10 ** c, Math.ceil(b * 10 ** c) / 10 ** c]
    default:
      return [a, b]
  }
}

function spanOf(values: readonly number[]): [number, number] {
  const known = values.map((value) => (Number.isNaN(value) ? 0 : value))
  return [Math.min(...known), Math.max(...known)]
}

/** Parts of times, and the period within which each increases with the time. */
const turns: Partial<Record<FormulaOperator, readonly [turn: number, low: number, high: number]>> = {
  hour: [dayMs, 0, 23],
  minute: [3_600_000, 0, 59],
  second: [60_000, 0, 59],
  weekday: [7 * dayMs, 0, 6],
  month: [0, 1, 12],
  day: [0, 1, 31],
}

function within(op: FormulaOperator, low: number, high: number): { low: number; high: number } {
  if (op === 'floor') return { low: Math.floor(low), high: Math.floor(high) }
  if (op === 'ceil') return { low: Math.ceil(low), high: Math.ceil(high) }
  if (op === 'abs') return { low: Math.max(0, low, -high), high: Math.max(-low, high) }
  const turn = turns[op]
  const part = timePart(op)
  if (turn === undefined) return { low: part(low), high: part(high) }
  const [period, least, most] = turn
  // 1970-01-01 was a Thursday; weeks start on Sunday here.
  const shift = op === 'weekday' ? 4 * dayMs : 0
  const same =
    period > 0
      ? Math.floor((low + shift) / period) === Math.floor((high + shift) / period)
      : timePart('year')(low) === timePart('year')(high) &&
        (op === 'month' || timePart('month')(low) === timePart('month')(high))
  return same ? { low: part(low), high: part(high) } : { low: least, high: most }
}

/** `below` and `above`: slightly lower and higher numbers, to allow for rounding. */
function below(value: number): number {
  return value - Math.abs(value) * 1e-12
}

function above(value: number): number {
  return value + Math.abs(value) * 1e-12
}
