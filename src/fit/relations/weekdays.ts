/** Times and dates whose weekdays are not equally frequent: learned as a week and a weekday. */
import type { Formula } from '../../model/expression/formula.js'
import { dayMs } from '../../model/held.js'
import { spanOf } from './choose-exact.js'
import { timesOfDay } from './days.js'
import { columnOfNumbers, numbersOf, type NumberColumn } from './number-column.js'
import { filled, type Forbidden, type PlannedRelation } from './planned-relation.js'

/** With fewer days, each is learned by itself. */
const minDays = 128
/** Bits per row by which weekdays must differ from equally frequent ones, and times the rows, so that chance cannot be the reason. */
const [minBits, minEvidence] = [0.02, 40]

const names = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays']

/** How to compute a column from weeks since the Monday before 1970, weekdays (Monday is 0) and times of day; null: its weekdays do not matter. */
export function weekdayRelation(column: NumberColumn, freeName: (name: string) => string): PlannedRelation | null {
  const { name, type } = column
  if (type.kind !== 'date' && type.kind !== 'timestamp') return null
  const values = numbersOf(column)
  const isGone = (row: number): boolean => Number.isNaN(values[row])
  // 1970-01-01 was a Thursday.
  const days = values.map((value) => Math.floor((value * column.unit) / dayMs) + 3)
  if (new Set(days).size <= minDays) return null
  const weeks = days.map((day) => Math.floor(day / 7))
  const weekdays = days.map((day, row) => day - 7 * weeks[row])
  const counts = weekdayCounts(column)
  if (!isUneven(counts)) return null
  const isTime = type.kind === 'timestamp'
  const integer = { kind: 'integer' } as const
  const present = (numbers: Float64Array): Float64Array => filled(numbers, (row) => !isGone(row))
  const week = columnOfNumbers(freeName(`${name}.week`), integer, isTime ? present(weeks) : weeks)
  const weekday = columnOfNumbers(freeName(`${name}.weekday`), integer, present(weekdays))
  const day: Formula = {
    op: '-',
    of: [{ op: '+', of: [{ op: '*', of: [{ column: week.name }, 7] }, { column: weekday.name }] }, 3],
  }
  return {
    ...{
      column: column.column,
      rounding: 'half',
      by: 'sum',
      bounds: spanOf(column),
      atLeast: [],
      atMost: [],
      kept: null,
    },
    formula: { op: '*', of: [day, dayMs] },
    parts: [week, weekday],
    rest: isTime ? columnOfNumbers(freeName(`${name}.clock`), integer, timesOfDay(values)) : null,
    ...{ notSo: null, own: null, weekdays: weekdayText(counts) },
  }
}

/** Rows that would have to be on a weekday for none to be proof. */
const minMissed = 20
/** Maximum number of weekdays that are never used; with more, too many records would have to be redrawn. */
const maxClosed = 2

/** The condition that a time or date that follows another falls on a weekday on which no row is; null: there is none. */
export function closedWeekdays(column: NumberColumn): Forbidden | null {
  const counts = weekdayCounts(column)
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const never = names.filter((_, weekday) => counts[weekday] === 0)
  if (rows < 7 * minMissed || never.length === 0 || never.length > maxClosed) return null
  const conditions = never.map((each): Formula => ({
    op: '=',
    of: [{ op: 'weekday', of: [{ column: column.name }] }, (names.indexOf(each) + 1) % 7],
  }))
  return {
    formula: conditions.length === 1 ? conditions[0] : { op: 'or', of: conditions },
    text: `never on ${never.join(' and ')}`,
  }
}

function weekdayCounts(column: NumberColumn): readonly number[] {
  const counts = new Array<number>(7).fill(0)
  for (const value of numbersOf(column)) {
    // 1970-01-01 was a Thursday.
    const day = Math.floor((value * column.unit) / dayMs) + 3
    if (!Number.isNaN(day)) counts[day - 7 * Math.floor(day / 7)]++
  }
  return counts
}

function isUneven(counts: readonly number[]): boolean {
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const bits = counts.reduce(
    (sum, count) => sum + (count === 0 ? 0 : (count / rows) * Math.log2((7 * count) / rows)),
    0,
  )
  return bits >= minBits && bits * rows >= minEvidence
}

function weekdayText(counts: readonly number[]): string {
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const never = names.filter((_, weekday) => counts[weekday] === 0)
  if (never.length > 0) return `never on ${never.join(' and ')}`
  const rarest = counts.indexOf(Math.min(...counts))
  return `${((100 * counts[rarest]) / rows).toFixed(0)} % on ${names[rarest]}`
}
