/** Time that a quota takes from its client (KIP-219). */
export class ThrottleMeter {
  #until = 0
  #totalMs = 0

  /** Milliseconds so far in all, those to come included; times that overlap count once. */
  get totalMs(): number {
    return this.#totalMs
  }

  /** Milliseconds from `now` on. */
  leftMs(now = performance.now()): number {
    return Math.max(0, this.#until - now)
  }

  /** Nothing is to be sent for the next `ms`. */
  add(ms: number, now = performance.now()): void {
    const until = Math.max(this.#until, now + ms)
    this.#totalMs += until - Math.max(now, this.#until)
    this.#until = until
  }
}

/**
 * How long an answer says that a quota throttles its connection, ms (KIP-219); 0: not at all. Answers with error codes count
 * as well, which the library rejects.
 */
export function throttleOf(error: unknown, answer: unknown): number {
  return msOf(answer) || (typeof error === 'object' && error !== null && 'response' in error ? msOf(error.response) : 0)
}

function msOf(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return 0
  if ('throttleTimeMs' in answer && typeof answer.throttleTimeMs === 'number') return answer.throttleTimeMs
  return 'throttleMs' in answer && typeof answer.throttleMs === 'number' ? answer.throttleMs : 0
}
