/**
 * Draws which position of another stream a record refers to. Hot: allocates nothing. Uses only multiplications and square roots, whose
 * results are the same on every machine.
 */
import { pitch } from '../random/block-words.js'

export type Skew = 'uniform' | 'zipf' | 'recent'

/** Words of a row that a reference draws from. */
export const skewDraws = 2

const unit53 = 2 ** -53
const bytes = 6

/** Draws positions below `among`. */
export class PositionDraw {
  readonly #skew: Skew
  readonly #among: number
  /** (among + 1)^(b · 256^-(t+1)) at 256 t + b. */
  readonly #powers: Float64Array

  constructor(skew: Skew, among: number) {
    this.#skew = skew
    this.#among = among
    this.#powers = powersOf(among + 1)
  }

  /** Writes a position for each of the rows `own`, drawn from the two words starting at draw `draw`. */
  draw(words: Int32Array, draw: number, own: Float64Array, out: Float64Array, count: number): void {
    const among = this.#among
    const at = draw * pitch
    if (this.#skew === 'uniform') {
      for (let i = 0; i < count; i++) {
        const unit = ((words[at + i] >>> 5) * 0x4000000 + (words[at + pitch + i] >>> 6)) * unit53
        out[i] = Math.min(among - 1, Math.floor(unit * among))
      }
      return
    }
    for (let i = 0; i < count; i++) out[i] = this.#rank(words[at + i], words[at + pitch + i])
    if (this.#skew === 'recent') {
      for (let i = 0; i < count; i++) {
        const newest = Math.min(own[i], among - 1)
        out[i] = newest - (out[i] % (newest + 1))
      }
    }
  }

  /** Draws k ≥ 0 with probability log((k + 2) / (k + 1)) / log(among + 1): Zipf's law with exponent 1, except for the first few. */
  #rank(high: number, low: number): number {
    const powers = this.#powers
    const power =
      powers[high >>> 24] *
      powers[256 | ((high >>> 16) & 255)] *
      powers[512 | ((high >>> 8) & 255)] *
      powers[768 | (high & 255)] *
      powers[1024 | (low >>> 24)] *
      powers[1280 | ((low >>> 16) & 255)]
    return Math.min(this.#among, Math.max(1, Math.floor(power))) - 1
  }
}

/** The probability of position k below `among` with skew zipf. */
export function zipfShare(k: number, among: number): number {
  return Math.log((k + 2) / (k + 1)) / Math.log(among + 1)
}

function powersOf(base: number): Float64Array {
  const powers = new Float64Array(256 * bytes).fill(1)
  let root = base
  for (let bit = 0; bit < 8 * bytes; bit++) {
    root = Math.sqrt(root)
    const table = bit >> 3
    const mask = 128 >> (bit & 7)
    for (let byte = 0; byte < 256; byte++) if (byte & mask) powers[256 * table + byte] *= root
  }
  return powers
}
