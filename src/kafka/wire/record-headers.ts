/**
 * A record's headers in the format of EncodedHeaders (KIP-82): their count, then each name and value, with
 * length prefixes.
 */
import type { EncodedHeaders } from '../../record.js'
import { sizeOfVarint, writeVarint } from './varint.js'

/** Encodes headers shared by many records. Values are never null. */
export function encodeHeaders(headers: readonly (readonly [name: string, value: string | Buffer])[]): Buffer {
  const parts = headers.flat().map((part) => (typeof part === 'string' ? Buffer.from(part) : part))
  const size = parts.reduce((sum, { length }) => sum + sizeOfVarint(length) + length, sizeOfVarint(headers.length))
  const bytes = Buffer.alloc(size)
  let at = writeVarint(bytes, 0, headers.length)
  for (const part of parts) {
    at = writeVarint(bytes, at, part.length)
    at += part.copy(bytes, at)
  }
  return bytes
}

/** The headers of record i, as views, in order. */
export function headersOf({ bytes, offsets }: EncodedHeaders, i: number): [name: string, value: Buffer | null][] {
  return offsets[i] === offsets[i + 1] ? [] : readHeaders(bytes, offsets[i], offsets[i + 1])
}

/** The headers at bytes[start .. end), as views, in order; a name may occur more than once. Throws RangeError on damage. */
export function readHeaders(bytes: Buffer, start: number, end: number): [name: string, value: Buffer | null][] {
  let at = start
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 35 && at < end; shift += 7) {
      const byte = bytes[at++]
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw new RangeError('headers are truncated')
  }
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > end) throw new RangeError('headers are truncated')
    return bytes.subarray(at, (at += length))
  }
  const headers: [string, Buffer | null][] = []
  for (let left = varint(); left > 0; left--) {
    const name = take(varint()).toString()
    const length = varint()
    headers.push([name, length < 0 ? null : take(length)])
  }
  return headers
}
