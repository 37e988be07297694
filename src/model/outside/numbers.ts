import type { NumberVector } from '../../record.js'
import type { OutsideColumn } from './outside.js'

/** start + position · step. */
export class Sequence implements OutsideColumn {
  readonly vector: NumberVector
  readonly #start: number
  readonly #step: number

  constructor(start: number, step: number, capacity: number) {
    this.#start = start
    this.#step = step
    this.vector = { kind: 'number', values: new Float64Array(capacity), codes: undefined }
  }

  draw(_words: Int32Array, start: number, stride: number, to: number, count: number): void {
    const { values } = this.vector
    for (let i = 0; i < count; i++) values[to + i] = this.#start + (start + i * stride) * this.#step
  }
}
