import type { Pacer } from './pacer.js'

export interface IntervalBatchesOptions {
  /** Records in each batch of the whole stream. */
  readonly batchSize: number
  readonly intervalMs: number
  /** This pacer's share: of every batch, the positions that are its shard's. */
  readonly shard: number
  readonly shards: number
}

/**
 * A batch at once and then one every interval, on a fixed grid of times. Batches that a stall made impossible are left
 * out, not caught up with.
 */
export class IntervalBatches implements Pacer {
  readonly #options: IntervalBatchesOptions
  #origin = 0
  #tick = 0
  #batches = 0
  #owed = 0

  constructor(options: IntervalBatchesOptions) {
    this.#options = options
  }

  start(now: number): void {
    this.#origin = now
    this.#tick = 0
    this.#batches = 0
    this.#owed = 0
  }

  grant(max: number, now: number): number {
    const passed = Math.floor((now - this.#origin) / this.#options.intervalMs)
    if (this.#owed === 0 && passed >= this.#tick) {
      this.#owed = this.#share(this.#batches + 1) - this.#share(this.#batches)
      this.#batches++
      this.#tick = passed + 1
    }
    const granted = Math.min(max, this.#owed)
    this.#owed -= granted
    return granted
  }

  delay(now: number): number {
    if (this.#owed > 0) return 0
    return Math.max(0, this.#origin + this.#tick * this.#options.intervalMs - now)
  }

  /** How many positions of the first `batches` batches are this shard's. */
  #share(batches: number): number {
    const { batchSize, shard, shards } = this.#options
    return Math.max(0, Math.ceil((batches * batchSize - shard) / shards))
  }
}
