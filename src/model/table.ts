import { endianness } from 'node:os'

/** A table of probabilities as an artifact holds it: base64 of little-endian float32. */
export function encodeTable(table: Float32Array): string {
  const bytes = Buffer.from(table.buffer, table.byteOffset, table.byteLength)
  return endianness() === 'LE' ? bytes.toString('base64') : Buffer.from(bytes).swap32().toString('base64')
}

/** The inverse of `encodeTable`. Null where the text is not the base64 of exactly `entries` numbers. */
export function decodeTable(text: string, entries: number): Float32Array | null {
  const size = entries * 4
  if (text.length !== Math.ceil(size / 3) * 4) return null
  const table = new Float32Array(entries)
  const bytes = Buffer.from(table.buffer)
  if (bytes.write(text, 'base64') !== size) return null
  if (endianness() === 'BE') bytes.swap32()
  return table
}
