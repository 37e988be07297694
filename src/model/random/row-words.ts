import { philox } from './philox.js'
import { xoshiro } from './xoshiro.js'

/** Rows that go through the columns together, so that one column's words and tables stay in the L1 cache. */
export const blockRows = 512

/** Distance between the words of one draw and the next; not a power of two, which would map them all to one cache set. */
export const pitch = blockRows + 16

const two32 = 0x100000000

/** Shared by all generators of a thread: its content does not outlive a call. */
const seeds = new Int32Array(4 * blockRows)
/** Shared by all generators that do not nest: a block's words are used up before the next block is made. */
let shared = new Int32Array(0)

/**
 * The random words of a block of rows. A row's words depend only on (seed, position): Philox of the position, with the seed as
 * key, seeds a xoshiro128** that gives the row's words one after another.
 */
export class RowWords {
  /** Draw d of row i is words[d · pitch + i], any 32 bits. */
  readonly words: Int32Array
  readonly #draws: number
  readonly #key: readonly [number, number]
  readonly #seed = new Int32Array(4)
  readonly #counter: [number, number, number, number] = [0, 0, 0, 0]

  /**
   * `seed`: an integer from 0 to 2^53 − 1. `draws`: words per row. `own`: the words are needed at the same time as another
   * generator's; all other generators share memory, because there may be thousands.
   */
  constructor(seed: number, draws: number, own = true) {
    const size = pitch * draws
    if (!own && shared.length < size) shared = new Int32Array(size)
    this.words = own ? new Int32Array(size) : shared
    this.#key = [seed >>> 0, Math.floor(seed / two32)]
    this.#draws = draws
  }

  /** Generates the words of `count` rows (at most `blockRows`), at positions start, start + stride, … */
  fill(start: number, stride: number, count: number): void {
    philox(seeds, count, [start % two32, Math.floor(start / two32), 0, 0], stride, this.#key)
    xoshiro(this.words, pitch, this.#draws, seeds, count)
  }

  /** Like `fill`, for any positions; each further attempt at a row gets different words. */
  fillAt(positions: Float64Array, count: number, attempt = 0): void {
    const counter = this.#counter
    counter[2] = attempt
    for (let i = 0; i < count; i++) {
      counter[0] = positions[i] % two32
      counter[1] = Math.floor(positions[i] / two32)
      philox(this.#seed, 1, counter, 0, this.#key)
      seeds.set(this.#seed, 4 * i)
    }
    xoshiro(this.words, pitch, this.#draws, seeds, count)
  }
}
