import { EvenArrivals, type Arrivals } from './arrivals.js'
import type { Pacer } from './pacer.js'
import { reachedAt, type RateCurve } from './rate-curve.js'

export interface ShapedRateOptions {
  readonly curve: RateCurve
  /** This pacer's share of the curve's records, above 0; default 1. */
  readonly share?: number
  /** Recreated at every start. @default even */
  readonly arrivals?: () => Arrivals
  /** Records are released in groups worth this much time, whatever the batch size: smooth, with few wake-ups. @default 10 */
  readonly groupMs?: number
}

export const defaultGroupMs = 10
/** After a stall, this much time is caught up; anything older is skipped. */
const debtMs = 1000

/**
 * A rate that may vary, exact over time: what is due is counted from one origin, so that rounding never accumulates. The
 * next grant compensates for clock error and late wake-ups. A pause stops the records, but not the shape's time.
 */
export class ShapedRate implements Pacer {
  readonly #curve: RateCurve
  readonly #share: number
  readonly #groupMs: number
  readonly #makeArrivals: () => Arrivals
  #arrivals: Arrivals
  /** In the shape's time. */
  #origin: number | null = null
  /** Expected records up to the last start. */
  #before = 0
  #sent = 0
  #group = 1

  constructor({ curve, share = 1, groupMs = defaultGroupMs, arrivals = () => new EvenArrivals() }: ShapedRateOptions) {
    this.#groupMs = groupMs
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
    const group = Math.max(1, Math.floor(this.#expected(time + this.#groupMs) - expected))
    const debt = time < debtMs ? Infinity : Math.max(group, Math.floor(expected - this.#expected(time - debtMs)))
    let due = this.#arrivals.by(expected - this.#before) - this.#sent
    if (due > debt) {
      this.#sent += due - debt
      due = debt
    }
    if (due < Math.min(max, this.#group)) return 0
    const granted = Math.min(max, due)
    this.#sent += granted
    // The very first record does not wait for a group: a slow or starting stream shows life at once.
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
