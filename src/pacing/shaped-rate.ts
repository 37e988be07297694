import { EvenArrivals, type Arrivals } from './arrivals.js'
import type { Pacer } from './pacer.js'
import { reachedAt, type RateCurve } from './rate-curve.js'

export interface ShapedRateOptions {
  readonly curve: RateCurve
  /** This pacer's share of the curve's records, above 0; 1 if left out. */
  readonly share?: number
  /** Created again at every start. @default even */
  readonly arrivals?: () => Arrivals
}

/** Records are let go in groups of this time's worth, whatever the batch size: smooth, and few wake-ups. */
const groupMs = 10
/** After a stall this time's worth is caught up with; what is older is forgone. */
const debtMs = 1000

/**
 * A rate that may change over time, exact over time: what is due is counted from one origin, so rounding never adds up. The
 * clock's error and a late wake-up are made good by the next grant. A pause stops the records, not the shape's time.
 */
export class ShapedRate implements Pacer {
  readonly #curve: RateCurve
  readonly #share: number
  readonly #makeArrivals: () => Arrivals
  #arrivals: Arrivals
  /** Of the shape's time. */
  #origin: number | null = null
  /** Expected records until the last start. */
  #before = 0
  #sent = 0
  #group = 1

  constructor({ curve, share = 1, arrivals = () => new EvenArrivals() }: ShapedRateOptions) {
    this.#curve = curve
    this.#share = share
    this.#makeArrivals = arrivals
    this.#arrivals = arrivals()
  }

  start(now: number): void {
    this.#origin ??= now
    this.#before = this.#expected(now - this.#origin)
    this.#arrivals = this.#makeArrivals()
    this.#sent = 0
    this.#group = 1
  }

  grant(max: number, now: number): number {
    const time = now - (this.#origin ?? now)
    const expected = this.#expected(time)
    const group = Math.max(1, Math.floor(this.#expected(time + groupMs) - expected))
    const debt = time < debtMs ? Infinity : Math.max(group, Math.floor(expected - this.#expected(time - debtMs)))
    let due = this.#arrivals.by(expected - this.#before) - this.#sent
    if (due > debt) {
      this.#sent += due - debt
      due = debt
    }
    if (due < Math.min(max, this.#group)) return 0
    const granted = Math.min(max, due)
    this.#sent += granted
    // The very first record did not wait for a group: a slow or a starting stream shows life at once.
    this.#group = group
    return granted
  }

  delay(now: number): number {
    const time = now - (this.#origin ?? now)
    const wanted = this.#before + this.#arrivals.when(this.#sent + this.#group)
    return Math.max(0, reachedAt(this.#curve, wanted / this.#share, time) - time)
  }

  #expected(time: number): number {
    return this.#curve.cumulative(time) * this.#share
  }
}
