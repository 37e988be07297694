import type { FieldType, Value } from '../record.js'

export const dayMs = 86_400_000

/** A held value (see FieldType) as a user sees it: ISO dates, decimals as numbers. */
export function shownValue(held: Value, type: FieldType): Value {
  if (typeof held !== 'number') return held
  if (Number.isNaN(held)) return null
  switch (type.kind) {
    case 'decimal':
      return held / 10 ** type.scale
    case 'date':
      return new Date(held * dayMs).toISOString().slice(0, held < -719_528 || held > 2_932_896 ? 13 : 10)
    case 'timestamp':
      return new Date(held).toISOString()
    default:
      return held
  }
}

/** A number that users write, as it is held; exact where it can be (1.005 of scale 3 is 1005). */
export function heldDecimal(value: number, scale: number): number {
  const [digits, exponent = '0'] = String(value).split('e')
  return Number(`${digits}e${Number(exponent) + scale}`)
}

const dateForm = /^(\d{4})-(\d\d)-(\d\d)$/
const timestampForm = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/

/** Days since 1970 of an ISO date; null where it is none, or not a day of the calendar. */
export function heldDate(text: string): number | null {
  const parts = dateForm.exec(text)
  if (parts === null) return null
  const ms = Date.parse(`${text}T00:00:00Z`)
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(parts[3])) return null
  return ms / dayMs
}

/** Milliseconds since 1970 of an ISO date or date-time (UTC where it names no zone); null where it is none. */
export function heldTimestamp(text: string): number | null {
  const parts = timestampForm.exec(text)
  if (parts === null || heldDate(parts[1]) === null) return null
  const ms = Date.parse(`${parts[1]}T${parts[2] ?? '00:00'}${parts[3] ?? 'Z'}`)
  return Number.isNaN(ms) ? null : ms
}
