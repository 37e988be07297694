import type { FieldType } from '../../record.js'
import { dayMs } from '../held.js'

/**
 * A value computed from other columns of a record, as stored in an artifact. Decimals are plain numbers, dates and timestamps are
 * milliseconds since 1970 (UTC), true is 1 and false is 0. The value is missing (null) if one of its columns is, except for `if` (only
 * the chosen branch counts), `and` and `or` (as in SQL: false and missing is false), and `missing` itself.
 */
export type Formula =
  | null
  | number
  | { readonly text: string }
  | { readonly column: string }
  | { readonly op: FormulaOperator; readonly of: readonly Formula[] }

export const timeParts = ['date', 'year', 'month', 'day', 'weekday', 'hour', 'minute', 'second'] as const
/** Functions from a number of months or working days (Monday to Friday) since 1970-01-01 to the day. */
export const calendars = ['month_start', 'month_end', 'workday'] as const
const folds = ['+', '-', '*', '/', '%', 'min', 'max', 'and', 'or', 'concat'] as const
export const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const
const unary = [
  'floor',
  'ceil',
  'abs',
  'not',
  'missing',
  'lower',
  'upper',
  'length',
  ...timeParts,
  ...calendars,
] as const
const binary = ['round', 'starts_with', 'ends_with', 'contains', ...comparisons] as const
const ternary = ['if'] as const

/**
 * Weekdays are 0 (Sunday) to 6, months 1 to 12; `date` is midnight of the day. The second operand of `round` is a constant number of
 * decimal places. `%` has the sign of the divisor.
 */
export type FormulaOperator =
  (typeof folds)[number] | (typeof unary)[number] | (typeof binary)[number] | (typeof ternary)[number]

/** The minimum and maximum number of operands of each operator. */
export const operands: Readonly<Record<FormulaOperator, readonly [min: number, max: number]>> = {
  ...arity(folds, 2, Infinity),
  ...arity(unary, 1, 1),
  ...arity(binary, 2, 2),
  ...arity(ternary, 3, 3),
}

function arity<Name extends string>(
  names: readonly Name[],
  least: number,
  most: number,
): Record<Name, [number, number]> {
  return Object.fromEntries(names.map((name) => [name, [least, most]])) as Record<Name, [number, number]>
}

/** How a result with more decimal places than the column is rounded. `half` rounds away from zero, as SQL does. */
export const roundings = ['half', 'even', 'floor', 'ceil'] as const
export type Rounding = (typeof roundings)[number]

/** The operators of formulas in version 2 of a model file. */
const plain: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', 'min', 'max', 'floor', ...timeParts, ...calendars])

/** Whether a formula uses nothing introduced in version 3, that is conditions and texts. */
export function isArithmetic(formula: Formula): boolean {
  if (typeof formula === 'number') return true
  if (formula === null || 'text' in formula) return false
  return 'column' in formula || (plain.has(formula.op) && formula.of.every(isArithmetic))
}

/** The columns of a formula, each once, in order of first use. */
export function columnsIn(formula: Formula): string[] {
  if (typeof formula !== 'object' || formula === null || 'text' in formula) return []
  if ('column' in formula) return [formula.column]
  return [...new Set(formula.of.flatMap(columnsIn))]
}

/** The formula as users write it. `isTime`: whether a column is one of times, whose differences are durations. */
export function formulaText(formula: Formula, isTime: (column: string) => boolean = () => false): string {
  return written(formula, 0, isTime)
}

const precedence: Partial<Record<FormulaOperator, number>> = {
  ...{ or: 1, and: 2, '=': 3, '!=': 3, '<': 3, '<=': 3, '>': 3, '>=': 3 },
  ...{ '+': 4, '-': 4, concat: 4, '*': 5, '/': 5, '%': 5 },
}
const signs: Partial<Record<FormulaOperator, string>> = { '*': '×', concat: '+' }

function written(formula: Formula, outer: number, isTime: (column: string) => boolean): string {
  if (typeof formula !== 'object' || formula === null) return String(formula)
  if ('text' in formula) return JSON.stringify(formula.text)
  if ('column' in formula)
    return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(formula.column) ? formula.column : `{${formula.column}}`
  const { op } = formula
  const of = op === 'round' && formula.of[1] === 0 ? formula.of.slice(0, 1) : formula.of
  const own = precedence[op]
  if (own === undefined) return `${op}(${of.map((part) => written(part, 0, isTime)).join(', ')})`
  const [first, divisor] = of
  if ((op === '/' || op === '%') && typeof divisor === 'number' && isDuration(first, isTime)) {
    const text = `${written(first, own - 0.5, isTime)} ${op} duration("${durationText(divisor)}")`
    return own <= outer ? `(${text})` : text
  }
  const text = of
    .map((part, index) => written(part, index === 0 ? own - 0.5 : own, isTime))
    .join(` ${signs[op] ?? op} `)
  return own <= outer ? `(${text})` : text
}

/** Whether a formula is the time between two times, in milliseconds. */
function isDuration(formula: Formula, isTime: (column: string) => boolean): boolean {
  if (typeof formula !== 'object' || formula === null || !('op' in formula)) return false
  const { op, of } = formula
  if (op === '%') return isDuration(of[0], isTime)
  const isMoment = (part: Formula): boolean =>
    typeof part === 'object' &&
    part !== null &&
    ('column' in part
      ? isTime(part.column)
      : 'op' in part && (part.op === 'date' || part.op === '+') && part.of.some(isMoment))
  return op === '-' && of.every(isMoment)
}

const durationUnits = [
  ['d', dayMs],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** Milliseconds in the largest unit of which they are a multiple: 90m. */
export function durationText(ms: number): string {
  const [name, unit] = durationUnits.find(([, length]) => ms >= length && ms % length === 0) ?? ['ms', 1]
  return `${ms / unit}${name}`
}

/**
 * How formulas interpret a type's held numbers: held · factor / 10^scale. Formulas keep numerator and scale separate, so that sums and
 * products of decimals are exact.
 */
export function unitOf(type: FieldType): { readonly factor: number; readonly scale: number } {
  if (type.kind === 'date') return { factor: dayMs, scale: 0 }
  return { factor: 1, scale: type.kind === 'decimal' ? type.scale : 0 }
}

/** A constant as numerator and scale: 0.05 is 5 with scale 2. */
export function exactly(value: number): { readonly value: number; readonly scale: number } {
  const text = String(value)
  const [mantissa, exponent = '0'] = text.split('e')
  const point = mantissa.indexOf('.')
  const scale = Math.max(0, (point < 0 ? 0 : mantissa.length - point - 1) - Number(exponent))
  return { value: Number(`${mantissa}e${Number(exponent) + scale}`), scale }
}
