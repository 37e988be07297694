/**
 * The inner loops of training, on rows of hidden states in float32. A row is `width` long, a multiple of 8. simd.ts and plain-kernel.ts give
 * the same bits: each result is rounded after each operation, to the precision stated, and sums run in ascending order.
 */
export interface Kernel {
  /** C = A · B in float32. A and C have `m` rows, a multiple of 4; B is square. */
  multiply(a: Float32Array, b: Float32Array, c: Float32Array, m: number, width: number): void
  /** C = Aᵀ · B in float32. A and B have `k` ≥ 1 rows; C is square. */
  multiplyTransposed(a: Float32Array, b: Float32Array, c: Float32Array, k: number, width: number): void
  /** rows[i] = table[index[from + i]] for `count` ≥ 1 rows. */
  pick(rows: Float64Array, table: Float32Array, index: Int32Array, from: number, count: number, width: number): void
  /** rows[i] *= table[index[from + i]] in float64, for `count` ≥ 1 rows. */
  multiplyByPicked(
    rows: Float64Array,
    table: Float32Array,
    index: Int32Array,
    from: number,
    count: number,
    width: number,
  ): void
  /**
   * target[from + i] = rows[i] / greatest[from + i], with `greatest` the row's largest entry, computed in float64 for `count` ≥ 1 rows.
   * Quotients below `negligible` become 0.
   */
  scaleRows(
    target: Float32Array,
    rows: Float64Array,
    greatest: Float64Array,
    from: number,
    count: number,
    width: number,
  ): void
  /** target[index[i]] += source[i] in float32, for `count` ≥ 1 rows. */
  addRows(target: Float32Array, index: Int32Array, source: Float32Array, count: number, width: number): void
  /** target[i] /= by[i] in float32 for the first `length` entries, except where target[i] is 0. */
  divide(target: Float32Array, by: Float32Array, length: number): void
  /** target[i] *= by[i] in float32 for the first `length` entries. */
  multiplyEach(target: Float32Array, by: Float32Array, length: number): void
  /** target[i] += more[i] in float32. */
  addEach(target: Float32Array, more: Float32Array): void
  /** average[i] = keep · average[i] + gain · sum[i] in float64. */
  blend(average: Float32Array, sum: Float32Array, keep: number, gain: number): void
  /** average[i] = keep · average[i] + gain · factor[i] · sum[i] in float64. */
  blendProduct(average: Float32Array, factor: Float32Array, sum: Float32Array, keep: number, gain: number): void
  /** total = the sum of the first `count` ≥ 1 rows, in float64. */
  sumRows(total: Float64Array, table: Float32Array, count: number): void
  /** sums[i] = the sum of row i, in float64, for the first `count` ≥ 1 rows of a square table. */
  sumEachRow(sums: Float64Array, table: Float32Array, count: number): void
  /** target[at + z] = (source[at + z] + mass · marginal[z]) · factor in float64, for one row that starts at `at`. */
  smoothRow(
    target: Float32Array,
    source: Float32Array,
    at: number,
    marginal: Float64Array,
    mass: number,
    factor: number,
  ): void
  /** The transpose of a square table. */
  transpose(target: Float32Array, source: Float32Array, width: number): void
  /** target[at + z] = source[at + z] + more in float64, for one row that starts at `at`. */
  addConstant(target: Float32Array, source: Float32Array, at: number, width: number, more: number): void
  /** window[z] += sign · source[at + z] in float64, for one row that starts at `at`. */
  addSigned(window: Float64Array, source: Float32Array, at: number, sign: 1 | -1): void
  /** target[at + z] += (factor · window[z]) / total[z] in float64 where window[z] > 0, for one row that starts at `at`. */
  addShares(target: Float32Array, at: number, window: Float64Array, total: Float64Array, factor: number): void
  /** Each row of `table` /= total, in float64. */
  divideRows(table: Float32Array, total: Float64Array): void
}

/** Smaller entries of a scaled row become 0, before they become slow subnormal numbers in float32. */
export const negligible = 1e-15
