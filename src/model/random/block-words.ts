import { philox } from './philox.js'
import { xoshiro } from './xoshiro.js'

/** Number of rows processed together, column by column, so that a column's words and tables stay in the L1 cache. */
export const blockRows = 512

/** Distance between the words of consecutive draws. Not a power of two, which would map them all to one cache set. */
export const pitch = blockRows + 16

/**
 * Generates the words of one block of rows at a time: Philox of the position, keyed by the seed, seeds a xoshiro128**, which generates
 * the row's words.
 */
export interface BlockWords {
  /** The positions of the block's rows, as lower and upper 32 bits, written by the caller. */
  readonly low: Int32Array
  readonly high: Int32Array
  /** Draw d of row i is words[d · pitch + i]. Valid until the next `reserve`. */
  readonly words: Int32Array
  /** Makes room for blocks of this many draws. */
  reserve(draws: number): void
  /**
   * Generates `draws` words for each of `count` rows (at most `blockRows`). `attempt`: the third word of the counter. `into`: written
   * instead of `words`, which then stays unchanged.
   */
  fill(count: number, attempt: number, key0: number, key1: number, draws: number, into?: Int32Array): void
}

/** In plain TypeScript: the reference for the SIMD version, and the fallback without SIMD. */
export class PlainBlockWords implements BlockWords {
  readonly low = new Int32Array(blockRows)
  readonly high = new Int32Array(blockRows)
  words = new Int32Array(0)
  readonly #seeds = new Int32Array(4 * blockRows)

  reserve(draws: number): void {
    if (this.words.length < draws * pitch) this.words = new Int32Array(draws * pitch)
  }

  fill(count: number, attempt: number, key0: number, key1: number, draws: number, into = this.words): void {
    philox(this.#seeds, count, this.low, this.high, attempt, 0, key0, key1)
    xoshiro(into, pitch, draws, this.#seeds, count)
  }
}
