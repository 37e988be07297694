import { negligible, type Kernel } from './kernel.js'

/** The kernel in plain TypeScript: the reference for the SIMD version, and the fallback without SIMD. */
export const plainKernel: Kernel = {
  multiply(a, b, c, m, width) {
    for (let i = 0; i < m; i++) product(a, i * width, 1, b, c, i * width, width, width)
  },

  multiplyTransposed(a, b, c, k, width) {
    for (let i = 0; i < width; i++) product(a, i, width, b, c, i * width, k, width)
  },

  pick(rows, table, index, from, count, width) {
    for (let i = 0; i < count; i++) {
      const at = index[from + i] * width
      for (let z = 0; z < width; z++) rows[i * width + z] = table[at + z]
    }
  },

  multiplyByPicked(rows, table, index, from, count, width) {
    for (let i = 0; i < count; i++) {
      const at = index[from + i] * width
      for (let z = 0; z < width; z++) rows[i * width + z] *= table[at + z]
    }
  },

  scaleRows(target, rows, greatest, from, count, width) {
    for (let i = 0; i < count; i++) {
      const at = i * width
      let most = 0
      for (let z = 0; z < width; z++) if (rows[at + z] > most) most = rows[at + z]
      greatest[from + i] = most
      const factor = 1 / most
      for (let z = 0; z < width; z++) {
        const value = rows[at + z] * factor
        target[(from + i) * width + z] = value < negligible ? 0 : value
      }
    }
  },

  addRows(target, index, source, count, width) {
    for (let i = 0; i < count; i++) {
      const to = index[i] * width
      for (let z = 0; z < width; z++) target[to + z] += source[i * width + z]
    }
  },

  divide(target, by, length) {
    for (let i = 0; i < length; i++) target[i] = target[i] === 0 ? 0 : target[i] / by[i]
  },

  multiplyEach(target, by, length) {
    for (let i = 0; i < length; i++) target[i] *= by[i]
  },

  addEach(target, more) {
    for (let i = 0; i < target.length; i++) target[i] += more[i]
  },

  blend(average, sum, keep, gain) {
    for (let i = 0; i < average.length; i++) average[i] = keep * average[i] + gain * sum[i]
  },

  blendProduct(average, factor, sum, keep, gain) {
    for (let i = 0; i < average.length; i++) average[i] = keep * average[i] + gain * factor[i] * sum[i]
  },

  sumRows(total, table, count) {
    const width = total.length
    total.fill(0)
    for (let row = 0; row < count; row++) {
      for (let z = 0; z < width; z++) total[z] += table[row * width + z]
    }
  },

  sumEachRow(sums, table, count) {
    const width = sums.length
    for (let row = 0; row < count; row++) {
      let sum = 0
      for (let z = 0; z < width; z++) sum += table[row * width + z]
      sums[row] = sum
    }
  },

  smoothRow(target, source, at, marginal, mass, factor) {
    for (let z = 0; z < marginal.length; z++) target[at + z] = (source[at + z] + mass * marginal[z]) * factor
  },

  transpose(target, source, width) {
    for (let row = 0; row < width; row++) {
      for (let z = 0; z < width; z++) target[z * width + row] = source[row * width + z]
    }
  },

  addConstant(target, source, at, width, more) {
    for (let z = 0; z < width; z++) target[at + z] = source[at + z] + more
  },

  addSigned(window, source, at, sign) {
    for (let z = 0; z < window.length; z++) window[z] += sign * source[at + z]
  },

  addShares(target, at, window, total, factor) {
    for (let z = 0; z < window.length; z++) if (window[z] > 0) target[at + z] += (factor * window[z]) / total[z]
  },

  divideRows(table, total) {
    for (let from = 0; from < table.length; from += total.length) {
      for (let z = 0; z < total.length; z++) table[from + z] /= total[z]
    }
  },
}

/** One row of C at `to`: Σ a[at + l · stride] · row l of B, for `count` rows. */
function product(
  a: Float32Array,
  at: number,
  stride: number,
  b: Float32Array,
  c: Float32Array,
  to: number,
  count: number,
  width: number,
): void {
  c.fill(0, to, to + width)
  for (let l = 0; l < count; l++) {
    const factor = a[at + l * stride]
    for (let z = 0; z < width; z++) c[to + z] += Math.fround(factor * b[l * width + z])
  }
}
