import { philox } from './philox.js'
import { xoshiro } from './xoshiro.js'

/** Rows that go through the columns together: one column's words and tables then stay in the first cache. */
export const blockRows = 512

/** Words of one draw lie this far from the next draw's; not a power of two, which would put them all into one cache set. */
export const pitch = blockRows + 16

const two32 = 0x100000000

/** Of all generators of a thread: nothing of it outlives a call. */
const seeds = new Int32Array(4 * blockRows)
/** Of all generators that no other one is at work with: a block's words are drawn from before the next is made. */
let shared = new Int32Array(0)

/**
 * The random words of a block of rows. Those of a row depend on (seed, position) alone: Philox of the position, with the seed as
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
   * `seed`: an integer from 0 to 2^53 − 1. `draws`: words per row. `own`: the words are needed while those of another generator
   * are; the others share memory, for there may be thousands.
   */
  constructor(seed: number, draws: number, own = true) {
    const size = pitch * draws
    if (!own && shared.length < size) shared = new Int32Array(size)
    this.words = own ? new Int32Array(size) : shared
    this.#key = [seed >>> 0, Math.floor(seed / two32)]
    this.#draws = draws
  }

  /** Makes the words of `count` rows (at most `blockRows`), of positions start, start + stride, … */
  fill(start: number, stride: number, count: number): void {
    philox(seeds, count, [start % two32, Math.floor(start / two32), 0, 0], stride, this.#key)
    xoshiro(this.words, pitch, this.#draws, seeds, count)
  }

  /** As `fill`, of any positions; the words of a further attempt at a row are others. */
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
