/** The two sides of a comparison: what a stream should contain, and what a topic (or file) has. */
import type { EncodedBatch } from '../../record.js'

/** One shard's records as they should have been written, regenerated. */
export interface ExpectedShard {
  readonly shard: number
  readonly shards: number
  /** The first expected position: the shard's first, or a later one if earlier records are elsewhere. */
  readonly begin: number
  /** Positions below it must be there: the checkpoint. */
  readonly sure: number
  /** Positions from `sure` up to it may be there: a later checkpoint, if the connector is running meanwhile. */
  readonly end: number
  /** Seeks to a position of the shard. */
  start(position: number): void
  /** The next records, at most `count`, valid until the next call. Does not stop at `end`. */
  next(count: number): ExpectedBatch
}

export interface ExpectedBatch {
  readonly records: EncodedBatch
  /** The partition of record i. */
  readonly partitions: Int32Array
}

/** Records as stored in a partition. Valid until the partition's next one is requested. */
export interface FoundBatch {
  readonly bytes: Uint8Array
  readonly offset: number
  readonly keyStart: number
  /** -1: the key is null. */
  readonly keyLength: number
  readonly valueStart: number
  /** -1: the value is null. */
  readonly valueLength: number
  /** Milliseconds since 1970. Absent: the source has none. */
  readonly timestamp?: number
  /** Moves to the next record; false: there is none. */
  next(): boolean
  /** The record's headers in order. Absent: the source has none. */
  headers?(): [name: string, value: Buffer | null][]
}

/** Called on a record that is not what is expected next, before it is compared with the rest: may overwrite its bytes. */
export type Amend = (batch: FoundBatch) => void

export interface FoundPartition {
  readonly partition: number
  /** The first available offset; above 0, older records have expired. */
  readonly start: number
  readonly batches: AsyncIterator<FoundBatch, void>
  readonly amend?: Amend
}
