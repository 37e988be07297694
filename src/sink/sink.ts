import type { GenesisError } from '../errors.js'
import type { Checkpoint, EncodedBatch } from '../record.js'

/**
 * Where one shard's records go. The calls come one at a time, in this order: open, then write* commit, again and again,
 * then close.
 *
 * A sink never retries by sending a buffer again. After any rejection the outcome of everything since the last commit is
 * unknown: the caller closes the sink, opens it again, and regenerates from the checkpoint that `open` returns.
 */
export interface Sink {
  /**
   * Fences earlier owners of the shard, and only then reads the checkpoint. Null: nothing was ever delivered.
   * Whatever an earlier owner had written but not committed is gone, or will never be seen, once this resolves.
   */
  open(): Promise<Checkpoint | null>
  /**
   * Takes a batch. Resolves when the batch's buffers may be reused and the sink can take more; that is its backpressure.
   * The records are not durable before `commit`.
   */
  write(batch: EncodedBatch): Promise<void>
  /** How many records a batch should have at most, as the sink has found out so far. Absent: any number. */
  readonly maxRecords?: number
  /** Milliseconds that the sink had to wait because of a quota, in all. Absent: it has none. */
  readonly throttledMs?: number
  /**
   * Takes records that are left out, and why; the batch's buffers may be reused at once. Durable with the next commit.
   * Absent: the sink has no place for them.
   */
  deadLetter?(batch: EncodedBatch, error: GenesisError): void
  /** Makes everything written since the last commit, and the checkpoint, durable together. */
  commit(checkpoint: Checkpoint): Promise<void>
  /** Frees everything. What is written but not committed is abandoned. Never rejects; may be called in any state, more than once. */
  close(): Promise<void>
}

/**
 * What a sink rejects with when its reader has gone and wants no more (a closed pipe): the task ends as if it had been
 * asked to stop. Nothing has failed.
 */
export class DownstreamClosed extends Error {
  override readonly name = 'DownstreamClosed'
}
