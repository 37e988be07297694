import type { LearnedRequestSize } from '../broker-source.js'

/** Throttle time to aim for when a quota throttles a produce request: short compared with every timeout. */
const targetMs = 1_000

/** Initial request size: small, to discover the quota cheaply. */
const firstBytes = 64 << 10

/** Steep: where many producers share the records, few of their requests should be small. */
const growth = 4

/**
 * Sizes produce requests: four times larger with every response that no quota throttles; once one does, shrinks to what the quota
 * allows in a second. Starts where those it shares connections with have got to.
 */
export class RequestPace {
  readonly #maxBytes: number
  readonly #learned: LearnedRequestSize
  /** Null: no response yet. */
  #bytes: number | null = null

  constructor(maxBytes: number, learned: LearnedRequestSize = { bytes: null }) {
    this.#maxBytes = maxBytes
    this.#learned = learned
  }

  get bytes(): number {
    return this.#bytes ?? Math.min(this.#learned.bytes ?? firstBytes, this.#maxBytes)
  }

  /** A request of this many bytes was answered. */
  observe(bytes: number, throttleMs: number): void {
    if (throttleMs > 0) {
      this.#learned.bytes = this.#set(Math.min((bytes * targetMs) / throttleMs, 2 * this.bytes))
    } else if (bytes > this.bytes / 2) {
      // Another one's maximum may be higher.
      this.#learned.bytes = Math.max(this.#learned.bytes ?? 0, this.#set(growth * this.bytes))
    }
  }

  #set(bytes: number): number {
    return (this.#bytes = Math.min(Math.max(1, Math.floor(bytes)), this.#maxBytes))
  }
}
