/** Formulas of the time between two columns that a number may equal: rounded, inclusive, in calendar days, months or years. */
import type { Formula, FormulaOperator } from '../../model/expression/formula.js'
import { dayMs } from '../../model/time/day.js'
import type { NumberColumn } from './number-column.js'
import { dayOfYear, formulaOf } from './single-column.js'

/** The values of a column, in its formula's unit, in a few rows that have most columns. */
export type FewValues = (column: NumberColumn) => Float64Array

/** A point in time: a column, or a date plus a time of day. */
interface Moment {
  readonly formula: Formula
  readonly columns: readonly NumberColumn[]
  readonly values: Float64Array
  /** `day`: midnight of a day; `clock`: a time of day, comparable only to others. */
  readonly kind: 'time' | 'day' | 'clock'
}

const one = (op: FormulaOperator, of: Formula): Formula => ({ op, of: [of] })

/** Days to a year or a month if they are not counted on the calendar. */
const [yearDays, monthDays] = [365.25, 30.4375]
const units = [365.25 * dayMs, 365 * dayMs, 30 * dayMs, 7 * dayMs, dayMs, 3_600_000, 60_000, 1000, 1]
/** The longest unit of which times of day, and columns of them, hold several. */
const hour = 3_600_000
/** Share of the few rows that may contradict a formula. */
const maxMisses = 1 / 8
const minSeen = 8

/** Formulas of durations that the number column `y` equals in most of the few rows. The rounding, if any, is part of the formula. */
export function durationFormulas(y: NumberColumn, columns: readonly NumberColumn[], few: FewValues): Formula[] {
  if (y.isTime) return []
  const moments = momentsIn(columns, few)
  const target = few(y)
  return moments.flatMap((from) =>
    moments.flatMap((to) => {
      const isComparable = (from.kind === 'clock') === (to.kind === 'clock')
      if (from === to || !isComparable || to.columns.some((column) => from.columns.includes(column))) return []
      // Of formulas that fit equally well, the first is taken: people count years on the calendar.
      return [
        ...monthsAndYears(y, target, from, to),
        ...elapsed(y, target, from, to),
        ...calendarDays(y, target, from, to),
      ]
    }),
  )
}

function momentsIn(columns: readonly NumberColumn[], few: FewValues): Moment[] {
  const own = columns.flatMap((column): Moment[] => {
    const isClock = column.type.kind === 'time'
    if (!column.isTime && !isClock) return []
    const kind = isClock ? 'clock' : column.type.kind === 'date' ? 'day' : 'time'
    return [{ formula: formulaOf(column), columns: [column], values: few(column), kind }]
  })
  // A time of day belongs to the date before it.
  const both = own.flatMap((clock): Moment[] => {
    if (clock.kind !== 'clock') return []
    const place = columns.indexOf(clock.columns[0])
    const day = own.findLast(({ kind, columns: [column] }) => kind === 'day' && columns.indexOf(column) < place)
    if (day === undefined) return []
    const values = day.values.map((value, i) => value + clock.values[i])
    return [
      {
        formula: { op: '+', of: [day.formula, clock.formula] },
        columns: [...day.columns, ...clock.columns],
        values,
        kind: 'time',
      },
    ]
  })
  return [...own, ...both]
}

/** (to − from) / unit, as it is or rounded to the number's own step. */
function elapsed(y: NumberColumn, target: Float64Array, from: Moment, to: Moment): Formula[] {
  const isClock = to.kind === 'clock'
  const step = tidy(y.grain * y.unit)
  const lengths = to.values.map((value, i) => value - from.values[i])
  const found: Formula[] = []
  for (const unit of y.type.kind === 'time' ? [1] : units) {
    if (isClock && unit > hour) continue
    const ways: { formula: Formula; values: Float64Array }[] = [
      { formula: { op: '-', of: [to.formula, from.formula] }, values: lengths },
    ]
    if (isClock && lengths.some((length) => length < 0))
      ways.push({
        formula: { op: '%', of: [{ op: '-', of: [to.formula, from.formula] }, dayMs] },
        values: lengths.map((length) => length - Math.floor(length / dayMs) * dayMs),
      })
    for (const { formula, values } of ways) {
      const counts = values.map((value) => value / unit)
      if (isNear(counts, target, 2 * step + 1e-6)) found.push(...stepped(y, target, { formula, unit, counts }, step))
    }
  }
  return found
}

/** Days on the calendar between two times, whatever the times of day. */
function calendarDays(y: NumberColumn, target: Float64Array, from: Moment, to: Moment): Formula[] {
  if (y.type.kind !== 'integer' || (from.kind !== 'time' && to.kind !== 'time')) return []
  if (!isNear(daysBetween(from, to), target, 2)) return []
  const date = ({ kind, formula }: Moment): Formula => (kind === 'time' ? one('date', formula) : formula)
  const days: Formula = { op: '/', of: [{ op: '-', of: [date(to), date(from)] }, dayMs] }
  return [0, 1].flatMap((shift) => atLeastLeast(y, shifted(days, shift)))
}

/** Months and years on the calendar between two times: full ones, and those begun. */
function monthsAndYears(y: NumberColumn, target: Float64Array, from: Moment, to: Moment): Formula[] {
  if (y.type.kind !== 'integer' || to.kind === 'clock') return []
  const days = daysBetween(from, to)
  const counted = (
    unitDays: number,
    count: (time: Formula) => Formula,
    within: (time: Formula) => Formula,
  ): Formula[] => {
    const counts = days.map((each) => each / unitDays)
    if (!isNear(counts, target, 2)) return []
    const all: Formula = { op: '-', of: [count(to.formula), count(from.formula)] }
    const full: Formula = { op: '-', of: [all, { op: '<', of: [within(to.formula), within(from.formula)] }] }
    return [full, all].flatMap((formula) => [0, 1].flatMap((shift) => atLeastLeast(y, shifted(formula, shift))))
  }
  const months = (time: Formula): Formula => ({
    op: '+',
    of: [{ op: '*', of: [one('year', time), 12] }, one('month', time)],
  })
  return [
    ...counted(yearDays, (time) => one('year', time), dayOfYear),
    ...counted(monthDays, months, (time) => one('day', time)),
  ]
}

function daysBetween(from: Moment, to: Moment): Float64Array {
  return to.values.map((value, i) => (value - from.values[i]) / dayMs)
}

/** A duration in milliseconds, and its counts of a unit in the few rows. */
interface Elapsed {
  readonly formula: Formula
  readonly unit: number
  readonly counts: Float64Array
}

/** The duration as it is, or rounded down, up or to the nearest step, with offsets of up to one step. */
function stepped(y: NumberColumn, target: Float64Array, { formula, unit, counts }: Elapsed, step: number): Formula[] {
  const over = (divisor: number): Formula => (divisor === 1 ? formula : { op: '/', of: [formula, divisor] })
  const slack = 1e-6 * Math.max(1, step)
  const matching = (round: (value: number) => number, whole: Formula): Formula[] =>
    [0, step, -step]
      .filter((shift) =>
        isNear(
          counts.map((count) => atLeast(y, round(count) + shift)),
          target,
          slack,
        ),
      )
      .flatMap((shift) => atLeastLeast(y, shifted(whole, shift)))
  const asIs = matching((count) => count, over(unit))
  if (asIs.length > 0 || step === 0) return asIs
  const steps = over(tidy(unit * step))
  const inSteps = (op: 'ceil' | 'floor' | 'round'): Formula => {
    const whole: Formula = op === 'round' ? { op, of: [steps, 0] } : one(op, steps)
    return step === 1 ? whole : { op: '*', of: [whole, step] }
  }
  return (['ceil', 'floor', 'round'] as const).flatMap((op) =>
    matching((count) => Math[op](tidy(count / step)) * step, inSteps(op)),
  )
}

/** The formula, and the same but never below the least value of the column: "at least one day". */
function atLeastLeast(y: NumberColumn, formula: Formula): Formula[] {
  const least = leastOf(y)
  return least > 0 ? [formula, { op: 'max', of: [formula, least] }] : [formula]
}

function atLeast(y: NumberColumn, value: number): number {
  const least = leastOf(y)
  return least > 0 ? Math.max(least, value) : value
}

function leastOf({ held, unit }: NumberColumn): number {
  let least = Infinity
  for (const value of held) if (value < least) least = value
  return tidy(least * unit)
}

/** Without the last digits, which floating-point arithmetic gets wrong. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}

function shifted(formula: Formula, shift: number): Formula {
  if (shift === 0) return formula
  return { op: shift > 0 ? '+' : '-', of: [formula, Math.abs(shift)] }
}

function isNear(values: Float64Array, target: Float64Array, slack: number): boolean {
  let seen = 0
  let misses = 0
  for (let i = 0; i < target.length; i++) {
    const away = Math.abs(values[i] - target[i])
    if (Number.isNaN(away)) continue
    seen++
    if (away > slack) misses++
  }
  return seen >= minSeen && misses <= maxMisses * seen
}
