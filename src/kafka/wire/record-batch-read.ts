/**
 * Reads record batches from a fetch response or a log segment. Hot: a cursor moves over the records, without
 * allocating per record.
 */
import { codecOf } from '../codec.js'
import { crc32c } from './crc32c.js'
import { at, attribute, headerBytes } from './record-batch.js'
import { readHeaders } from './record-headers.js'

export interface RecordBatchHeader {
  readonly baseOffset: number
  readonly lastOffset: number
  /** Size of the whole batch in bytes. */
  readonly length: number
  readonly attributes: number
  readonly transactional: boolean
  /** A transaction marker (or other control batch): its records are not data. */
  readonly control: boolean
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly count: number
}

/** An unreadable batch: damaged, truncated in the middle, or in a format Kafka no longer writes. */
export class RecordBatchError extends Error {
  override readonly name = 'RecordBatchError'
}

/**
 * The header of the batch at `start`, or null if the bytes end before the batch does (a fetch response may
 * be cut off there). Throws RecordBatchError.
 */
export function readHeader(bytes: Buffer, start: number): RecordBatchHeader | null {
  if (start + headerBytes > bytes.length) return null
  const length = bytes.readInt32BE(start + at.batchLength) + at.leaderEpoch
  if (bytes[start + at.magic] !== 2)
    throw new RecordBatchError(`record batch with magic ${bytes[start + at.magic]}, expected 2`)
  if (length < headerBytes) throw new RecordBatchError(`record batch of ${length} bytes`)
  if (start + length > bytes.length) return null
  const attributes = bytes.readInt16BE(start + at.attributes)
  const baseOffset = Number(bytes.readBigInt64BE(start + at.baseOffset))
  return {
    baseOffset,
    lastOffset: baseOffset + bytes.readInt32BE(start + at.lastOffsetDelta),
    length,
    attributes,
    transactional: (attributes & attribute.transactional) !== 0,
    control: (attributes & attribute.control) !== 0,
    baseTimestamp: Number(bytes.readBigInt64BE(start + at.baseTimestamp)),
    maxTimestamp: Number(bytes.readBigInt64BE(start + at.maxTimestamp)),
    producerId: bytes.readBigInt64BE(start + at.producerId),
    producerEpoch: bytes.readInt16BE(start + at.producerEpoch),
    baseSequence: bytes.readInt32BE(start + at.baseSequence),
    count: bytes.readInt32BE(start + at.recordCount),
  }
}

/**
 * A cursor over the records of the batch at `start`, its checksum verified; records outside the offsets [from, to) are
 * skipped. Rejects with RecordBatchError.
 */
export async function openRecordBatch(
  bytes: Buffer,
  start: number,
  header: RecordBatchHeader,
  from = 0,
  to = Infinity,
): Promise<RecordCursor> {
  const end = start + header.length
  if (crc32c(bytes.subarray(start + at.attributes, end)) !== bytes.readUInt32BE(start + at.crc))
    throw new RecordBatchError(`record batch at offset ${header.baseOffset} has a wrong checksum`)
  const records = bytes.subarray(start + headerBytes, end)
  const codec = codecOf(header.attributes)
  if (codec === undefined)
    throw new RecordBatchError(`record batch at offset ${header.baseOffset} has unknown compression`)
  try {
    return new RecordCursor(header, codec.id === 0 ? records : await codec.decompress(records), from, to)
  } catch (cause) {
    throw new RecordBatchError(`record batch at offset ${header.baseOffset} cannot be decompressed`, { cause })
  }
}

/** Positioned on one record after each `next() === true`; its key and value are ranges of `bytes`. */
export class RecordCursor {
  readonly header: RecordBatchHeader
  /** The records, uncompressed. */
  readonly bytes: Buffer
  offset = -1
  /** Milliseconds since 1970. */
  timestamp = -1
  keyStart = 0
  /** -1: the key is null. */
  keyLength = -1
  valueStart = 0
  /** -1: the value is null. */
  valueLength = -1
  headerCount = 0
  readonly #from: number
  readonly #to: number
  #at = 0
  #headersAt = 0
  #read = 0

  constructor(header: RecordBatchHeader, bytes: Buffer, from: number, to: number) {
    this.header = header
    this.bytes = bytes
    this.#from = from
    this.#to = to
  }

  /** Moves to the next record; false after the last one. Throws RecordBatchError on a damaged record. */
  next(): boolean {
    while (this.#read < this.header.count) {
      this.#step()
      if (this.offset >= this.#from && this.offset < this.#to) return true
    }
    return false
  }

  /** A view of this record's key; null if the key is. */
  key(): Buffer | null {
    return this.keyLength < 0 ? null : this.bytes.subarray(this.keyStart, this.keyStart + this.keyLength)
  }

  /** A view of this record's value; null if the value is. */
  value(): Buffer | null {
    return this.valueLength < 0 ? null : this.bytes.subarray(this.valueStart, this.valueStart + this.valueLength)
  }

  /** This record's headers in order; a name may occur more than once. */
  headers(): [name: string, value: Buffer | null][] {
    if (this.headerCount === 0) return []
    try {
      return readHeaders(this.bytes, this.#headersAt, this.#at)
    } catch {
      throw this.#damaged()
    }
  }

  #step(): void {
    const { header } = this
    this.#read++
    const length = this.#varint()
    const end = this.#at + length
    if (length < 0 || end > this.bytes.length) throw this.#damaged()
    this.#at++ // attributes: none are defined
    this.timestamp = header.baseTimestamp + this.#varlong()
    if (header.attributes & attribute.logAppendTime) this.timestamp = header.maxTimestamp
    this.offset = header.baseOffset + this.#varint()
    this.keyLength = this.#varint()
    this.keyStart = this.#at
    if (this.keyLength > 0) this.#at += this.keyLength
    this.valueLength = this.#varint()
    this.valueStart = this.#at
    if (this.valueLength > 0) this.#at += this.valueLength
    this.#headersAt = this.#at
    this.headerCount = this.#varint()
    if (this.#at > end || (this.headerCount === 0 && this.#at !== end)) throw this.#damaged()
    this.#at = end
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.bytes[this.#at++]
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1)
    }
    throw this.#damaged()
  }

  #varlong(): number {
    const first = this.bytes[this.#at++]
    // The lowest zig-zag bit is the sign; the rest, halved, stays exact up to 2^53.
    let half = (first & 0x7f) >>> 1
    let byte = first
    for (let scale = 64; byte >= 0x80; scale *= 128) {
      byte = this.bytes[this.#at++]
      half += (byte & 0x7f) * scale
    }
    if (!(byte < 0x80)) throw this.#damaged()
    return first & 1 ? -half - 1 : half
  }

  #damaged(): RecordBatchError {
    return new RecordBatchError(`record ${this.#read - 1} of the batch at offset ${this.header.baseOffset} is damaged`)
  }
}

/** KIP-98: a transaction marker's key is a version and a type, int16 each; 1 is commit, 0 abort. */
export function isCommit(marker: RecordCursor): boolean {
  const key = marker.next() ? marker.key() : null
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 1
}
