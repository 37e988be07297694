import type { GenesisError } from '../errors.js'
import type { Checkpoint, EncodedBatch } from '../record.js'

/**
 * Where one shard's records go. Calls come one at a time, in this order: open, then (write* commit) repeatedly,
 * then close.
 *
 * A sink never retries by sending a buffer again. After any rejection the outcome of everything since the last commit is
 * unknown: the caller closes the sink, reopens it, and regenerates from the checkpoint that `open` returns.
 */
export interface Sink {
  /**
   * Fences earlier owners of the shard, and only then reads the checkpoint. Null: nothing was ever delivered.
   * Rejects at once if the sink is closed meanwhile.
   * Once this resolves, whatever an earlier owner wrote but did not commit is gone or will never be seen.
   */
  open(): Promise<Checkpoint | null>
  /**
   * Takes a batch. Resolves when its buffers may be reused and the sink is ready for more; this is its backpressure.
   * The records are not durable before `commit`.
   */
  write(batch: EncodedBatch): Promise<void>
  /** Maximum records per batch, as the sink currently estimates. Absent: unlimited. */
  readonly maxRecords?: number
  /** Whether sinks of a thread are better written to one after the other than all at once: they pay per transaction and batch. */
  readonly writesInTurns?: boolean
  /** Total milliseconds spent waiting for quotas. Absent: it has none. */
  readonly throttledMs?: number
  /**
   * Takes skipped records with their error; the batch's buffers may be reused at once. Durable with the next commit.
   * Absent: the sink cannot store them.
   */
  deadLetter?(batch: EncodedBatch, error: GenesisError): void
  /** Makes everything written since the last commit durable, together with the checkpoint. */
  commit(checkpoint: Checkpoint): Promise<void>
  /** A stop is requested: gives up what is not answered within a few seconds, and rejects. Absent: it waits as usual. */
  hurry?(): void
  /** Frees everything. Uncommitted writes are abandoned. Never rejects; may be called in any state, repeatedly. */
  close(): Promise<void>
}

/**
 * Rejection of a sink whose reader has gone (a closed pipe): the task ends as if asked
 * to stop. Nothing has failed.
 */
export class DownstreamClosed extends Error {
  override readonly name = 'DownstreamClosed'
}
