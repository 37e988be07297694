/** Parts of times, which are milliseconds since 1970 (UTC). Integer arithmetic only; NaN for NaN. */
import { dayMs } from '../held.js'
import { civilOf } from '../time/civil.js'
import type { calendars, FormulaOperator, timeParts } from './formula.js'

type TimePart = (typeof timeParts)[number] | (typeof calendars)[number]

const parts: Record<TimePart, (ms: number) => number> = {
  date: (ms) => Math.floor(ms / dayMs) * dayMs,
  year: (ms) => civilOf(Math.floor(ms / dayMs)).year,
  month: (ms) => civilOf(Math.floor(ms / dayMs)).month,
  day: (ms) => civilOf(Math.floor(ms / dayMs)).day,
  weekday: (ms) => {
    const weekday = (Math.floor(ms / dayMs) + 4) % 7
    return weekday < 0 ? weekday + 7 : weekday
  },
  hour: (ms) => Math.floor((ms - Math.floor(ms / dayMs) * dayMs) / 3_600_000),
  minute: (ms) => Math.floor((ms - Math.floor(ms / 3_600_000) * 3_600_000) / 60_000),
  month_start: (months) => dayMs * daysOfMonth(months),
  month_end: (months) => dayMs * (daysOfMonth(months + 1) - 1),
  // 1970-01-01 was a Thursday, the fourth working day of its week: index 3.
  workday: (days) => dayMs * (Math.floor((days + 3) / 5) * 7 + (days + 3 - Math.floor((days + 3) / 5) * 5) - 3),
  second: (ms) => Math.floor((ms - Math.floor(ms / 60_000) * 60_000) / 1000),
}

export function timePart(part: FormulaOperator): (ms: number) => number {
  return parts[part as TimePart]
}

/** Days from 1970-01-01 to the first day of a month, which is counted from January 1970 (days_from_civil). */
function daysOfMonth(months: number): number {
  const month = months - Math.floor(months / 12) * 12
  const year = 1970 + Math.floor(months / 12) - (month < 2 ? 1 : 0)
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * (month < 2 ? month + 10 : month - 2) + 2) / 5)
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}
