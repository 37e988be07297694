/**
 * Fetch (API 1, version 12) that leaves record batches as bytes: the library's own parser creates an object and several
 * buffers per record.
 */
import { createAPI, fetchV12 } from '../platformatic.js'
import type { Reader } from '@platformatic/kafka'

export interface FetchedPartition {
  readonly throttleMs: number
  readonly errorCode: number
  /** The first offset not yet visible to read_committed readers. */
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** Aborted transactions overlapping the fetched offsets; only in read_committed fetches. */
  readonly aborted: readonly AbortedTransaction[]
  /** The record batches, as pieces of at most a socket read; `joined` puts them together. */
  readonly pieces: readonly Buffer[]
}

export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: number
}

/** The pieces in one: `memory`, if it is large enough, else new memory. A single piece is not copied. */
export function joined(pieces: readonly Buffer[], memory: Buffer): Buffer {
  if (pieces.length === 1) return pieces[0]
  const size = pieces.reduce((sum, { length }) => sum + length, 0)
  const whole = size <= memory.length ? memory.subarray(0, size) : Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const piece of pieces) at += piece.copy(whole, at)
  return whole
}

/** Fetches one partition, without a fetch session (KIP-227). */
export const fetchPartitionApi = createAPI<
  [topic: string, partition: number, offset: number, isolation: 0 | 1, maxBytes: number, maxWaitMs: number],
  FetchedPartition
>(
  1,
  12,
  (topic: string, partition: number, offset: number, isolation: number, maxBytes: number, maxWaitMs: number) =>
    fetchV12.createRequest(
      maxWaitMs,
      1,
      maxBytes,
      isolation,
      0,
      -1,
      [
        {
          topicId: topic,
          partitions: [
            {
              partition,
              currentLeaderEpoch: -1,
              fetchOffset: BigInt(offset),
              lastFetchedEpoch: -1,
              partitionMaxBytes: maxBytes,
            },
          ],
        },
      ],
      [],
      '',
    ),
  parseFetch,
)

function parseFetch(_correlationId: number, _apiKey: number, _apiVersion: number, reader: Reader): FetchedPartition {
  const throttleMs = reader.readInt32()
  const errorCode = reader.readInt16()
  reader.readInt32() // session
  const partitions = reader.readArray((topics) => {
    topics.readString()
    return topics.readArray(parsePartition)
  })
  const partition = partitions.at(0)?.at(0)
  if (errorCode === 0 && partition !== undefined) return { ...partition, throttleMs }
  return {
    throttleMs,
    errorCode: errorCode || -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    aborted: [],
    pieces: [],
  }
}

function parsePartition(reader: Reader): Omit<FetchedPartition, 'throttleMs'> {
  reader.readInt32() // partition
  const errorCode = reader.readInt16()
  reader.readInt64() // high watermark
  const lastStableOffset = Number(reader.readInt64())
  const logStartOffset = Number(reader.readInt64())
  const aborted =
    reader.readNullableArray((entry) => ({
      producerId: entry.readInt64(),
      firstOffset: Number(entry.readInt64()),
    })) ?? []
  reader.readInt32() // preferred read replica
  const size = reader.readUnsignedVarInt() - 1
  const pieces = size > 0 ? reader.buffer.subarray(reader.position, reader.position + size).buffers : []
  if (size > 0) reader.skip(size)
  return { errorCode, lastStableOffset, logStartOffset, aborted, pieces }
}
