import type { Pacer } from './pacer.js'

export interface IntervalBatchesOptions {
  /** Records per batch of the whole stream. */
  readonly batchSize: number
  readonly intervalMs: number
  /** This pacer's share: its shard's positions of every batch. */
  readonly shard: number
  readonly shards: number
}

/**
 * A batch at once and then one per interval, on a fixed time grid. Batches missed during a stall are
 * skipped, not caught up.
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

  /** How many positions of the first `batches` batches belong to this shard. */
  #share(batches: number): number {
    const { batchSize, shard, shards } = this.#options
    return Math.max(0, Math.ceil((batches * batchSize - shard) / shards))
  }
}
