/** Initial write size in bytes: small, to discover the throughput cheaply. */
const firstBytes = 64 << 10

/** Assumed record size before the first record. */
const presumedRecordBytes = 256

/**
 * Limits a write's records so that it takes a fraction of the transaction timeout, however slow the path to the
 * broker: a quota may allow less in a minute than a task generates in a millisecond.
 */
export class TransferPace {
  readonly #targetMs: number
  #bytes = firstBytes
  #recordBytes = presumedRecordBytes

  constructor(transactionTimeoutMs: number) {
    this.#targetMs = transactionTimeoutMs / 8
  }

  get maxRecords(): number {
    return Math.max(1, Math.floor(this.#bytes / this.#recordBytes))
  }

  /** Accounts for a write of this many records and bytes that took `ms`. */
  observe(records: number, bytes: number, ms: number): void {
    if (records === 0) return
    this.#recordBytes = Math.max(1, bytes / records)
    if (ms > this.#targetMs) this.#bytes = Math.min(this.#bytes, (bytes * this.#targetMs) / ms)
    // A small write says nothing about a larger one.
    else if (bytes > this.#bytes / 2 && this.#bytes < Number.MAX_SAFE_INTEGER) this.#bytes *= 2
  }
}
