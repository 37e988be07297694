/**
 * Protobuf's wire format (protobuf.dev, "Encoding"), at index p of a buffer; each function returns the index after what it wrote. Hot: no
 * allocation.
 */
import { civilOf } from '../../model/time/civil.js'

/** A base 128 varint of an integer up to ±2^53; a negative one as 64 bits, in ten bytes. */
export function writeBase128(b: Uint8Array, p: number, value: number): number {
  if (value < 0) return writeNegative(b, p, value)
  let rest = value
  while (rest > 0x7fffffff) {
    const higher = Math.floor(rest / 128)
    b[p++] = (rest - higher * 128) | 128
    rest = higher
  }
  while (rest > 127) {
    b[p++] = (rest & 127) | 128
    rest >>>= 7
  }
  b[p++] = rest
  return p
}

function writeNegative(b: Uint8Array, p: number, value: number): number {
  const high = Math.floor(value / 0x100000000) | 0
  const low = (value - high * 0x100000000) | 0
  b[p] = (low & 127) | 128
  b[p + 1] = ((low >>> 7) & 127) | 128
  b[p + 2] = ((low >>> 14) & 127) | 128
  b[p + 3] = ((low >>> 21) & 127) | 128
  b[p + 4] = (low >>> 28) | ((high & 7) << 4) | 128
  b[p + 5] = ((high >>> 3) & 127) | 128
  b[p + 6] = ((high >>> 10) & 127) | 128
  b[p + 7] = ((high >>> 17) & 127) | 128
  b[p + 8] = ((high >>> 24) & 127) | 128
  b[p + 9] = high >>> 31
  return p + 10
}

/** Eight bytes, little-endian. */
export function writeFixed64(d: DataView, p: number, value: number): number {
  d.setInt32(p, value % 0x100000000, true)
  d.setInt32(p + 4, Math.floor(value / 0x100000000), true)
  return p + 8
}

/** Puts the length of bytes start + 1 … end − 1 in byte `start`, and moves them where it takes more than that byte. */
export function seal(b: Uint8Array, start: number, end: number): number {
  const length = end - start - 1
  if (length < 128) {
    b[start] = length
    return end
  }
  const more = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4
  b.copyWithin(start + 1 + more, start + 1, end)
  writeBase128(b, start, length)
  return end + more
}

/** How many bytes the varint of a length takes. */
export function lengthSize(length: number): number {
  return length < 128 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : length < 0x10000000 ? 4 : 5
}

/** google.protobuf.Timestamp of milliseconds since 1970, after its length: seconds = 1, nanos = 2. */
export function writeTimestampMessage(b: Uint8Array, p: number, ms: number): number {
  const seconds = Math.floor(ms / 1000)
  const nanos = (ms - seconds * 1000) * 1_000_000
  let q = p + 1
  if (seconds !== 0) {
    b[q] = 0x08
    q = writeBase128(b, q + 1, seconds)
  }
  if (nanos !== 0) {
    b[q] = 0x10
    q = writeBase128(b, q + 1, nanos)
  }
  b[p] = q - p - 1
  return q
}

/** google.type.Date of days since 1970, after its length: year = 1, month = 2, day = 3. */
export function writeDateMessage(b: Uint8Array, p: number, days: number): number {
  const { year, month, day } = civilOf(days)
  b[p + 1] = 0x08
  const q = writeBase128(b, p + 2, year)
  b[q] = 0x10
  b[q + 1] = month
  b[q + 2] = 0x18
  b[q + 3] = day
  b[p] = q + 3 - p
  return q + 4
}
