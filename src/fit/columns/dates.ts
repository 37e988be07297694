import { zoneOffset } from './time-words.js'

/** The order of day and month in dates such as 03/04/2024, where nothing in the text distinguishes them. */
export type DateOrder = 'DMY' | 'MDY'

export interface ParsedTime {
  /** Milliseconds since 1970-01-01T00:00Z. Without a zone the text is taken as UTC. */
  readonly millis: number
  readonly hasTime: boolean
  /** As written: Z, +02:00 … ; null if there is none. */
  readonly zone: string | null
}

const time = String.raw`(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([ap]\.?m\.?)?\s*([a-z]{1,5}|[+-]\d{2}(?::?\d{2})?)?)?`
const yearFirst = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${time}$`, 'i')
const yearLast = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${time}$`, 'i')
const dayName = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?`
const monthName = String.raw`(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?`
const monthDay = new RegExp(String.raw`^${dayName}${monthName}\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})${time}$`, 'i')
const dayMonth = new RegExp(String.raw`^${dayName}(\d{1,2})[\s-]+${monthName}[\s-]+(\d{4})${time}$`, 'i')
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * A date, or a date with a time, in ISO 8601 and other formats common in tables: 2024/1/31, 31.1.2024, 1/31/2024 (by
 * `order`), Jan 31 2024, 31 January 2024; times with seconds, fractions, AM/PM and zone. Undefined: not a date.
 */
export function parseTime(text: string, order: DateOrder): ParsedTime | undefined {
  // The cheapest test, which rules out most texts.
  if (text.length < 6 || text.length > 48) return undefined
  let match = yearFirst.exec(text)
  if (match) return timeOf(Number(match[1]), Number(match[3]), Number(match[4]), match, 5)
  match = yearLast.exec(text)
  if (match) {
    const first = Number(match[1])
    const second = Number(match[3])
    const dayFirst = match[2] === '.' || order === 'DMY'
    return timeOf(fullYear(match[4]), dayFirst ? second : first, dayFirst ? first : second, match, 5)
  }
  match = monthDay.exec(text)
  if (match) return timeOf(Number(match[3]), monthOf(match[1]), Number(match[2]), match, 4)
  match = dayMonth.exec(text)
  if (match) return timeOf(Number(match[3]), monthOf(match[2]), Number(match[1]), match, 4)
  return undefined
}

/** The milliseconds of a day written as 20240131, in a year from 1900 to 2099; undefined: not a date. */
export function compactDate(cell: string | number | boolean): number | undefined {
  const match = /^((?:19|20)\d\d)(\d\d)(\d\d)$/.exec(String(cell).trim())
  if (match === null) return undefined
  const [year, month, day] = match.slice(1).map(Number)
  const time = new Date(Date.UTC(year, month - 1, day))
  return time.getUTCMonth() === month - 1 && time.getUTCDate() === day ? time.getTime() : undefined
}

/** The order of the texts' dates. `certain`: some text is only possible in this order; false if all are ambiguous, as in 03/04/2024. */
export function dateOrderOf(texts: Iterable<string>): { order: DateOrder; certain: boolean } {
  let dayFirst = 0
  let monthFirst = 0
  let open = 0
  for (const text of texts) {
    const match = yearLast.exec(text)
    if (!match || match[2] === '.') continue
    if (Number(match[1]) > 12) dayFirst++
    else if (Number(match[3]) > 12) monthFirst++
    else open++
  }
  return { order: dayFirst > monthFirst ? 'DMY' : 'MDY', certain: dayFirst !== monthFirst || open === 0 }
}

/** Applies the POSIX pivot to two-digit years. */
function fullYear(text: string): number {
  const year = Number(text)
  if (text.length === 4) return year
  return year < 69 ? 2000 + year : 1900 + year
}

function monthOf(name: string): number {
  return months.indexOf(name.slice(0, 3).toLowerCase()) + 1
}

/** `at`: index of the first group of `time` in the match: hour, minute, second, fraction, AM/PM, zone. */
function timeOf(year: number, month: number, day: number, match: RegExpExecArray, at: number): ParsedTime | undefined {
  const [hourText, minuteText, secondText, fraction, half, zone] = match.slice(at) as (string | undefined)[]
  const midnight = new Date(0)
  midnight.setUTCFullYear(year, month - 1, day)
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined
  if (hourText === undefined) return { millis: midnight.getTime(), hasTime: false, zone: null }
  let hour = Number(hourText)
  const minute = Number(minuteText)
  const second = Number(secondText ?? 0)
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined
    hour = (hour % 12) + (half[0].toLowerCase() === 'p' ? 12 : 0)
  }
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const offset = zone === undefined ? 0 : zoneOffset(zone)
  if (offset === undefined) return undefined
  const millis = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'))
  return {
    millis: midnight.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + millis,
    hasTime: true,
    zone: zone === undefined ? null : zone.toUpperCase(),
  }
}
