/**
 * 1 − the two-sample Kolmogorov-Smirnov statistic, which is the maximum distance between the two distribution functions; missing values
 * are ignored (SDMetrics' KSComplement). 1 is best; NaN if either side has no values.
 */
export function ksComplement(real: Float64Array, synthetic: Float64Array): number {
  const a = real.filter((value) => !Number.isNaN(value)).sort()
  const b = synthetic.filter((value) => !Number.isNaN(value)).sort()
  if (a.length === 0 || b.length === 0) return NaN
  let i = 0
  let j = 0
  let largest = 0
  while (i < a.length && j < b.length) {
    const value = Math.min(a[i], b[j])
    while (i < a.length && a[i] === value) i++
    while (j < b.length && b[j] === value) j++
    largest = Math.max(largest, Math.abs(i / a.length - j / b.length))
  }
  return 1 - largest
}

/** 1 − the total variation distance ½ Σ |p − q| between the shares of the categories (SDMetrics' TVComplement). */
export function tvComplement(real: ArrayLike<number>, synthetic: ArrayLike<number>): number {
  const difference = new Map<number, number>()
  const add = (values: ArrayLike<number>, sign: number): void => {
    for (let i = 0; i < values.length; i++)
      difference.set(values[i], (difference.get(values[i]) ?? 0) + sign / values.length)
  }
  add(real, 1)
  add(synthetic, -1)
  let sum = 0
  for (const share of difference.values()) sum += Math.abs(share)
  return 1 - sum / 2
}
