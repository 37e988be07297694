/**
 * A compacted topic as a store: the latest value several processes have written under each key, in log order. The
 * log decides: a write is appended and read back, so that every reader, including the writer, sees the same outcome.
 */

/** A record of the log. */
export interface StoreEntry {
  readonly key: string
  /** Null: the key is deleted. */
  readonly value: Buffer | null
  readonly offset: number
  /** Milliseconds since 1970, set by the writer or (depending on the topic's configuration) the broker. */
  readonly timestamp: number
}

export interface StoreWrite {
  readonly key: string
  /** Null deletes the key. */
  readonly value: Buffer | null
}

/** Callbacks of a store, synchronous and in log order. Must not throw. */
export interface StoreListener {
  /** A record was read. `entries` already includes it. */
  record(entry: StoreEntry): void
  /**
   * The topic was deleted or replaced: `entries` is empty, and the new one's contents follow as records from
   * offset 0 on.
   */
  reset(): void
}

export interface Store {
  /**
   * Creates the topic if missing and reads to its current end. From then on the store follows the log. May be
   * called again after a rejection.
   * TOPIC_UNFIT if the topic is not compacted or has several partitions, TOPIC_MISSING if it may not be created.
   */
  open(): Promise<void>

  /** The latest record of each live key, of everything read so far. Changes with the log. */
  readonly entries: ReadonlyMap<string, StoreEntry>

  /** The offset after the last record read: everything below is in `entries`. */
  readonly position: number

  /** When the store was last known to be up to date with the log, in milliseconds since 1970; -Infinity: never. */
  readonly followedAt: number

  /** Null: the broker is older than topic ids (KIP-516), or the store is not open. */
  readonly topicId: string | null

  /** Resolves once everything in the log as of this call has been read. */
  readToEnd(): Promise<void>

  /** Resolves once everything below `offset` has been read; at once if it has. Rejects with KAFKA_TIMEOUT after `timeoutMs`. */
  readTo(offset: number, timeoutMs: number): Promise<void>

  /**
   * Appends the records in this order, contiguous unless another writer interleaves, and reads them back. Resolves
   * with them as they are in the log, once everything before them is read; also if the response was lost but they are there. A
   * rejection means that they were not in the log when it was read after the failure.
   */
  write(records: readonly StoreWrite[]): Promise<readonly StoreEntry[]>

  /** Reports everything from now on; returns an unsubscribe function. */
  subscribe(listener: StoreListener): () => void

  /** Stops everything; never rejects. Pending calls reject. */
  close(): Promise<void>
}
