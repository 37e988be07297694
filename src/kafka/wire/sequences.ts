import { advanceSequence } from './record-batch.js'

/** The next sequence number of each partition; they count from 0 for each producer identity (KIP-98). */
export class Sequences {
  readonly #next = new Map<string, number>()

  /** The base sequence of the next batch, which has `count` records. */
  take(topic: string, partition: number, count: number): number {
    const key = `${topic}/${partition}`
    const base = this.#next.get(key) ?? 0
    this.#next.set(key, advanceSequence(base, count))
    return base
  }

  reset(): void {
    this.#next.clear()
  }
}
