/**
 * Alias tables: Walker, "An efficient method for generating discrete random variables with general distributions" (1977), on
 * 2^bits slots. A draw takes one 32-bit word: its lower `bits` select the slot, the rest is the coin. A table entry holds the slot's
 * threshold in its upper 32 − bits and its alias in the lower bits. The draw is the slot if coin < threshold, else its alias.
 *
 * Weights are first rounded to multiples of 2^-32 that sum to exactly 1, so everything after that is exact: all machines get the same
 * tables, and a weight of 0 is never drawn.
 */

/** Bits of a table for `size` symbols. A single symbol needs none, but drawing requires at least one. */
export function aliasBits(size: number): number {
  return Math.max(1, 32 - Math.clz32(size - 1))
}

const whole = 0x100000000

/** Builds tables of up to 2^bits symbols, reusing its scratch memory. */
export class AliasBuilder {
  readonly #bits: number
  readonly #mass: Float64Array
  readonly #small: Int32Array
  readonly #large: Int32Array

  constructor(bits: number) {
    const slots = 1 << bits
    this.#bits = bits
    this.#mass = new Float64Array(slots)
    this.#small = new Int32Array(slots)
    this.#large = new Int32Array(slots)
  }

  /**
   * Writes the table for weights[from .. from + size) (non-negative, on any scale) to out[at .. at + 2^bits). If all are 0, writes a
   * table that no draw should reach.
   */
  build(weights: ArrayLike<number>, from: number, size: number, out: Int32Array, at: number): void {
    const bits = this.#bits
    const slots = 1 << bits
    const slot = 2 ** (32 - bits)
    const mass = this.#mass
    if (!apportion(weights, from, size, mass)) {
      out.fill(0, at, at + slots)
      return
    }
    mass.fill(0, size, slots)
    let smalls = 0
    let larges = 0
    for (let i = 0; i < slots; i++) {
      if (mass[i] < slot) this.#small[smalls++] = i
      else this.#large[larges++] = i
    }
    while (smalls > 0) {
      const low = this.#small[--smalls]
      const high = this.#large[larges - 1]
      out[at + low] = (mass[low] * (1 << bits) + high) | 0
      mass[high] -= slot - mass[low]
      if (mass[high] < slot) {
        larges--
        this.#small[smalls++] = high
      }
    }
    // The remaining symbols fill their slots exactly: they are drawn whatever the coin.
    while (larges > 0) {
      const full = this.#large[--larges]
      out[at + full] = full
    }
  }
}

/** Rounds the weights to shares of 2^32; the largest absorbs the rounding error. False if all are 0. */
function apportion(weights: ArrayLike<number>, from: number, size: number, mass: Float64Array): boolean {
  let total = 0
  let largest = 0
  for (let i = 0; i < size; i++) {
    const weight = weights[from + i]
    total += weight
    if (weight > weights[from + largest]) largest = i
  }
  if (!(total > 0)) return false
  let rest = whole
  for (let i = 0; i < size; i++) {
    mass[i] = Math.floor((weights[from + i] / total) * whole + 0.5)
    rest -= mass[i]
  }
  mass[largest] += rest
  return true
}
