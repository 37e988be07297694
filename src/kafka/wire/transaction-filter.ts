import { isCommit, type RecordCursor } from './record-batch-read.js'

/**
 * Filters the committed records of a partition that is read with markers and all: yields a transaction's records
 * once its commit marker has been read, and never those of an aborted one. Unlike a read_committed reader it does not block on the first
 * open transaction; its output may be out of offset order.
 */
export class TransactionFilter<T> {
  readonly #undecided = new Map<bigint, T[]>()

  /** What was kept of transactions without a marker so far. */
  get undecided(): readonly T[] {
    return [...this.#undecided.values()].flat()
  }

  /** `read`: what to keep of the cursor's current record, or null. `decided`: called with committed ones. */
  take(batch: RecordCursor, read: (record: RecordCursor) => T | null, decided: (kept: T) => void): void {
    const { producerId, transactional, control } = batch.header
    if (control) {
      if (isCommit(batch)) this.#undecided.get(producerId)?.forEach(decided)
      this.#undecided.delete(producerId)
      return
    }
    while (batch.next()) {
      const kept = read(batch)
      if (kept === null) continue
      if (!transactional) decided(kept)
      else {
        const open = this.#undecided.get(producerId)
        if (open === undefined) this.#undecided.set(producerId, [kept])
        else open.push(kept)
      }
    }
  }
}
