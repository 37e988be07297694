/**
 * Values as text, at index p of a buffer; each function returns the index after what it wrote. Hot: no allocation, except
 * for doubles with a fraction and dates outside the years 0 to 9999.
 */

const pairs = Buffer.from(Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0')).join(''))

const powers = Float64Array.from({ length: 16 }, (_, n) => 10 ** n)

/** The number of decimal digits of an integer in [0, 2^31). */
function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4
  if (value < 100_000_000) return value < 1_000_000 ? (value < 100_000 ? 5 : 6) : value < 10_000_000 ? 7 : 8
  return value < 1_000_000_000 ? 9 : 10
}

/** The decimal digits of an integer in [0, 2^31), with leading zeros up to `width`. */
function writeDigits(b: Uint8Array, p: number, value: number, width: number): number {
  const digits = digitsOf(value | 0)
  const length = digits > width ? digits : width
  let q = p + length
  let rest = value | 0
  while (q - p >= 2) {
    const higher = (rest / 100) | 0
    const pair = (rest - higher * 100) << 1
    b[--q] = pairs[pair + 1]
    b[--q] = pairs[pair]
    rest = higher
  }
  if (q > p) b[p] = 48 + (rest % 10)
  return p + length
}

/** The two digits of an integer in [0, 100). */
function writePair(b: Uint8Array, p: number, value: number): void {
  const pair = value << 1
  b[p] = pairs[pair]
  b[p + 1] = pairs[pair + 1]
}

/** An integer up to 2^53, as JSON writes it. */
export function writeInteger(b: Uint8Array, p: number, value: number): number {
  if (value < 0) {
    b[p++] = 45
    value = -value
  }
  if (value < 0x7fffffff) return writeDigits(b, p, value, 1)
  const high = Math.floor(value / 1e9)
  p = high < 0x7fffffff ? writeDigits(b, p, high, 1) : writeInteger(b, p, high)
  return writeDigits(b, p, value - high * 1e9, 9)
}

/** value ÷ 10^scale, exact, without trailing zeros in the fraction. */
export function writeDecimal(b: Uint8Array, p: number, value: number, scale: number): number {
  if (scale <= 0) return writeInteger(b, p, value * 10 ** -scale)
  if (value < 0) {
    b[p++] = 45
    value = -value
  }
  if (scale > 9) return writeLongFraction(b, p, value, scale)
  const unit = powers[scale]
  const whole = Math.floor(value / unit)
  let fraction = value - whole * unit
  p = writeInteger(b, p, whole)
  if (fraction === 0) return p
  let width = scale
  while (fraction % 10 === 0) {
    fraction = (fraction / 10) | 0
    width--
  }
  b[p++] = 46
  return writeDigits(b, p, fraction, width)
}

/** value ÷ 10^scale with all its places, 1 to 9. */
export function writeFixedDecimal(b: Uint8Array, p: number, value: number, scale: number): number {
  if (value < 0) {
    b[p++] = 45
    value = -value
  }
  const unit = powers[scale]
  const whole = Math.floor(value / unit)
  p = writeInteger(b, p, whole)
  b[p++] = 46
  return writeDigits(b, p, value - whole * unit, scale)
}

function writeLongFraction(b: Uint8Array, p: number, value: number, scale: number): number {
  const digits = String(value).padStart(scale + 1, '0')
  const fraction = digits.slice(-scale).replace(/0+$/, '')
  return writeAscii(b, p, fraction === '' ? digits.slice(0, -scale) : `${digits.slice(0, -scale)}.${fraction}`)
}

/** The shortest text that parses back to the same double, as written by JSON.stringify. */
export function writeReal(b: Uint8Array, p: number, value: number): number {
  if (Number.isSafeInteger(value)) return writeInteger(b, p, value)
  return writeAscii(b, p, String(value))
}

/** Days since 1970-01-01 as YYYY-MM-DD. */
export function writeDate(b: Uint8Array, p: number, days: number): number {
  // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days, in eras of 400 years from 0000-03-01.
  const shifted = days + 719468
  if (shifted < 60 || days > 2932896) {
    return writeAscii(b, p, new Date(days * 86_400_000).toISOString().replace(/T.*/, ''))
  }
  const era = (shifted / 146097) | 0
  const dayOfEra = shifted - era * 146097
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - ((yearOfEra / 100) | 0))
  const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0
  const day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const century = (year / 100) | 0
  writePair(b, p, century)
  writePair(b, p + 2, year - century * 100)
  b[p + 4] = 45
  writePair(b, p + 5, month)
  b[p + 7] = 45
  writePair(b, p + 8, day)
  return p + 10
}

/** Milliseconds since 1970-01-01T00:00Z as YYYY-MM-DDTHH:mm:ss.sssZ. */
export function writeTimestamp(b: Uint8Array, p: number, ms: number): number {
  const days = Math.floor(ms / 86_400_000)
  if (days < -719408 || days > 2932896) return writeAscii(b, p, new Date(ms).toISOString())
  const time = ms - days * 86_400_000
  p = writeDate(b, p, days)
  const seconds = (time / 1000) | 0
  const minutes = (seconds / 60) | 0
  const hours = (minutes / 60) | 0
  b[p] = 84
  writePair(b, p + 1, hours)
  b[p + 3] = 58
  writePair(b, p + 4, minutes - hours * 60)
  b[p + 6] = 58
  writePair(b, p + 7, seconds - minutes * 60)
  b[p + 9] = 46
  writeDigits(b, p + 10, time - seconds * 1000, 3)
  b[p + 13] = 90
  return p + 14
}

/** UTF-8 text as a CSV field (RFC 4180 §2), quoted if needed or empty. At most 2 bytes per byte, plus 2. */
export function writeCsvText(b: Uint8Array, p: number, from: Uint8Array, start: number, end: number): number {
  let quoted = start === end
  for (let q = start; q < end && !quoted; q++) {
    const c = from[q]
    quoted = c === 34 || c === 44 || c === 10 || c === 13
  }
  if (!quoted) {
    for (let q = start; q < end; q++) b[p++] = from[q]
    return p
  }
  b[p++] = 34
  for (let q = start; q < end; q++) {
    const c = from[q]
    if (c === 34) b[p++] = 34
    b[p++] = c
  }
  b[p++] = 34
  return p
}

function writeAscii(b: Uint8Array, p: number, text: string): number {
  for (let i = 0; i < text.length; i++) b[p++] = text.charCodeAt(i)
  return p
}
