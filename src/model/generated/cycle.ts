/** Columns that cycle with the position. Hot: allocates only if the span times the step exceeds 2^53. */
import type { DictionaryVector, NumberVector } from '../../record.js'
import type { ColumnOrigin } from '../artifact.js'
import { pitch } from '../random/block-words.js'
import type { GeneratedColumn } from './generated.js'

const unit32 = 2 ** -32

export type Cycling = Extract<ColumnOrigin, { from: 'cycle' }>

/** start + position · step, wrapping around at `restart`; a share of the values is missing. */
export class Cycle implements GeneratedColumn {
  readonly vector: NumberVector
  readonly #start: number
  readonly #sign: number
  readonly #step: number
  /** Infinity: never wraps around. */
  readonly #span: number
  readonly #offset: number
  /** Number of positions after which the values repeat. */
  readonly #period: number
  readonly #isWide: boolean
  readonly #missing: number
  readonly #missingDraw: number

  constructor(
    { start, step, restart, initial = start }: Cycling,
    missing: number,
    capacity: number,
    takeDraws: (count: number) => number,
  ) {
    this.#start = start
    this.#sign = Math.sign(step)
    this.#step = Math.abs(step)
    this.#span = restart === undefined ? Infinity : Math.abs(restart - start)
    this.#offset = (initial - start) * this.#sign
    this.#period = restart === undefined ? Infinity : this.#span / commonDivisor(this.#span, this.#step)
    this.#isWide = this.#period !== Infinity && this.#period * this.#step + this.#offset > Number.MAX_SAFE_INTEGER
    this.#missing = missing
    this.#missingDraw = missing > 0 ? takeDraws(1) : -1
    this.vector = { kind: 'number', values: new Float64Array(capacity), codes: undefined }
  }

  draw(words: Int32Array, positions: Float64Array, to: number, count: number): void {
    const { values } = this.vector
    const start = this.#start
    const step = this.#step
    const sign = this.#sign
    const offset = this.#offset
    const span = this.#span
    if (span === Infinity)
      for (let i = 0; i < count; i++) values[to + i] = start + sign * (offset + positions[i] * step)
    else if (this.#isWide) for (let i = 0; i < count; i++) values[to + i] = start + sign * this.#wide(positions[i])
    else {
      const period = this.#period
      for (let i = 0; i < count; i++) {
        const position = positions[i]
        const steps = position < period ? position : position % period
        values[to + i] = start + sign * ((offset + steps * step) % span)
      }
    }
    if (this.#missingDraw < 0) return
    const at = this.#missingDraw * pitch
    for (let i = 0; i < count; i++) if ((words[at + i] >>> 0) * unit32 < this.#missing) values[to + i] = NaN
  }

  #wide(position: number): number {
    return Number((BigInt(this.#offset) + BigInt(position) * BigInt(this.#step)) % BigInt(this.#span))
  }
}

function commonDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b]
  return a
}

/** The codes of a list's values in turn; a share is missing, which is the code after the last. */
export class List implements GeneratedColumn {
  readonly vector: DictionaryVector
  readonly #size: number
  readonly #missing: number
  readonly #missingDraw: number

  constructor(size: number, missing: number, capacity: number, takeDraws: (count: number) => number) {
    this.#size = size
    this.#missing = missing
    this.#missingDraw = missing > 0 ? takeDraws(1) : -1
    this.vector = { kind: 'dictionary', codes: new Uint16Array(capacity) }
  }

  draw(words: Int32Array, positions: Float64Array, to: number, count: number): void {
    const { codes } = this.vector
    const size = this.#size
    for (let i = 0; i < count; i++) codes[to + i] = positions[i] % size
    if (this.#missingDraw < 0) return
    const at = this.#missingDraw * pitch
    for (let i = 0; i < count; i++) if ((words[at + i] >>> 0) * unit32 < this.#missing) codes[to + i] = size
  }
}
