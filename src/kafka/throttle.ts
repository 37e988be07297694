/** Time a quota throttles its client (KIP-219). */
export class ThrottleMeter {
  #until = 0
  #totalMs = 0

  /** Total throttle time in milliseconds, including what lies ahead; overlaps count once. */
  get totalMs(): number {
    return this.#totalMs
  }

  /** Remaining milliseconds as of `now`. */
  leftMs(now = performance.now()): number {
    return Math.max(0, this.#until - now)
  }

  /** Nothing may be sent for the next `ms`. */
  add(ms: number, now = performance.now()): void {
    const until = Math.max(this.#until, now + ms)
    this.#totalMs += until - Math.max(now, this.#until)
    this.#until = until
  }
}

/**
 * How long a response says its connection is throttled by a quota, ms (KIP-219); 0: not at all. Includes responses with
 * error codes, which the library rejects.
 */
export function throttleOf(error: unknown, answer: unknown): number {
  return msOf(answer) || (typeof error === 'object' && error !== null && 'response' in error ? msOf(error.response) : 0)
}

function msOf(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return 0
  if ('throttleTimeMs' in answer && typeof answer.throttleTimeMs === 'number') return answer.throttleTimeMs
  return 'throttleMs' in answer && typeof answer.throttleMs === 'number' ? answer.throttleMs : 0
}
