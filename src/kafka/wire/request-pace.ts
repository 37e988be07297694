/** Throttle time to aim for when a quota throttles a produce request: short compared with every timeout. */
const targetMs = 1_000

/** Initial request size: small, to discover the quota cheaply. */
const firstBytes = 64 << 10

/** Steep: where many producers share the records, few of their requests should be small. */
const growth = 4

/**
 * Sizes produce requests: four times larger with every response that no quota throttles; once one does, shrinks to what the quota
 * allows in a second.
 */
export class RequestPace {
  readonly #maxBytes: number
  #bytes: number

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#bytes = Math.min(firstBytes, maxBytes)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** A request of this many bytes was answered. */
  observe(bytes: number, throttleMs: number): void {
    if (throttleMs > 0) this.#set(Math.min((bytes * targetMs) / throttleMs, 2 * this.#bytes))
    else if (bytes > this.#bytes / 2) this.#set(growth * this.#bytes)
  }

  #set(bytes: number): void {
    this.#bytes = Math.min(Math.max(1, Math.floor(bytes)), this.#maxBytes)
  }
}
