import { pitch } from '../random/block-words.js'
import type { GeneratedColumn } from './generated.js'
import type { PatternPart } from './pattern-parts.js'
import { GrowingText, MissingDraw } from './text-vector.js'

/** Maximum combinations of characters drawn from one 32-bit word, which keeps the relative bias of a probability below 2^-16. */
export const maxCombinations = 65_536

/** Texts drawn from a pattern. Hot: writes byte by byte, allocates nothing. */
export class Pattern implements GeneratedColumn {
  readonly vector: GrowingText
  readonly maxBytes: number
  readonly #missing: MissingDraw
  /** For each byte of the text: the fixed byte, or the alphabet it is drawn from (null: fixed). */
  readonly #fixed: Uint8Array
  readonly #alphabets: (Uint8Array | null)[]
  /** The draw that starts at this byte; −1: fixed, or still drawn from the previous word. */
  readonly #draws: Int32Array

  constructor(
    parts: readonly PatternPart[],
    nullable: boolean,
    missing: number,
    capacity: number,
    takeDraws: (count: number) => number,
  ) {
    const fixed: number[] = []
    const draws: number[] = []
    this.#alphabets = []
    let combinations = Infinity
    for (const part of parts) {
      if ('fixed' in part) {
        for (const byte of Buffer.from(part.fixed)) {
          fixed.push(byte)
          draws.push(-1)
          this.#alphabets.push(null)
        }
        continue
      }
      const { length } = part.alphabet
      const fresh = combinations * length > maxCombinations
      combinations = (fresh ? 1 : combinations) * length
      fixed.push(0)
      draws.push(fresh ? takeDraws(1) : -1)
      this.#alphabets.push(Buffer.from(part.alphabet))
    }
    this.#fixed = Uint8Array.from(fixed)
    this.#draws = Int32Array.from(draws)
    this.#missing = new MissingDraw(missing, takeDraws)
    this.maxBytes = fixed.length
    this.vector = new GrowingText(capacity, fixed.length, nullable)
  }

  begin(): void {
    this.vector.begin()
  }

  draw(words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { vector, maxBytes } = this
    this.#missing.draw(words, vector.missing, to, count)
    vector.reserve(count * maxBytes)
    const { bytes, offsets, missing } = vector
    const fixed = this.#fixed
    const alphabets = this.#alphabets
    const draws = this.#draws
    let at = vector.used
    for (let i = 0; i < count; i++) {
      offsets[to + i] = at
      if (missing !== undefined && missing[to + i] === 1) continue
      let fraction = 0
      for (let j = 0; j < maxBytes; j++) {
        const alphabet = alphabets[j]
        if (alphabet === null) {
          bytes[at++] = fixed[j]
          continue
        }
        if (draws[j] >= 0) fraction = (words[draws[j] * pitch + i] >>> 0) * 2 ** -32
        const scaled = fraction * alphabet.length
        const index = Math.floor(scaled)
        fraction = scaled - index
        bytes[at++] = alphabet[index]
      }
    }
    offsets[to + count] = at
    vector.used = at
  }
}
