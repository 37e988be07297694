/** Writes numbers as ASCII into a buffer, byte by byte. Hot: only reals allocate. */
import type { FieldType } from '../../record.js'
import { civilOf } from '../time/civil.js'
import { ownWriter } from '../time/spelling.js'

/** Maximum bytes of a number, except for times with a spelling of their own. */
export const maxNumberBytes = 32

/** Writes a held number (see FieldType) at `at` and returns the index after it. */
export function writeNumber(bytes: Uint8Array, at: number, held: number, type: FieldType): number {
  const own = ownWriter(type)
  if (own !== null) return own.write(bytes, at, held)
  switch (type.kind) {
    case 'decimal':
      return writeDecimal(bytes, at, held, type.scale)
    case 'date':
      return writeDate(bytes, at, held)
    case 'timestamp':
      return writeTimestamp(bytes, at, held)
    case 'double':
      return writeAscii(bytes, at, String(held))
    default:
      return writeDecimal(bytes, at, held, 0)
  }
}

function writeAscii(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
  return at + text.length
}

function writeDecimal(bytes: Uint8Array, at: number, held: number, scale: number): number {
  if (!Number.isSafeInteger(held)) return writeAscii(bytes, at, String(held))
  let rest = held
  if (rest < 0) {
    bytes[at++] = 45
    rest = -rest
  }
  let digits = 1
  for (let limit = 10; rest >= limit; limit *= 10) digits++
  if (digits <= scale) digits = scale + 1
  const end = at + digits + (scale > 0 ? 1 : 0)
  let place = end
  for (let i = 0; i < digits; i++) {
    if (i === scale && scale > 0) bytes[--place] = 46
    const tenth = Math.floor(rest / 10)
    bytes[--place] = 48 + (rest - tenth * 10)
    rest = tenth
  }
  return end
}

/** Writes exactly `digits` digits. */
function writePadded(bytes: Uint8Array, at: number, value: number, digits: number): number {
  for (let i = digits - 1, rest = value; i >= 0; i--) {
    bytes[at + i] = 48 + (rest % 10)
    rest = (rest / 10) | 0
  }
  return at + digits
}

function writeDate(bytes: Uint8Array, at: number, days: number): number {
  const { year, month, day } = civilOf(days)
  if (year < 0 || year > 9999) return writeAscii(bytes, at, new Date(days * 86_400_000).toISOString().slice(0, 13))
  at = writePadded(bytes, at, year, 4)
  bytes[at++] = 45
  at = writePadded(bytes, at, month, 2)
  bytes[at++] = 45
  return writePadded(bytes, at, day, 2)
}

function writeTimestamp(bytes: Uint8Array, at: number, ms: number): number {
  const days = Math.floor(ms / 86_400_000)
  let rest = ms - days * 86_400_000
  at = writeDate(bytes, at, days)
  bytes[at++] = 84
  at = writePadded(bytes, at, (rest / 3_600_000) | 0, 2)
  rest %= 3_600_000
  bytes[at++] = 58
  at = writePadded(bytes, at, (rest / 60_000) | 0, 2)
  rest %= 60_000
  bytes[at++] = 58
  at = writePadded(bytes, at, (rest / 1000) | 0, 2)
  bytes[at++] = 46
  at = writePadded(bytes, at, rest % 1000, 3)
  bytes[at++] = 90
  return at
}
