/** sfc32, a small fast generator (Doty-Humphrey, PractRand), for the starting values and the order of rows in training. */
export class TrainingRandom {
  readonly #state: Uint32Array

  constructor(seed: number) {
    const low = seed >>> 0
    const high = Math.floor(seed / 2 ** 32) >>> 0
    this.#state = Uint32Array.of(low, high, 0x9e3779b9, 1)
    for (let round = 0; round < 16; round++) this.word()
  }

  /** 32 random bits. */
  word(): number {
    const s = this.#state
    const result = (s[0] + s[1] + s[3]++) >>> 0
    s[0] = s[1] ^ (s[1] >>> 9)
    s[1] = s[2] + (s[2] << 3)
    s[2] = ((s[2] << 21) | (s[2] >>> 11)) + result
    return result
  }

  /** Uniform in (0, 1). */
  uniform(): number {
    return (this.word() + 0.5) / 2 ** 32
  }

  /** Uniform in 0 … n − 1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n)
  }

  /** 0 … n − 1 in random order. */
  order(n: number): Int32Array {
    const values = Int32Array.from({ length: n }, (_, i) => i)
    this.shuffle(values)
    return values
  }

  /** Fisher–Yates. */
  shuffle(values: Int32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1)
      const value = values[i]
      values[i] = values[j]
      values[j] = value
    }
  }
}
