/**
 * A compacted topic as a store: what several processes have last written under each key, in the one order of its log. The
 * log decides: a write is appended and then read back, so that every reader, the writer included, sees the same outcome.
 */

/** A record of the log. */
export interface StoreEntry {
  readonly key: string
  /** Null: the key is deleted. */
  readonly value: Buffer | null
  readonly offset: number
  /** Milliseconds since 1970, as the writer or (by the topic's configuration) the broker had it. */
  readonly timestamp: number
}

export interface StoreWrite {
  readonly key: string
  /** Null deletes the key. */
  readonly value: Buffer | null
}

/** What a store tells, synchronously, in the order of the log. Must not throw. */
export interface StoreListener {
  /** One more record is read. `entries` has it by now. */
  record(entry: StoreEntry): void
  /**
   * The topic is gone, or another one has its name: `entries` is empty, and what the new one holds follows as records from
   * offset 0 on.
   */
  reset(): void
}

export interface Store {
  /**
   * Creates the topic if it is missing, and reads it to its end as that is now. From here on the store follows the log. May be
   * called again after a rejection.
   * TOPIC_UNFIT if the topic is not compacted or has several partitions, TOPIC_MISSING if it may not be created.
   */
  open(): Promise<void>

  /** The last record of each key that is not deleted, of all that is read so far. Changes with the log. */
  readonly entries: ReadonlyMap<string, StoreEntry>

  /** The offset behind the last record that is read: everything below is in `entries`. */
  readonly position: number

  /** When the store was last as new as the log, in milliseconds since 1970; -Infinity: never yet. */
  readonly followedAt: number

  /** Null: the broker is older than topic ids (KIP-516), or the store is not open. */
  readonly topicId: string | null

  /** Resolves once everything is read that was in the log when this was called. */
  readToEnd(): Promise<void>

  /** Resolves once everything below `offset` is read; at once if it is. Rejects with KAFKA_TIMEOUT after `timeoutMs`. */
  readTo(offset: number, timeoutMs: number): Promise<void>

  /**
   * Appends the records, in this order and next to each other unless a writer comes in between, and reads them back. Resolves
   * with them as they are in the log, all before them read too; also where an answer was lost and they are there. A
   * rejection means that they were not in the log when it was read after the failure.
   */
  write(records: readonly StoreWrite[]): Promise<readonly StoreEntry[]>

  /** Tells of everything from now on; returns what ends that. */
  subscribe(listener: StoreListener): () => void

  /** Ends everything; never rejects. Calls under way reject. */
  close(): Promise<void>
}
