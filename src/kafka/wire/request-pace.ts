import { LearnedRequestSize } from '../learned-request-size.js'

/** Throttle time to aim for when a quota throttles a produce request: short compared with every timeout. */
const targetMs = 1_000

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

  constructor(maxBytes: number, learned = new LearnedRequestSize()) {
    this.#maxBytes = maxBytes
    this.#learned = learned
  }

  get bytes(): number {
    return this.#bytes ?? Math.min(Math.floor(this.#learned.bytes), this.#maxBytes)
  }

  /** A request of this many bytes was answered. */
  observe(bytes: number, throttleMs: number): void {
    // What is far below the limit says little: the throttle time follows from what all of them have sent.
    const isLarge = bytes > this.bytes / 2
    if (throttleMs > 0) {
      const allowed = (bytes * targetMs) / throttleMs
      this.#set(Math.min(allowed, 2 * this.bytes))
      if (isLarge) this.#learned.lower(allowed)
    } else if (isLarge) {
      this.#learned.raise(this.#set(growth * this.bytes))
    }
  }

  #set(bytes: number): number {
    return (this.#bytes = Math.min(Math.max(1, Math.floor(bytes)), this.#maxBytes))
  }
}
