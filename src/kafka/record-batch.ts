/**
 * Record batches v2 (KIP-98; DefaultRecordBatch and DefaultRecord of Kafka's clients) as they are read. Hot code: a batch is
 * a cursor over its bytes, and no object is made per record unless it is asked for.
 */
import { GenesisError } from '../errors.js'
import { codecOf } from './codec.js'

/** Bytes before the records of a batch. */
export const batchHeaderBytes = 61

const transactionalBit = 1 << 4
const controlBit = 1 << 5
const logAppendTimeBit = 1 << 3
const codecBits = 7

/** What the header of a batch says. Offsets, ids and times are numbers up to 2^53. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly attributes: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  /** -1: the producer is not idempotent. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly count: number
  readonly transactional: boolean
  /** It holds a transaction marker and no records of a user. */
  readonly control: boolean
  /** Where in the fetched bytes the batch's records start and end, still compressed. */
  readonly recordsStart: number
  readonly recordsEnd: number
}

/** The headers of the complete batches in a fetched run of bytes; a last batch that is cut off is left out. */
export function batchHeaders(bytes: Buffer, place: string): BatchHeader[] {
  const headers: BatchHeader[] = []
  for (let at = 0; at + batchHeaderBytes <= bytes.length;) {
    const end = at + 12 + bytes.readInt32BE(at + 8)
    if (end > bytes.length) break
    const magic = bytes[at + 16]
    if (magic !== 2)
      throw new GenesisError('KAFKA_REJECTED', 'the topic has records in a format from before Kafka 0.11', {
        place,
        found: `format ${magic}`,
        expected: 'format 2',
      })
    const attributes = bytes.readInt16BE(at + 21)
    const baseOffset = int64(bytes, at)
    headers.push({
      baseOffset,
      lastOffset: baseOffset + bytes.readInt32BE(at + 23),
      attributes,
      baseTimestamp: int64(bytes, at + 27),
      maxTimestamp: int64(bytes, at + 35),
      producerId: int64(bytes, at + 43),
      producerEpoch: bytes.readInt16BE(at + 51),
      baseSequence: bytes.readInt32BE(at + 53),
      count: bytes.readInt32BE(at + 57),
      transactional: (attributes & transactionalBit) !== 0,
      control: (attributes & controlBit) !== 0,
      recordsStart: at + batchHeaderBytes,
      recordsEnd: end,
    })
    at = end
  }
  return headers
}

/** A batch's records, one after the other: `while (batch.next()) …`, reading the fields of the record it stands on. */
export class RecordBatch {
  /** The decompressed records; the positions below are in it. Keep no reference to parts of it: copy. */
  readonly bytes: Buffer
  offset = -1
  /** Milliseconds since 1970. */
  timestamp = -1
  /** -1: the key is null. */
  keyStart = -1
  keyEnd = -1
  /** -1: the value is null. */
  valueStart = -1
  valueEnd = -1
  #at = 0
  #left: number
  #headersAt = 0

  constructor(
    readonly partition: number,
    readonly header: BatchHeader,
    bytes: Buffer,
    /** Records outside of these offsets are passed over. */
    private readonly from: number,
    private readonly to: number,
  ) {
    this.bytes = bytes
    this.#left = header.count
  }

  /** Decompresses. Rejects with KAFKA_REJECTED for an unknown or broken compression. */
  static async decode(
    partition: number,
    header: BatchHeader,
    fetched: Buffer,
    from: number,
    to: number,
    place: string,
  ): Promise<RecordBatch> {
    const records = fetched.subarray(header.recordsStart, header.recordsEnd)
    if ((header.attributes & codecBits) === 0) return new RecordBatch(partition, header, records, from, to)
    const where = `${place}, offset ${header.baseOffset}`
    const codec = codecOf(header.attributes)
    if (codec === undefined)
      throw new GenesisError('KAFKA_REJECTED', 'a record batch has an unknown compression', {
        place: where,
        found: `codec ${header.attributes & codecBits}`,
      })
    try {
      return new RecordBatch(partition, header, await codec.decompress(records), from, to)
    } catch (cause) {
      throw new GenesisError('KAFKA_REJECTED', 'a record batch cannot be decompressed', { place: where, cause })
    }
  }

  /** Moves to the next record; false: there is none. */
  next(): boolean {
    const { bytes, header } = this
    while (this.#left > 0) {
      this.#left--
      const length = this.#varint()
      const end = this.#at + length
      this.#at++ // attributes of a record, unused by Kafka
      const timestampDelta = this.#varint()
      const offset = header.baseOffset + this.#varint()
      if (offset < this.from || offset >= this.to) {
        this.#at = end
        continue
      }
      this.offset = offset
      this.timestamp =
        (header.attributes & logAppendTimeBit) === 0 ? header.baseTimestamp + timestampDelta : header.maxTimestamp
      const keyLength = this.#varint()
      this.keyStart = keyLength < 0 ? -1 : this.#at
      this.keyEnd = keyLength < 0 ? -1 : (this.#at += keyLength)
      const valueLength = this.#varint()
      this.valueStart = valueLength < 0 ? -1 : this.#at
      this.valueEnd = valueLength < 0 ? -1 : (this.#at += valueLength)
      this.#headersAt = this.#at
      this.#at = end
      if (end > bytes.length || this.#headersAt > end)
        throw new GenesisError('KAFKA_REJECTED', 'a record is longer than its batch', { found: `offset ${offset}` })
      return true
    }
    return false
  }

  /** A view of the key of this record, or null. */
  key(): Buffer | null {
    return this.keyStart < 0 ? null : this.bytes.subarray(this.keyStart, this.keyEnd)
  }

  /** A view of the value of this record, or null. */
  value(): Buffer | null {
    return this.valueStart < 0 ? null : this.bytes.subarray(this.valueStart, this.valueEnd)
  }

  /** The headers of this record, in order; names may repeat. */
  headers(): [name: string, value: Buffer | null][] {
    const after = this.#at
    this.#at = this.#headersAt
    const headers: [string, Buffer | null][] = []
    for (let left = this.#varint(); left > 0; left--) {
      const nameLength = this.#varint()
      const name = this.bytes.toString('utf8', this.#at, (this.#at += nameLength))
      const valueLength = this.#varint()
      headers.push([name, valueLength < 0 ? null : this.bytes.subarray(this.#at, (this.#at += valueLength))])
    }
    this.#at = after
    return headers
  }

  /** A zigzag varint of up to 64 bits (exact to 2^53). */
  #varint(): number {
    const { bytes } = this
    let byte = bytes[this.#at++]
    let value = byte & 0x7f
    // Fewer than 29 bits fit the fast, signed path.
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[this.#at++]
      if (shift >= 28) return this.#longVarint(value, byte, 2 ** shift)
      value |= (byte & 0x7f) << shift
    }
    return (value >>> 1) ^ -(value & 1)
  }

  #longVarint(low: number, first: number, scale: number): number {
    let value = low + (first & 0x7f) * scale
    for (let byte = first; byte >= 0x80;) {
      byte = this.bytes[this.#at++]
      scale *= 128
      value += (byte & 0x7f) * scale
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}

function int64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4)
}
