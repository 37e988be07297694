import { pitch, PlainBlockWords, type BlockWords } from './block-words.js'
import { SimdBlockWords } from './simd-block-words.js'

const two32 = 0x100000000

let shared: BlockWords | null = null

/** Shared by all generators of a thread, because a block's words are consumed before the next block is filled. */
function blockWords(): BlockWords {
  shared ??= SimdBlockWords.create() ?? new PlainBlockWords()
  return shared
}

/** The random words of a block of rows. A row's words depend only on (seed, position). */
export class RowWords {
  readonly #own: Int32Array | undefined
  readonly #draws: number
  readonly #key0: number
  readonly #key1: number
  readonly #block: BlockWords

  /**
   * `seed`: an integer from 0 to 2^53 − 1. `draws`: words per row. `own`: whether the words are needed at the same time as another
   * generator's; otherwise generators share memory, because there may be thousands. `block`: generates the words.
   */
  constructor(seed: number, draws: number, own = true, block: BlockWords = blockWords()) {
    block.reserve(draws)
    this.#own = own ? new Int32Array(draws * pitch) : undefined
    this.#key0 = seed >>> 0
    this.#key1 = Math.floor(seed / two32)
    this.#draws = draws
    this.#block = block
  }

  /** Draw d of row i is words[d · pitch + i], any 32 bits. Valid until another generator is opened. */
  get words(): Int32Array {
    return this.#own ?? this.#block.words
  }

  /** Where the words are, if they are shared with other generators. */
  get block(): BlockWords | null {
    return this.#own === undefined ? this.#block : null
  }

  /** Generates the words of `count` rows (at most 512), at positions start, start + stride, … */
  fill(start: number, stride: number, count: number): void {
    const { low, high } = this.#block
    let lower = start % two32
    let upper = Math.floor(start / two32)
    for (let i = 0; i < count; i++) {
      low[i] = lower
      high[i] = upper
      lower += stride
      if (lower >= two32) {
        lower -= two32
        upper++
      }
    }
    this.#block.fill(count, 0, this.#key0, this.#key1, this.#draws, this.#own)
  }

  /** Like `fill`, for any positions. Each attempt at a row gets different words. */
  fillAt(positions: Float64Array, count: number, attempt = 0): void {
    const { low, high } = this.#block
    for (let i = 0; i < count; i++) {
      low[i] = positions[i] % two32
      high[i] = Math.floor(positions[i] / two32)
    }
    this.#block.fill(count, attempt, this.#key0, this.#key1, this.#draws, this.#own)
  }
}
