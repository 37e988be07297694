/** Formulas of a single column that another one may equal: parts of times, digits of numbers, factors of units. */
import type { Formula, FormulaOperator } from '../../model/expression/formula.js'
import { timePart } from '../../model/expression/time-parts.js'
import { dayMs } from '../../model/time/day.js'
import type { NumberColumn } from './number-column.js'

/** The formula that reads a column. */
export const formulaOf = (of: NumberColumn): Formula => ({ column: of.name })
const one = (op: FormulaOperator, of: Formula): Formula => ({ op, of: [of] })

/** Parts of a time that are dates or small integers. */
export function partsOf(x: NumberColumn, y: NumberColumn): Formula[] {
  const time = formulaOf(x)
  if (y.isTime) return y.type.kind === 'date' ? datesOf(x) : [time]
  if (y.type.kind === 'time') return x.type.kind === 'timestamp' ? clockOf(time, y.grain) : []
  if (y.type.kind !== 'integer') return []
  const hhmm: Formula = { op: '+', of: [{ op: '*', of: [one('hour', time), 100] }, one('minute', time)] }
  const minutes: Formula = { op: '+', of: [{ op: '*', of: [one('hour', time), 60] }, one('minute', time)] }
  const weekday = one('weekday', time)
  const monday: Formula = { op: '%', of: [{ op: '+', of: [weekday, 6] }, 7] }
  return [
    ...[one('year', time), one('month', time), one('day', time), weekday, monday],
    { op: '+', of: [weekday, 1] },
    { op: '+', of: [monday, 1] },
    { op: '-', of: [one('month', time), 1] },
    one('floor', { op: '/', of: [{ op: '+', of: [one('month', time), 2] }, 3] }),
    ...[one('hour', time), one('minute', time), one('second', time), hhmm, minutes],
    { op: '+', of: [{ op: '*', of: [one('year', time), 100] }, one('month', time)] },
    one('floor', { op: '/', of: [time, 1000] }),
    time,
  ]
}

/** The time of day of a time, as it is or without its last units: 14:05 of 14:05:33. */
function clockOf(time: Formula, grain: number): Formula[] {
  const clock: Formula = { op: '%', of: [time, dayMs] }
  return [clock, { op: '-', of: [clock, { op: '%', of: [clock, grain] }] }]
}

/**
 * What has passed since dates until one fixed day: full years (an age), weeks or days. `times` and `values`: of the same rows, in milliseconds and as
 * in formulas.
 */
export function untilFixed(x: NumberColumn, y: NumberColumn, times: Float64Array, values: Float64Array): Formula[] {
  const rows = [...times.keys()].filter((row) => !Number.isNaN(times[row] + values[row]))
  if (y.type.kind !== 'integer' || rows.length === 0) return []
  const time = formulaOf(x)
  const found: Formula[] = []
  for (const sign of [1, -1]) {
    const least = (of: (row: number) => number): number => rows.reduce((low, row) => Math.min(low, of(row)), Infinity)
    const most = (of: (row: number) => number): number => rows.reduce((high, row) => Math.max(high, of(row)), -Infinity)
    for (const unit of [7 * dayMs, dayMs]) {
      // y = floor(±(fixed − x) / unit): the fixed time is in all of these spans.
      const [from, to] = [
        most((row) => times[row] + sign * values[row] * unit),
        least((row) => times[row] + sign * values[row] * unit),
      ]
      const fixed = sign > 0 ? from : to
      if (from - to >= unit) continue
      const passed: Formula = { op: '-', of: sign > 0 ? [fixed, time] : [time, fixed] }
      found.push({ op: 'floor', of: [{ op: '/', of: [passed, unit] }] })
    }
  }
  const yearOf = timePart('year')
  const dayOf = (row: number): number => 100 * timePart('month')(times[row]) + timePart('day')(times[row])
  const years = rows.map((row) => yearOf(times[row]) + values[row])
  const year = years.reduce((high, each) => Math.max(high, each), -Infinity)
  const last = rows.reduce((high, row, i) => (years[i] === year ? Math.max(high, dayOf(row)) : high), 0)
  const calendarYears: Formula = { op: '-', of: [year, one('year', time)] }
  found.push({ op: '-', of: [calendarYears, { op: '>', of: [dayOfYear(time), last] }] })
  return found
}

/** Month and day as one number that orders the days of a year. */
export function dayOfYear(time: Formula): Formula {
  return { op: '+', of: [{ op: '*', of: [one('month', time), 100] }, one('day', time)] }
}

/** The day of a time, the first and the last day of its month, and the Monday of its week. */
function datesOf(x: NumberColumn): Formula[] {
  const time = formulaOf(x)
  const months: Formula = {
    op: '+',
    of: [
      { op: '*', of: [{ op: '-', of: [one('year', time), 1970] }, 12] },
      { op: '-', of: [one('month', time), 1] },
    ],
  }
  const sinceMonday: Formula = { op: '%', of: [{ op: '+', of: [one('weekday', time), 6] }, 7] }
  const monday: Formula = { op: '-', of: [one('date', time), { op: '*', of: [sinceMonday, dayMs] }] }
  return [
    x.type.kind === 'timestamp' ? one('date', time) : time,
    one('month_start', months),
    one('month_end', months),
    monday,
  ]
}

const divisors = [100, 10, 1000, 60, 24, 7, 12, 10_000, 3600, 1_000_000]

/** Digits of integers: hhmm / 100, hhmm % 100, and hours and minutes of minutes. */
export function digitsOf(y: NumberColumn, x: NumberColumn): Formula[] {
  if (x.type.kind !== 'integer' || y.type.kind !== 'integer') {
    if (x.type.kind === 'decimal' && y.type.kind === 'integer') return [one('floor', formulaOf(x))]
    return []
  }
  return divisors.flatMap((by): Formula[] => [
    one('floor', { op: '/', of: [formulaOf(x), by] }),
    { op: '%', of: [formulaOf(x), by] },
  ])
}

/** Plausible factors near an approximately known slope: with few digits, or fractions of small numbers. */
export function niceNear(slope: number, grain: number, span: number): number[] {
  const slack = Math.max(1e-9 * Math.abs(slope), (1.01 * Math.max(grain, 0)) / span)
  const nice: number[] = []
  for (let digits = 1; digits <= 7; digits++) {
    const near = Number(slope.toPrecision(digits))
    if (Math.abs(near - slope) <= slack) nice.push(near)
  }
  for (const below of [2, 3, 5, 6, 7, 9, 12, 16, 60, 1.609344, 2.54, 0.45359237, 3.6, 28.349523125]) {
    for (const near of [Math.round(slope * below) / below, Math.round(slope / below) * below, below, 1 / below])
      if (near !== 0 && Math.abs(near - slope) <= slack) nice.push(near)
  }
  return nice
}

/** A formula's value for one number in its column, before rounding; NaN: unknown, for other operators than arithmetic. */
export function plainValue(formula: Formula, x: number): number {
  if (typeof formula === 'number') return formula
  if (formula === null || 'text' in formula) return NaN
  if ('column' in formula) return x
  const a = plainValue(formula.of[0], x)
  if (formula.op === 'floor') return Math.floor(a)
  if (formula.op === 'ceil') return Math.ceil(a)
  if (formula.of.length !== 2) return NaN
  const b = plainValue(formula.of[1], x)
  switch (formula.op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
      return a / b
    case '%':
      return a - Math.floor(a / b) * b
    default:
      return NaN
  }
}
