import type { Checkpoint } from '../record.js'
import type { FoundPartition } from './match/expected-and-found.js'
import type { Placement } from './expected-stream.js'

/** What a connector has delivered, with the checkpoints that cover it. */
export interface Delivered {
  readonly target: string
  /** By shard. Each call reads them again. */
  checkpoints(): Promise<ReadonlyMap<number, Checkpoint>>
  /** What there is now; waits for what will be readable soon. */
  partitions(): Promise<DeliveredPartitions>
  /** Where the records of a shard are by its last checkpoint; undefined: it has none. */
  placement(checkpoint: Checkpoint | undefined): Placement
  close(): Promise<void>
}

export interface DeliveredPartitions {
  readonly partitions: readonly DeliveredPartition[]
  /** Grows with what is read of the partitions. */
  readonly unreadable: readonly UnreadableRecords[]
}

/** A partition that can be read, with its size as far as it is known. */
export interface DeliveredPartition extends FoundPartition {
  readonly end: number
  /** About how many records; null: not known. */
  readonly count: number | null
}

/** Committed records that no read_committed reader gets yet: a transaction before them is open. */
export interface UnreadableRecords {
  readonly partition: number
  readonly records: number
  /** The first offset of the open transaction. */
  readonly offset: number
  readonly producerId: string
  /** Null: it has none that this user may see. */
  readonly transactionalId: string | null
  /** Since when it is open, ms since 1970. */
  readonly since: number
  /** After which the coordinator aborts it; null: not known. */
  readonly timeoutMs: number | null
}
