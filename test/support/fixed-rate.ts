import { EvenArrivals } from '#src/pacing/arrivals.js'
import { constantRate } from '#src/pacing/rate-curve.js'
import { ShapedRate } from '#src/pacing/shaped-rate.js'

/** The pacer of one of several tasks with a constant rate; `phase` is the task's part of a record that it runs behind. */
export class FixedRate extends ShapedRate {
  constructor({ ratePerSecond, phase = 0 }: { ratePerSecond: number; phase?: number }) {
    super({ curve: constantRate(ratePerSecond), share: 1, arrivals: () => new EvenArrivals(phase) })
  }
}
