/** Bytes that a sink takes at first: it finds out how fast the way is while little is at stake. */
const firstBytes = 64 << 10

/** Of a record, before there was one. */
const presumedRecordBytes = 256

/**
 * How many records a write may have so that it takes a fraction of the transaction's timeout, however slow the way to the
 * broker is: a quota may let through less in a minute than a task makes in a millisecond.
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

  /** So many records of so many bytes were taken within `ms`. */
  observe(records: number, bytes: number, ms: number): void {
    if (records === 0) return
    this.#recordBytes = Math.max(1, bytes / records)
    if (ms > this.#targetMs) this.#bytes = Math.min(this.#bytes, (bytes * this.#targetMs) / ms)
    // Of a smaller write nothing follows for a larger one.
    else if (bytes > this.#bytes / 2 && this.#bytes < Number.MAX_SAFE_INTEGER) this.#bytes *= 2
  }
}
