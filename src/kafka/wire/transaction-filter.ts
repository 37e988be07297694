import { isCommit } from '../transaction-marker.js'
import type { RecordCursor } from './record-batch-read.js'

/**
 * Tells which records of a partition count when it is read with everything in it, markers included: a record of a transaction
 * once its commit marker has come, never that of an aborted one. Unlike a read_committed reader it does not wait at the first
 * open transaction of anyone; what it lets through can stand before what it let through earlier.
 */
export class TransactionFilter<T> {
  readonly #undecided = new Map<bigint, T[]>()

  /** `read`: what is to be kept of the record that the cursor stands on, or null. `decided`: called with what counts. */
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
