/** Initial request size: small, to discover the quota cheaply. */
const firstBytes = 64 << 10

/**
 * How large a produce request may become without being throttled, as far as known to the producers that share connections: brokers count
 * what a quota allows for all users of a client id.
 */
export class LearnedRequestSize {
  #bytes = firstBytes

  /** Where a new producer starts. */
  get bytes(): number {
    return this.#bytes
  }

  /** Requests may have this size now: no quota throttles them. The producer's maximum may be lower than another's. */
  raise(bytes: number): void {
    this.#bytes = Math.max(bytes, this.#bytes)
  }

  /** A quota allows no more than this. */
  lower(bytes: number): void {
    this.#bytes = Math.max(1, Math.min(bytes, this.#bytes))
  }
}
