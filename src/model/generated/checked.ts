import { writeCheckDigits, type CheckLaw } from './check-digits.js'
import type { GeneratedColumn } from './generated.js'
import type { GrowingText } from './text-vector.js'

/** A generated column of codes. */
export interface Codes extends GeneratedColumn {
  readonly vector: GrowingText
  readonly maxBytes: number
  begin(): void
}

/** Codes with the check digits of a law. Hot: digits are replaced in place. */
export class Checked implements Codes {
  readonly vector: GrowingText
  readonly maxBytes: number

  constructor(
    readonly codes: Codes,
    readonly law: CheckLaw,
  ) {
    this.vector = codes.vector
    this.maxBytes = codes.maxBytes
  }

  begin(): void {
    this.codes.begin()
  }

  draw(words: Int32Array, positions: Float64Array, to: number, count: number): void {
    this.codes.draw(words, positions, to, count)
    const { bytes, offsets } = this.vector
    for (let row = to; row < to + count; row++)
      if (offsets[row] < offsets[row + 1]) writeCheckDigits(this.law, bytes, offsets[row], offsets[row + 1])
  }
}
