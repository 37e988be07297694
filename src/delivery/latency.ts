/** Upper bounds of the histogram's buckets in milliseconds; one more bucket takes everything above. */
export const latencyBoundsMs: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000,
]

/** Counts per bucket: what crosses threads and is added up. Not cumulative. */
export interface LatencyHistogram {
  readonly counts: number[]
  sumMs: number
}

export function emptyLatency(): LatencyHistogram {
  return { counts: new Array<number>(latencyBoundsMs.length + 1).fill(0), sumMs: 0 }
}

/** Counts `times` records with the same latency. */
export function observeLatency(histogram: LatencyHistogram, ms: number, times: number): void {
  let bucket = 0
  while (bucket < latencyBoundsMs.length && ms > latencyBoundsMs[bucket]) bucket++
  histogram.counts[bucket] += times
  histogram.sumMs += ms * times
}

export function addLatency(sum: LatencyHistogram, one: LatencyHistogram): void {
  sum.sumMs += one.sumMs
  one.counts.forEach((count, bucket) => (sum.counts[bucket] += count))
}

/** Upper bound of the bucket with the quantile (0 to 1), Infinity above the last bound, NaN when empty. */
export function latencyQuantile({ counts }: LatencyHistogram, quantile: number): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return NaN
  let seen = 0
  for (let bucket = 0; bucket < latencyBoundsMs.length; bucket++) {
    seen += counts[bucket]
    if (seen >= quantile * total) return latencyBoundsMs[bucket]
  }
  return Infinity
}
