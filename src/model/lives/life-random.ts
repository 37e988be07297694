import { philox } from '../random/philox.js'

const two32 = 0x100000000

/** The random numbers for one batch of lives: xoshiro128**, seeded by Philox of (seed, batch). Allocates nothing per number. */
export class LifeRandom {
  readonly #key0: number
  readonly #key1: number
  readonly #state = new Int32Array(4)
  readonly #low = new Int32Array(1)
  readonly #high = new Int32Array(1)

  /** `seed`: an integer from 0 to 2^53 − 1. */
  constructor(seed: number) {
    this.#key0 = seed >>> 0
    this.#key1 = Math.floor(seed / two32)
  }

  /** Starts a batch. */
  start(batch: number): void {
    this.#low[0] = batch % two32
    this.#high[0] = Math.floor(batch / two32)
    philox(this.#state, 1, this.#low, this.#high, 0, 0, this.#key0, this.#key1)
  }

  /** A number from 0 to 1, exclusive. */
  next(): number {
    const s = this.#state
    const s1 = s[1]
    const five = Math.imul(s1, 5)
    const word = Math.imul((five << 7) | (five >>> 25), 9) >>> 0
    s[2] ^= s[0]
    s[3] ^= s1
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= s1 << 9
    s[3] = (s[3] << 11) | (s[3] >>> 21)
    return word / two32
  }
}
