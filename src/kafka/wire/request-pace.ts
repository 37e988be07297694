/** A produce request that a quota throttles should be throttled for so long: short against every timeout. */
const targetMs = 1_000

/** What a producer begins with: it finds out what the quota allows while little is at stake. */
const firstBytes = 16 << 10

/**
 * How many bytes a produce request may have: twice as many with every answer that no quota throttles, and as many as the quota
 * lets through in a second once one does.
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

  /** A request of so many bytes was answered. */
  observe(bytes: number, throttleMs: number): void {
    if (throttleMs > 0) this.#set(Math.min((bytes * targetMs) / throttleMs, 2 * this.#bytes))
    else if (bytes > this.#bytes / 2) this.#set(2 * this.#bytes)
  }

  #set(bytes: number): void {
    this.#bytes = Math.min(Math.max(1, Math.floor(bytes)), this.#maxBytes)
  }
}
