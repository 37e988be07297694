/**
 * The one inner loop of training: a small dense matrix product in float32.
 *
 * C = A · B with A of `m` × `k`, B of `k` × `n` and C of `m` × `n`. B and C are stored by rows; element (i, j) of A is
 * a[i · rowStride + j · columnStride], so that A can be read transposed. `m` is a multiple of 4, `n` of 8. Sums run in ascending k and
 * are rounded to float32 after each multiplication and addition, so that all implementations give the same bits.
 */
export interface Kernel {
  multiply(
    a: Float32Array,
    rowStride: number,
    columnStride: number,
    b: Float32Array,
    c: Float32Array,
    m: number,
    n: number,
    k: number,
  ): void
}

/** The product in plain TypeScript: the reference for the SIMD version, and the fallback without SIMD. */
export const plainKernel: Kernel = {
  multiply(a, rowStride, columnStride, b, c, m, n, k) {
    for (let i = 0; i < m; i++) {
      const out = i * n
      c.fill(0, out, out + n)
      for (let l = 0; l < k; l++) {
        const factor = a[i * rowStride + l * columnStride]
        const row = l * n
        for (let j = 0; j < n; j++) c[out + j] += Math.fround(factor * b[row + j])
      }
    }
  },
}
