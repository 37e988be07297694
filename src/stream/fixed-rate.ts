import { EvenArrivals } from './arrivals.js'
import { constantRate } from './rate-curve.js'
import { ShapedRate } from './shaped-rate.js'

export interface FixedRateOptions {
  /** Above 0; may be a fraction (0.1 is a record every ten seconds). */
  readonly ratePerSecond: number
  /**
   * Fraction of a record, 0 up to 1, by which this pacer runs behind. Pacers of one rate R/k with the phases 0/k … (k-1)/k
   * together grant exactly floor(R·t) + 1 records in t seconds (Hermite's identity). Default 0: the first record at once.
   */
  readonly phase?: number
}

/** A fixed rate, exact over time. */
export class FixedRate extends ShapedRate {
  constructor({ ratePerSecond, phase = 0 }: FixedRateOptions) {
    super({ curve: constantRate(ratePerSecond), arrivals: () => new EvenArrivals(phase) })
  }
}
