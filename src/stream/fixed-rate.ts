import type { Pacer } from './pacer.js'

export interface FixedRateOptions {
  /** Above 0; may be a fraction (0.1 is a record every ten seconds). */
  readonly ratePerSecond: number
  /**
   * Fraction of a record, 0 up to 1, by which this pacer runs behind. Pacers of one rate R/k with the phases 0/k … (k-1)/k
   * together grant exactly floor(R·t) + 1 records in t seconds (Hermite's identity). Default 0: the first record at once.
   */
  readonly phase?: number
}

/** Records are let go in groups of this time's worth, whatever the batch size: smooth, and few wake-ups. */
const groupMs = 10
/** After a stall this time's worth is caught up with; what is older is forgone. */
const debtMs = 1000

/**
 * A fixed rate, exact over time: what is due is counted from one origin, so rounding never adds up. The clock's error and
 * a late wake-up are made good by the next grant.
 */
export class FixedRate implements Pacer {
  readonly #perMs: number
  readonly #lead: number
  readonly #group: number
  readonly #debt: number
  #origin = 0
  #sent = 0

  constructor({ ratePerSecond, phase = 0 }: FixedRateOptions) {
    this.#perMs = ratePerSecond / 1000
    this.#lead = 1 - phase
    this.#group = Math.max(1, Math.floor(this.#perMs * groupMs))
    this.#debt = Math.max(this.#group, Math.floor(this.#perMs * debtMs))
  }

  start(now: number): void {
    this.#origin = now
    this.#sent = 0
  }

  grant(max: number, now: number): number {
    let due = Math.floor((now - this.#origin) * this.#perMs + this.#lead) - this.#sent
    if (due > this.#debt) {
      this.#sent += due - this.#debt
      due = this.#debt
    }
    // The very first record does not wait for its group: a slow or a starting stream shows life at once.
    if (due < Math.min(max, this.#group) && !(this.#sent === 0 && due > 0)) return 0
    const granted = Math.min(max, due)
    this.#sent += granted
    return granted
  }

  delay(now: number): number {
    const group = this.#sent === 0 ? 1 : this.#group
    return Math.max(0, this.#origin + (this.#sent + group - this.#lead) / this.#perMs - now)
  }
}
