/** The two sides of a comparison: what a stream says there is, and what a topic (or a file) has. */
import type { EncodedBatch } from '../../record.js'

/** One shard's records as they were to be written, regenerated. */
export interface ExpectedShard {
  readonly shard: number
  readonly shards: number
  /** The first position that is to be there: the shard's first, or a later one where those before it are elsewhere. */
  readonly begin: number
  /** Positions below it are to be there: the checkpoint. */
  readonly sure: number
  /** Positions from `sure` up to it may be there: a later checkpoint, where the connector runs meanwhile. */
  readonly end: number
  /** Goes to a position of the shard. */
  start(position: number): void
  /** The next `count` records at most, valid until the next call. Does not stop at `end`. */
  next(count: number): ExpectedBatch
}

export interface ExpectedBatch {
  readonly records: EncodedBatch
  /** The partition of record i. */
  readonly partitions: Int32Array
}

/** Records as they lie in a partition. Valid until the partition's next one is asked for. */
export interface FoundBatch {
  readonly bytes: Uint8Array
  readonly offset: number
  readonly keyStart: number
  /** -1: the key is null. */
  readonly keyLength: number
  readonly valueStart: number
  /** -1: the value is null. */
  readonly valueLength: number
  /** Milliseconds since 1970. Absent: what is read has none. */
  readonly timestamp?: number
  /** Moves to the next record; false: there is none. */
  next(): boolean
  /** The record's headers in their order. Absent: what is read has none. */
  headers?(): [name: string, value: Buffer | null][]
}

export interface FoundPartition {
  readonly partition: number
  /** The first offset that is still there; above 0, older records have expired. */
  readonly start: number
  readonly batches: AsyncIterator<FoundBatch, void>
}
