import type { FieldType, Value } from '../record.js'
import { dayMs } from './time/day.js'
import { spelled, spellingReader } from './time/spelling.js'

export { dayMs }

/** A held value (see FieldType) as users see it: dates and times in the type's spelling or ISO 8601, decimals as numbers. */
export function shownValue(held: Value, type: FieldType): Value {
  if (typeof held !== 'number') return held
  if (Number.isNaN(held)) return null
  switch (type.kind) {
    case 'decimal':
      return held / 10 ** type.scale
    case 'time':
      return spelled(held, type)
    case 'date':
      if (type.spelling !== undefined) return spelled(held, type)
      return new Date(held * dayMs).toISOString().slice(0, held < -719_528 || held > 2_932_896 ? 13 : 10)
    case 'timestamp':
      return type.spelling !== undefined || type.local ? spelled(held, type) : new Date(held).toISOString()
    default:
      return held
  }
}

/** A number as users write it, in the held form; exact if possible (1.005 with scale 3 is 1005). */
export function heldDecimal(value: number, scale: number): number {
  const [digits, exponent = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(exponent) + scale}`)
}

const dateForm = /^(\d{4})-(\d\d)-(\d\d)$/
const timestampForm = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/

/** Days since 1970 of an ISO date; null if it is not one, or not a calendar day. */
export function heldDate(text: string): number | null {
  const parts = dateForm.exec(text)
  if (parts === null) return null
  const ms = Date.parse(`${text}T00:00:00Z`)
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(parts[3])) return null
  return ms / dayMs
}

/** Milliseconds since 1970 of an ISO date or date-time (UTC if it names no zone); null if it is not one. */
export function heldTimestamp(text: string): number | null {
  const parts = timestampForm.exec(text)
  if (parts === null || heldDate(parts[1]) === null) return null
  const ms = Date.parse(`${parts[1]}T${parts[2] ?? '00:00'}${parts[3] ?? 'Z'}`)
  return Number.isNaN(ms) ? null : ms
}

const timeForm = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/

/** Milliseconds since midnight of an ISO time of day; null if it is not one. */
export function heldTime(text: string): number | null {
  const parts = timeForm.exec(text)
  if (parts === null) return null
  const [hour, minute, second] = [parts[1], parts[2], parts[3] ?? '0'].map(Number)
  if (hour > 23 || minute > 59 || second > 59) return null
  return ((hour * 60 + minute) * 60 + second) * 1000 + Number((parts[4] ?? '').slice(0, 3).padEnd(3, '0'))
}

/** The held value of a date or time in ISO 8601 or the type's spelling; null if it is not one. */
export function heldInstant(text: string, type: FieldType): number | null {
  if (type.kind !== 'date' && type.kind !== 'time' && type.kind !== 'timestamp') return null
  const iso = { date: heldDate, time: heldTime, timestamp: heldTimestamp }[type.kind](text)
  if (iso !== null || type.spelling === undefined) return iso
  return spellingReader(type.spelling, type.kind)(text) ?? null
}
