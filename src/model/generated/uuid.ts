import { pitch } from '../random/block-words.js'
import type { GeneratedColumn } from './generated.js'
import { GrowingText, MissingDraw } from './text-vector.js'

const digits = Buffer.from('0123456789abcdef')
const length = 36

/** 2025-01-01T00:00Z: the time of position 0 in version 7 if the record has no event time; each position adds a millisecond. */
const epoch = 1_735_689_600_000

/** UUIDs of RFC 9562, versions 4 and 7, drawn from the row's random words. Hot: writes byte by byte, allocates nothing. */
export class Uuid implements GeneratedColumn {
  readonly vector: GrowingText
  readonly maxBytes = length
  readonly #version: 4 | 7
  readonly #times: Float64Array | undefined
  readonly #missing: MissingDraw
  readonly #draw: number

  /** `times`: the records' event times in ms, for version 7. */
  constructor(
    version: 4 | 7,
    times: Float64Array | undefined,
    nullable: boolean,
    missing: number,
    capacity: number,
    takeDraws: (count: number) => number,
  ) {
    this.#version = version
    this.#times = times
    this.#draw = takeDraws(4)
    this.#missing = new MissingDraw(missing, takeDraws)
    this.vector = new GrowingText(capacity, length, nullable)
  }

  begin(): void {
    this.vector.begin()
  }

  draw(words: Int32Array, positions: Float64Array, to: number, count: number): void {
    const { vector } = this
    this.#missing.draw(words, vector.missing, to, count)
    vector.reserve(count * length)
    const { bytes, offsets, missing } = vector
    const from = this.#draw * pitch
    const seven = this.#version === 7
    let at = vector.used
    for (let i = 0; i < count; i++) {
      offsets[to + i] = at
      if (missing !== undefined && missing[to + i] === 1) continue
      let a = words[from + i]
      let b = words[from + pitch + i]
      if (seven) {
        const given = this.#times === undefined ? NaN : this.#times[to + i]
        const time = given >= 0 ? given : epoch + positions[i]
        a = Math.floor(time / 0x10000) | 0
        b = ((time % 0x10000) << 16) | (b & 0xffff)
      }
      b = (b & ~0xf000) | (seven ? 0x7000 : 0x4000)
      const c = (words[from + 2 * pitch + i] & 0x3fffffff) | 0x80000000
      hex(bytes, at, a, 8)
      bytes[at + 8] = 45
      hex(bytes, at + 9, b >>> 16, 4)
      bytes[at + 13] = 45
      hex(bytes, at + 14, b & 0xffff, 4)
      bytes[at + 18] = 45
      hex(bytes, at + 19, c >>> 16, 4)
      bytes[at + 23] = 45
      hex(bytes, at + 24, c & 0xffff, 4)
      hex(bytes, at + 28, words[from + 3 * pitch + i], 8)
      at += length
    }
    offsets[to + count] = at
    vector.used = at
  }
}

function hex(bytes: Uint8Array, at: number, word: number, count: number): void {
  for (let i = count - 1, rest = word; i >= 0; i--, rest >>>= 4) bytes[at + i] = digits[rest & 15]
}
