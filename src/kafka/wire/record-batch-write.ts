/**
 * Writes record batches. Hot: indexed writes into a reused buffer, no allocation per record.
 */
import { crc32c } from './crc32c.js'
import { at, attribute, headerBytes } from './record-batch.js'
import type { ProducerIdentity } from './record-batch.js'
import { sizeOfVarint, sizeOfVarlong, writeVarint, writeVarlong } from './varint.js'

/** Maximum overhead of a record, in addition to key and value: length, attributes, timestamp, offset, two lengths, header count. */
export const recordOverhead = 5 + 1 + 10 + 5 + 5 + 5 + 1

/** Size of a batch with one record, in bytes. A length of -1 is null. `headersLength`: of its encoded headers, 0 for none. */
export function singleRecordBatchBytes(keyLength: number, valueLength: number, headersLength: number): number {
  const body = bodyBytes(0, 0, keyLength, valueLength, headersLength)
  return headerBytes + sizeOfVarint(body) + body
}

function bodyBytes(
  timestampDelta: number,
  offsetDelta: number,
  keyLength: number,
  valueLength: number,
  headersLength: number,
): number {
  return (
    1 +
    (headersLength > 0 ? headersLength : 1) +
    sizeOfVarlong(timestampDelta) +
    sizeOfVarint(offsetDelta) +
    sizeOfVarint(keyLength) +
    (keyLength > 0 ? keyLength : 0) +
    sizeOfVarint(valueLength) +
    (valueLength > 0 ? valueLength : 0)
  )
}

/**
 * Writes one record at `to`; key, value and encoded headers (see EncodedHeaders) are in the same buffer, outside the written
 * range. A length of -1 is null; length 0 means no headers. Returns the index after the record.
 */
export function writeRecord(
  buffer: Buffer,
  to: number,
  timestampDelta: number,
  offsetDelta: number,
  keyStart: number,
  keyLength: number,
  valueStart: number,
  valueLength: number,
  headersStart: number,
  headersLength: number,
): number {
  to = writeVarint(buffer, to, bodyBytes(timestampDelta, offsetDelta, keyLength, valueLength, headersLength))
  buffer[to++] = 0
  to = writeVarlong(buffer, to, timestampDelta)
  to = writeVarint(buffer, to, offsetDelta)
  to = writeVarint(buffer, to, keyLength)
  if (keyLength > 0) to = copy(buffer, to, keyStart, keyLength)
  to = writeVarint(buffer, to, valueLength)
  if (valueLength > 0) to = copy(buffer, to, valueStart, valueLength)
  if (headersLength > 0) return copy(buffer, to, headersStart, headersLength)
  buffer[to++] = 0
  return to
}

// For a few dozen bytes a loop beats the call.
function copy(buffer: Buffer, to: number, from: number, length: number): number {
  const end = from + length
  if (length > 24) buffer.copyWithin(to, from, end)
  else for (let i = from, o = to; i < end; i++) buffer[o++] = buffer[i]
  return to + length
}

/** What the header says about its records. */
export interface BatchFacts {
  readonly count: number
  /** Milliseconds since 1970. */
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producer: ProducerIdentity
  readonly transactional: boolean
  readonly baseSequence: number
}

/**
 * Writes the header of a batch that fills `batch`, with the records already in place; the checksum comes last.
 * `codec`: how the records are compressed (Codec.id).
 */
export function writeHeader(batch: Buffer, codec: number, facts: BatchFacts): void {
  batch.fill(0, at.baseOffset, at.batchLength)
  batch.writeInt32BE(batch.length - at.leaderEpoch, at.batchLength)
  batch.writeInt32BE(-1, at.leaderEpoch)
  batch[at.magic] = 2
  batch.writeInt16BE(codec | (facts.transactional ? attribute.transactional : 0), at.attributes)
  batch.writeInt32BE(facts.count - 1, at.lastOffsetDelta)
  writeInt64(batch, at.baseTimestamp, facts.baseTimestamp)
  writeInt64(batch, at.maxTimestamp, facts.maxTimestamp)
  writeProducerId(batch, facts.producer)
  batch.writeInt16BE(facts.producer.epoch, at.producerEpoch)
  batch.writeInt32BE(facts.baseSequence, at.baseSequence)
  batch.writeInt32BE(facts.count, at.recordCount)
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
}

/** The last producer's id in bytes: one producer writes many batches. */
const idBytes = Buffer.alloc(8)
let idOf: ProducerIdentity | null = null

function writeProducerId(batch: Buffer, producer: ProducerIdentity): void {
  if (producer !== idOf) {
    idBytes.writeBigInt64BE(producer.id)
    idOf = producer
  }
  batch.set(idBytes, at.producerId)
}

function writeInt64(buffer: Buffer, to: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / 0x100000000), to)
  buffer.writeUInt32BE(((value % 0x100000000) + 0x100000000) % 0x100000000, to + 4)
}
