import { endianness } from 'node:os'

/** A table of probabilities as stored in an artifact: base64 of little-endian float32. */
export function encodeTable(table: Float32Array): string {
  const bytes = Buffer.from(table.buffer, table.byteOffset, table.byteLength)
  return endianness() === 'LE' ? bytes.toString('base64') : Buffer.from(bytes).swap32().toString('base64')
}

/** The inverse of `encodeTable`; null if the text is not base64 of exactly `entries` numbers. */
export function decodeTable(text: string, entries: number): Float32Array | null {
  const size = entries * 4
  if (text.length !== Math.ceil(size / 3) * 4) return null
  const table = new Float32Array(entries)
  const bytes = Buffer.from(table.buffer)
  if (bytes.write(text, 'base64') !== size) return null
  if (endianness() === 'BE') bytes.swap32()
  return table
}

/** Exponents of short numbers start at 2^−31; float32 has a bias of 127. */
const shortBias = (127 - 31) << 11

/**
 * A table of probabilities in half the space: base64 of little-endian 16-bit numbers, with 5 bits of float32's exponent and 11 of its
 * mantissa. Accurate to 1 part in 4,096; values below 2^−31 become 0.
 */
export function encodeShortTable(table: Float32Array): string {
  const bits = new Uint32Array(table.buffer, table.byteOffset, table.length)
  const codes = Uint16Array.from(bits, (each) => Math.max(0, ((each + 0x800) >>> 12) - shortBias))
  const bytes = Buffer.from(codes.buffer)
  return (endianness() === 'LE' ? bytes : bytes.swap16()).toString('base64')
}

/** The inverse of `encodeShortTable`; null as for `decodeTable`. */
export function decodeShortTable(text: string, entries: number): Float32Array | null {
  const size = entries * 2
  if (text.length !== Math.ceil(size / 3) * 4) return null
  const codes = new Uint16Array(entries)
  const bytes = Buffer.from(codes.buffer)
  if (bytes.write(text, 'base64') !== size) return null
  if (endianness() === 'BE') bytes.swap16()
  const bits = Uint32Array.from(codes, (code) => (code === 0 ? 0 : (code + shortBias) << 12))
  return new Float32Array(bits.buffer)
}
