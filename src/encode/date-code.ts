/**
 * Code that appends dates and times in ISO 8601 by words from tables, from March 1900 to February 2100: there every fourth year is a leap
 * year, and a year that begins in March has the same days up to its last one. The rest is left to text.ts. See code-emitter.ts for the names
 * in the code.
 */
import { writeTimestamp } from './text.js'

/** 1900-03-01 in days since 1970-01-01, and how many days from there on are covered: up to 2100-02-28. */
const firstDay = -25508
const days = 73049

const dayMillis = 86_400_000
const iso = (day: number): string => new Date(day * dayMillis).toISOString()

/** The four digits of year 1900 + n. */
export const yearWords = wordsOf(201, (n) => String(1900 + n))
/** `-MM-DD` of day n of a year that begins in March, as the beginning of eight bytes. */
export const monthDayWords = new Float64Array(
  new Uint8Array(
    Array.from({ length: 366 }, (_, n) => [
      ...Buffer.from(
        iso(firstDay + 3 * 365 + n)
          .slice(4, 10)
          .padEnd(8),
      ),
    ]).flat(),
  ).buffer,
)
const hourWords = wordsOf(24, (n) => `T${String(n).padStart(2, '0')}:`)
const minuteWords = wordsOf(60, (n) => `${String(n).padStart(2, '0')}:`)
const secondWords = wordsOf(60, (n) => `${String(n).padStart(2, '0')}.`)
const milliWords = wordsOf(1000, (n) => `${String(n).padStart(3, '0')}Z`)

function wordsOf(count: number, text: (n: number) => string): Int32Array {
  return Int32Array.from({ length: count }, (_, n) => Buffer.from(text(n).padEnd(4)).readInt32LE(0))
}

/** Code that appends day v since 1970-01-01 as YYYY-MM-DD. */
export const dateCode =
  `x = (v | 0) - ${firstDay}; ` +
  `if ((x >>> 0) < ${days} && x + ${firstDay} === v) { q = (((x << 2) + 3) / 1461) | 0; x = x - (Math.imul(q, 1461) >> 2); ` +
  // January and February, days 306 on, are of the next year.
  'd.setInt32(p, yearWords[q + ((305 - x) >>> 31)], true); d.setFloat64(p + 4, monthDayWords[x], true); p += 10 } ' +
  'else p = writeDate(b, p, v)'

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
