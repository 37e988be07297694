/** Timestamps composed of a day and a time of day. Hot: allocates nothing. */
import type { NumberVector, Value, Vector } from '../../record.js'
import { dayMs } from '../held.js'
import type { GeneratedColumn } from './generated.js'

/** A column that timestamps are composed of. */
export interface Part {
  readonly vector: Vector
  /** The values of its codes, for a vector of codes only. */
  readonly dictionary: readonly (Value | undefined)[] | undefined
}

/** day · 86,400,000 + time; missing if either is. */
export class Composed implements GeneratedColumn {
  readonly vector: NumberVector
  readonly #day: Numbers
  readonly #time: Numbers

  constructor(day: Part, time: Part, capacity: number) {
    this.vector = { kind: 'number', values: new Float64Array(capacity), codes: undefined }
    this.#day = numbersOf(day)
    this.#time = numbersOf(time)
  }

  draw(_words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { values } = this.vector
    values.fill(0, to, to + count)
    add(values, this.#day, dayMs, to, count)
    add(values, this.#time, 1, to, count)
  }
}

/** Numbers by code if there are codes, else by row. */
interface Numbers {
  readonly codes: Uint16Array | null
  readonly numbers: Float64Array
}

function numbersOf({ vector, dictionary = [] }: Part): Numbers {
  if (vector.kind === 'number') return { codes: null, numbers: vector.values }
  const numbers = Float64Array.from(dictionary, (value) => (typeof value === 'number' ? value : NaN))
  return { codes: vector.kind === 'dictionary' ? vector.codes : null, numbers }
}

function add(values: Float64Array, { codes, numbers }: Numbers, factor: number, to: number, count: number): void {
  if (codes === null) for (let i = to; i < to + count; i++) values[i] += numbers[i] * factor
  else for (let i = to; i < to + count; i++) values[i] += numbers[codes[i]] * factor
}
