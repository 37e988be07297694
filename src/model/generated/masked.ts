/** Columns that are missing together. Hot: nothing is allocated. */
import type { Vector } from '../../record.js'
import type { OutsideColumn } from './generated.js'

/** Another column's values, but for the rows in which a third one says that they are missing. */
export class Masked implements OutsideColumn {
  readonly vector: Vector
  readonly #value: Vector
  readonly #by: Uint16Array
  readonly #absent: Uint8Array
  readonly #absentCode: number

  /** `absent`: 1 for the codes of `by` for which the value is missing. `absentCode`: the code of what is missing. */
  constructor({ value, by }: { value: Vector; by: Vector }, absent: Uint8Array, absentCode: number, capacity: number) {
    this.#value = value
    this.#by = by.kind === 'text' || by.codes === undefined ? new Uint16Array(capacity) : by.codes
    this.#absent = absent
    this.#absentCode = absentCode
    this.vector =
      value.kind === 'number'
        ? { kind: 'number', values: new Float64Array(capacity), codes: undefined }
        : { kind: 'dictionary', codes: new Uint16Array(capacity) }
  }

  draw(_words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const by = this.#by
    const absent = this.#absent
    const value = this.#value
    const { vector } = this
    if (vector.kind === 'number' && value.kind === 'number')
      for (let i = to; i < to + count; i++) vector.values[i] = absent[by[i]] === 1 ? NaN : value.values[i]
    else if (vector.kind === 'dictionary' && value.kind === 'dictionary')
      for (let i = to; i < to + count; i++) vector.codes[i] = absent[by[i]] === 1 ? this.#absentCode : value.codes[i]
  }
}
