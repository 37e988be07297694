/**
 * Code that appends dates and times in ISO 8601 by words from tables, from March 1900 to February 2100: there every fourth year is a leap
 * year, and a year that begins in March has the same days up to its last one. The rest is left to text.ts. See code-emitter.ts for the names
 * in the code.
 */
import { digitWords } from './digit-code.js'
import { writeTimestamp } from './text.js'

/** 1900-03-01 in days since 1970-01-01, and how many days from there on are covered: up to 2100-02-28. */
const firstDay = -25508
const days = 73049

const dayMillis = 86_400_000

/** Two digits of n, then `after`, in the lowest bytes of a word. */
const pair = (n: number, after: number): number => (digitWords[n] >>> 16) | (after << 16)
/** The four digits of year 1900 + n. */
export const yearWords = digitWords.slice(1900, 2101)
/** `-MM-DD` of day n of a year that begins in March, as the beginning of eight bytes. */
export const monthDayWords = new Float64Array(366)
const hourWords = Int32Array.from({ length: 24 }, (_, n) => 84 | (pair(n, 58) << 8))
const minuteWords = Int32Array.from({ length: 60 }, (_, n) => pair(n, 58))
const secondWords = Int32Array.from({ length: 60 }, (_, n) => pair(n, 46))
const milliWords = Int32Array.from({ length: 1000 }, (_, n) => (digitWords[n] >>> 8) | (90 << 24))

const monthDays = new DataView(monthDayWords.buffer)
for (let month = 3, day = 1, n = 0; n < 366; n++) {
  monthDays.setInt32(n * 8, 45 | (pair(month, 45) << 8), true)
  monthDays.setInt32(n * 8 + 4, pair(day, 0x2020), true)
  const length = month === 2 ? 29 : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  day = day === length ? 1 : day + 1
  if (day === 1) month = month === 12 ? 1 : month + 1
}

/** Code that appends day v since 1970-01-01 as YYYY-MM-DD. */
export const dateCode =
  `x = (v | 0) - ${firstDay}; ` +
  `if ((x >>> 0) < ${days} && x + ${firstDay} === v) { q = (((x << 2) + 3) / 1461) | 0; x = x - (Math.imul(q, 1461) >> 2); ` +
  // January and February, days 306 on, are of the next year.
  'd.setInt32(p, yearWords[q + ((305 - x) >>> 31)], true); d.setFloat64(p + 4, monthDayWords[x], true); p += 10 } ' +
  'else p = writeDate(b, p, v) | 0'

/** Milliseconds since 1970-01-01T00:00Z as YYYY-MM-DDTHH:mm:ss.sssZ, like writeTimestamp. */
export function writeTimestampWords(b: Uint8Array, d: DataView, p: number, ms: number): number {
  const day = Math.floor(ms / dayMillis)
  let n = (day | 0) - firstDay
  if (!(n >>> 0 < days && n + firstDay === day)) return writeTimestamp(b, p, ms)
  const time = (ms - day * dayMillis) | 0
  const year = (((n << 2) + 3) / 1461) | 0
  n = n - (Math.imul(year, 1461) >> 2)
  d.setInt32(p, yearWords[year + ((305 - n) >>> 31)], true)
  d.setFloat64(p + 4, monthDayWords[n], true)
  const seconds = (time / 1000) | 0
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  d.setInt32(p + 10, hourWords[hours], true)
  d.setInt32(p + 14, minuteWords[minutes - Math.imul(hours, 60)], true)
  d.setInt32(p + 17, secondWords[seconds - Math.imul(minutes, 60)], true)
  d.setInt32(p + 20, milliWords[time - Math.imul(seconds, 1000)], true)
  return p + 24
}
