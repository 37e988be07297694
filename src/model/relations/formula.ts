import type { FieldType } from '../../record.js'
import { dayMs } from '../held.js'

/**
 * A number computed from other columns of a record, as the artifact holds it. Columns count in their own units: decimals as the numbers that
 * they are, dates and timestamps in milliseconds since 1970 (UTC). It is missing where one of its columns is.
 */
export type Formula =
  number | { readonly column: string } | { readonly op: FormulaOperator; readonly of: readonly Formula[] }

export const operators = ['+', '-', '*', '/', '%', 'min', 'max'] as const
export const timeParts = ['date', 'year', 'month', 'day', 'weekday', 'hour', 'minute', 'second'] as const
/** Of a count of months or working days (Monday to Friday) since 1970, the day it is. */
export const calendars = ['month_start', 'month_end', 'workday'] as const
/** Of one operand: the calendars, `floor` and the parts of a time; weekdays are 0, Sunday, to 6, months 1 to 12; `date` is midnight of the day. */
export type FormulaOperator =
  (typeof operators)[number] | (typeof timeParts)[number] | (typeof calendars)[number] | 'floor'

/** How what has more decimal places than the column becomes one of its values. `half` rounds away from zero, as SQL does. */
export const roundings = ['half', 'even', 'floor', 'ceil'] as const
export type Rounding = (typeof roundings)[number]

/** The columns of a formula, each once, in the order they are named. */
export function columnsIn(formula: Formula): string[] {
  if (typeof formula === 'number') return []
  if ('column' in formula) return [formula.column]
  return [...new Set(formula.of.flatMap(columnsIn))]
}

/** The formula as people write it. */
export function formulaText(formula: Formula): string {
  return written(formula, 0)
}

const precedence: Partial<Record<FormulaOperator, number>> = { '+': 1, '-': 1, '*': 2, '/': 2, '%': 2 }

function written(formula: Formula, outer: number): string {
  if (typeof formula === 'number') return String(formula)
  if ('column' in formula)
    return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(formula.column) ? formula.column : `{${formula.column}}`
  const { op, of } = formula
  const own = precedence[op]
  if (own === undefined) return `${op}(${of.map((part) => written(part, 0)).join(', ')})`
  const text = of.map((part, index) => written(part, index === 0 ? own - 0.5 : own)).join(` ${op === '*' ? '×' : op} `)
  return own <= outer ? `(${text})` : text
}

/**
 * How a type's held numbers are counted in formulas: held · factor / 10^scale. A formula keeps numerator and scale apart, so that sums
 * and products of decimals are exact.
 */
export function unitOf(type: FieldType): { readonly factor: number; readonly scale: number } {
  if (type.kind === 'date') return { factor: dayMs, scale: 0 }
  return { factor: 1, scale: type.kind === 'decimal' ? type.scale : 0 }
}

/** A constant as numerator and scale: 0.05 is 5 of scale 2. */
export function exactly(value: number): { readonly value: number; readonly scale: number } {
  const text = String(value)
  const [mantissa, exponent = '0'] = text.split('e')
  const point = mantissa.indexOf('.')
  const scale = Math.max(0, (point < 0 ? 0 : mantissa.length - point - 1) - Number(exponent))
  return { value: Number(`${mantissa}e${Number(exponent) + scale}`), scale }
}
