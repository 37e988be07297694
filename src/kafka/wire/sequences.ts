import { advanceSequence } from './record-batch.js'

/** The next sequence number of each partition, counted from 0 per producer identity (KIP-98). */
export class SequenceNumbers {
  readonly #next = new Map<string, number>()
  readonly #first: number

  /** `first`: where a partition never written with this identity starts; a broker accepts any number there. */
  constructor(first = 0) {
    this.#first = first
  }

  /** The base sequence of the next batch, which has `count` records. */
  take(topic: string, partition: number, count: number): number {
    const key = `${topic}/${partition}`
    const base = this.#next.get(key) ?? this.#first
    this.#next.set(key, advanceSequence(base, count))
    return base
  }

  reset(): void {
    this.#next.clear()
  }
}
