/**
 * Quantiles of durations in constant memory: counts in buckets that grow by 2 %, so that a quantile is accurate to 1 %.
 * From 10 µs to about 3 hours; values outside count in the first or last bucket.
 */
export class DurationQuantiles {
  readonly #counts = new Float64Array(1050)
  #total = 0

  /** Counts a duration of `ms`, `times` times. */
  add(ms: number, times = 1): void {
    const bucket = Math.floor(Math.log(Math.max(ms, minMs) / minMs) / logGrowth)
    this.#counts[Math.min(bucket, this.#counts.length - 1)] += times
    this.#total += times
  }

  /** The quantile (0 to 1) in milliseconds; NaN before the first value. */
  at(quantile: number): number {
    if (this.#total === 0) return NaN
    const wanted = quantile * this.#total
    let seen = 0
    let bucket = 0
    for (; bucket < this.#counts.length - 1; bucket++) {
      seen += this.#counts[bucket]
      if (seen > 0 && seen >= wanted) break
    }
    return minMs * Math.exp((bucket + 0.5) * logGrowth)
  }
}

const minMs = 0.01
const logGrowth = Math.log(1.02)
