import type { TextVector } from '../../record.js'
import { pitch } from '../random/block-words.js'

const unit32 = 2 ** -32

/** A text vector written row by row. `bytes` is replaced when it grows. */
export class GrowingText implements TextVector {
  readonly kind = 'text'
  readonly offsets: Int32Array
  readonly missing: Uint8Array | undefined
  bytes: Uint8Array
  /** Number of bytes written, which is where the next text starts. */
  used = 0

  constructor(capacity: number, maxBytes: number, nullable: boolean) {
    this.offsets = new Int32Array(capacity + 1)
    this.missing = nullable ? new Uint8Array(capacity) : undefined
    this.bytes = new Uint8Array(Math.min(capacity * maxBytes, 1 << 16))
  }

  begin(): void {
    this.used = 0
  }

  /** Makes room for this many more bytes. */
  reserve(bytes: number): void {
    const needed = this.used + bytes
    if (needed <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length))
    grown.set(this.bytes.subarray(0, this.used))
    this.bytes = grown
  }
}

/** Draws which texts of a block are missing, each with the same probability. */
export class MissingDraw {
  readonly #share: number
  readonly #draw: number

  constructor(share: number, takeDraws: (count: number) => number) {
    this.#share = share
    this.#draw = share > 0 ? takeDraws(1) : -1
  }

  draw(words: Int32Array, missing: Uint8Array | undefined, to: number, count: number): void {
    if (missing === undefined) return
    if (this.#draw < 0) {
      missing.fill(0, to, to + count)
      return
    }
    const at = this.#draw * pitch
    for (let i = 0; i < count; i++) missing[to + i] = (words[at + i] >>> 0) * unit32 < this.#share ? 1 : 0
  }
}
