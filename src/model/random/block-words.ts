import { philox } from './philox.js'
import { xoshiro } from './xoshiro.js'

/** Rows that go through the columns together, so that one column's words and tables stay in the L1 cache. */
export const blockRows = 512

/** Distance between the words of one draw and the next; not a power of two, which would map them all to one cache set. */
export const pitch = blockRows + 16

/**
 * Makes the words of one block of rows at a time: Philox of the position, with the seed as key, seeds a xoshiro128** that gives the
 * row's words one after another.
 */
export interface BlockWords {
  /** The positions of the block's rows, as lower and upper 32 bits: written by the caller. */
  readonly low: Int32Array
  readonly high: Int32Array
  /** Draw d of row i is words[d · pitch + i]. Valid until the next `reserve`. */
  readonly words: Int32Array
  /** Makes room for blocks of this many draws. */
  reserve(draws: number): void
  /**
   * Makes `draws` words for each of `count` rows (at most `blockRows`). `attempt`: the third word of the counter. `into`: where they go instead
   * of `words`, whose content then stays.
   */
  fill(count: number, attempt: number, key0: number, key1: number, draws: number, into?: Int32Array): void
}

/** In plain TypeScript: what the SIMD version must equal, and what runs where there is no SIMD. */
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
