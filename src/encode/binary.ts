/**
 * Numbers as bytes, at index p of a buffer; each function returns the index after what it wrote. Hot: no allocation
 * except for numbers of more than 53 bits.
 * Layouts: Avro 1.12 specification, "Binary encoding" and "Logical types".
 */
import { GenesisError } from '../errors.js'

/** Zigzag varint of value × factor; the value is an integer, the product has up to 63 bits. At most 10 bytes. */
export function writeLong(b: Uint8Array, p: number, value: number, factor: number): number {
  const product = value * factor
  if (!Number.isSafeInteger(product)) return writeBigLong(b, p, value, factor)
  const negative = product < 0
  const magnitude = negative ? -product - 1 : product
  // 27 bits first (6 + 3 × 7), then the rest: both halves are 32-bit integers, which bit operations need.
  let high = Math.floor(magnitude / 0x8000000)
  const low = magnitude - high * 0x8000000
  let first = ((low & 63) << 1) | (negative ? 1 : 0)
  if (high === 0) {
    let rest = low >>> 6
    while (rest !== 0) {
      b[p++] = first | 128
      first = rest & 127
      rest >>>= 7
    }
    b[p++] = first
    return p
  }
  b[p] = first | 128
  b[p + 1] = ((low >>> 6) & 127) | 128
  b[p + 2] = ((low >>> 13) & 127) | 128
  b[p + 3] = ((low >>> 20) & 127) | 128
  p += 4
  while (high > 127) {
    b[p++] = (high & 127) | 128
    high >>>= 7
  }
  b[p++] = high
  return p
}

function writeBigLong(b: Uint8Array, p: number, value: number, factor: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new GenesisError('INTERNAL', 'not an integer', { found: String(value) })
  }
  const product = BigInt(value) * BigInt(factor)
  let rest = product < 0n ? -product * 2n - 1n : product * 2n
  while (rest > 127n) {
    b[p++] = Number(rest & 127n) | 128
    rest >>= 7n
  }
  b[p++] = Number(rest)
  return p
}

/** 8 bytes, big-endian. */
export function writeInt64(d: DataView, p: number, value: number): number {
  d.setInt32(p, Math.floor(value / 0x100000000))
  d.setInt32(p + 4, value % 0x100000000)
  return p + 8
}

/**
 * Two's complement of value × 10^shift, big-endian: in `size` bytes, or (size 0) as few as possible after a length.
 * −1 if it has more than `precision` digits.
 */
export function writeUnscaled(
  b: Uint8Array,
  p: number,
  value: number,
  shift: number,
  precision: number,
  size: number,
): number {
  const unscaled = shift === 0 ? value : value * 10 ** shift
  if (!Number.isSafeInteger(unscaled)) return writeBigUnscaled(b, p, value, shift, precision, size)
  if (precision < 16 && Math.abs(unscaled) >= 10 ** precision) return -1
  let length = size
  if (length === 0) {
    const magnitude = unscaled < 0 ? -unscaled - 1 : unscaled
    length = 1
    for (let limit = 128; magnitude >= limit; limit *= 256) length++
    b[p++] = length << 1
  }
  let rest = unscaled
  for (let q = p + length - 1; q >= p; q--) {
    const higher = Math.floor(rest / 256)
    b[q] = rest - higher * 256
    rest = higher
  }
  return p + length
}

function writeBigUnscaled(
  b: Uint8Array,
  p: number,
  value: number,
  shift: number,
  precision: number,
  size: number,
): number {
  if (!Number.isSafeInteger(value)) {
    throw new GenesisError('INTERNAL', 'not an integer', { found: String(value) })
  }
  let rest = BigInt(value) * 10n ** BigInt(shift)
  if ((rest < 0n ? -rest : rest) >= 10n ** BigInt(precision)) return -1
  let length = size
  if (length === 0) {
    const magnitude = rest < 0n ? -rest - 1n : rest
    length = 1
    for (let limit = 128n; magnitude >= limit; limit <<= 8n) length++
    p = writeLong(b, p, length, 1)
  }
  for (let q = p + length - 1; q >= p; q--) {
    b[q] = Number(rest & 255n)
    rest >>= 8n
  }
  return p + length
}

/** Bytes needed for any number of `precision` decimal digits in two's complement. */
export function unscaledSize(precision: number): number {
  return Math.ceil((precision * Math.log2(10) + 1) / 8)
}

/** The 16 bytes of the UUID whose text is in `from` at `start`. */
export function writeUuid(b: Uint8Array, p: number, from: Uint8Array, start: number): number {
  let high = -1
  for (let q = start; q < start + 36; q++) {
    const c = from[q]
    if (c === 45) continue
    const digit = c < 58 ? c - 48 : (c | 32) - 87
    if (high < 0) high = digit
    else {
      b[p++] = (high << 4) | digit
      high = -1
    }
  }
  return p
}
