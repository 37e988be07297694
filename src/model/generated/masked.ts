/** Columns that are missing in the same rows. Hot: allocates nothing. */
import type { Vector } from '../../record.js'
import type { GeneratedColumn } from './generated.js'

/** Another column's values, except in rows where a third column says they are missing. */
export class Masked implements GeneratedColumn {
  readonly vector: Vector
  readonly #value: Vector
  readonly #by: Uint16Array
  /** By code of `by`: 0 to keep a number, NaN to make it missing; added to the number. */
  readonly #gaps: Float64Array
  /** By code of `by`: all bits to keep a code, none to clear it. */
  readonly #kept: Uint16Array
  /** By code of `by`: 0 to keep a code, else the code for missing; ORed with what the mask leaves. */
  readonly #codes: Uint16Array

  /** `absent`: 1 for each code of `by` whose rows lack the value. `absentCode`: the code that stands for missing. */
  constructor({ value, by }: { value: Vector; by: Vector }, absent: Uint8Array, absentCode: number, capacity: number) {
    this.#value = value
    this.#by = by.kind === 'text' || by.kind === 'list' || by.codes === undefined ? new Uint16Array(capacity) : by.codes
    this.#gaps = Float64Array.from(absent, (is) => (is === 1 ? NaN : 0))
    this.#kept = Uint16Array.from(absent, (is) => (is === 1 ? 0 : 0xffff))
    this.#codes = Uint16Array.from(absent, (is) => (is === 1 ? absentCode : 0))
    this.vector =
      value.kind === 'number'
        ? { kind: 'number', values: new Float64Array(capacity), codes: undefined }
        : { kind: 'dictionary', codes: new Uint16Array(capacity) }
  }

  draw(_words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const by = this.#by
    const value = this.#value
    const { vector } = this
    // Branch-free: the CPU cannot predict which rows are missing.
    if (vector.kind === 'number' && value.kind === 'number')
      added(vector.values, value.values, this.#gaps, by, to, count)
    else if (vector.kind === 'dictionary' && value.kind === 'dictionary')
      replaced(vector.codes, value.codes, this.#kept, this.#codes, by, to, count)
  }
}

function added(
  out: Float64Array,
  values: Float64Array,
  gaps: Float64Array,
  by: Uint16Array,
  to: number,
  count: number,
): void {
  for (let i = to; i < to + count; i++) out[i] = values[i] + gaps[by[i]]
}

function replaced(
  out: Uint16Array,
  codes: Uint16Array,
  kept: Uint16Array,
  others: Uint16Array,
  by: Uint16Array,
  to: number,
  count: number,
): void {
  for (let i = to; i < to + count; i++) {
    const code = by[i]
    out[i] = (codes[i] & kept[code]) | others[code]
  }
}
