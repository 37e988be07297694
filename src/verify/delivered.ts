import type { Checkpoint } from '../record.js'
import type { FoundPartition } from './match/expected-and-found.js'
import type { Placement } from './expected-stream.js'

/** A connector's delivered records, with the checkpoints that cover them. */
export interface Delivered {
  readonly target: string
  /** By shard. Reread on every call. */
  checkpoints(): Promise<ReadonlyMap<number, Checkpoint>>
  /** The current contents; waits for what will soon be readable. */
  partitions(): Promise<DeliveredPartitions>
  /** Where a shard's records are, by its last checkpoint; undefined: it has none. */
  placement(checkpoint: Checkpoint | undefined): Placement
  close(): Promise<void>
}

export interface DeliveredPartitions {
  readonly partitions: readonly DeliveredPartition[]
  /** Grows as the partitions are read. */
  readonly unreadable: readonly UnreadableRecords[]
}

/** A readable partition, with its size as far as known. */
export interface DeliveredPartition extends FoundPartition {
  readonly end: number
  /** Approximate number of records; null: unknown. */
  readonly count: number | null
}

/** Committed records that no read_committed reader can see yet: an open transaction precedes them. */
export interface UnreadableRecords {
  readonly partition: number
  readonly records: number
  /** The first offset of the open transaction. */
  readonly offset: number
  readonly producerId: string
  /** Null: none visible to this user. */
  readonly transactionalId: string | null
  /** Open since, ms since 1970. */
  readonly since: number
  /** The coordinator aborts it after this; null: unknown. */
  readonly timeoutMs: number | null
}
