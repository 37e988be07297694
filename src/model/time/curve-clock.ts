/**
 * When the records of a rate curve are due: the inverse of its integral. Hot: allocates nothing. Uses only + − × ÷ and square roots,
 * whose results are the same on every machine.
 */
import type { TimeCurve } from '../artifact.js'

/** A time this close below a whole millisecond is rounded up, because rounding errors can make 168 ms slightly less than 168. */
const rounding = 2 ** -10

/** The time of each position in ms. The cost grows with the logarithm of the number of points, not with the position. */
export class CurveClock {
  readonly #repeats: boolean
  readonly #ms: Float64Array
  /** Records before each point. */
  readonly #sums: Float64Array
  /** Records per millisecond at each point, and its slope per millisecond. */
  readonly #rates: Float64Array
  readonly #slopes: Float64Array
  readonly #last: number

  /** The curve must pass `wrongCurve`. */
  constructor({ points, repeats }: TimeCurve) {
    this.#repeats = repeats
    this.#last = points.length - 1
    this.#ms = Float64Array.from(points, ([ms]) => ms)
    this.#rates = Float64Array.from(points, ([, perSecond]) => perSecond / 1000)
    this.#sums = new Float64Array(points.length)
    this.#slopes = new Float64Array(points.length)
    for (let i = 0; i < this.#last; i++) {
      const length = this.#ms[i + 1] - this.#ms[i]
      this.#sums[i + 1] = this.#sums[i] + (length * (this.#rates[i] + this.#rates[i + 1])) / 2
      this.#slopes[i] = length > 0 ? (this.#rates[i + 1] - this.#rates[i]) / length : 0
    }
  }

  /** Records from the first point to the last. */
  get records(): number {
    return this.#sums[this.#last]
  }

  /** Writes when the record at each position is due: origin + whole milliseconds. */
  times(positions: Float64Array, origin: number, values: Float64Array, to: number, count: number): void {
    const all = this.#sums[this.#last]
    const end = this.#ms[this.#last]
    if (!this.#repeats) {
      const rate = this.#rates[this.#last]
      for (let i = 0; i < count; i++) {
        const beyond = positions[i] - all
        values[to + i] =
          origin + Math.floor(rounding + (beyond >= 0 ? end + beyond / rate : this.#within(positions[i])))
      }
      return
    }
    for (let i = 0; i < count; i++) {
      const periods = Math.floor(positions[i] / all)
      const rest = Math.min(all, Math.max(0, positions[i] - periods * all))
      values[to + i] = origin + Math.floor(rounding + periods * end + this.#within(rest))
    }
  }

  /** The time, within the first period, at which this many records have been released. */
  #within(records: number): number {
    const sums = this.#sums
    let low = 0
    let high = this.#last
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (sums[middle] <= records) low = middle
      else high = middle
    }
    const rest = records - sums[low]
    const from = this.#ms[low]
    if (rest <= 0) return from
    const rate = this.#rates[low]
    // Solves rest = rate · t + slope / 2 · t² without subtracting nearly equal numbers.
    const root = Math.sqrt(Math.max(0, rate * rate + 2 * this.#slopes[low] * rest))
    return Math.min(this.#ms[high], from + (2 * rest) / (rate + root))
  }
}

/** Why a curve does not give every record a time; null if it does. */
export function wrongCurve({ points, repeats }: TimeCurve): string | null {
  if (points.length === 0) return 'a curve without points'
  if (!repeats) return points[points.length - 1][1] > 0 ? null : 'the rate ends at 0'
  const all = new CurveClock({ points, repeats }).records
  return all > 0 && Number.isFinite(all) ? null : 'the rate is always 0'
}
