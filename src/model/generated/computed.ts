/** Columns computed by an expression from columns of any kind. Hot: only texts, which are strings, allocate per row. */
import type { DictionaryVector, FieldType, NumberVector } from '../../record.js'
import type { Formula } from '../expression/formula.js'
import {
  compileCondition,
  compileFormula,
  compileText,
  type InputOf,
  type Program,
  type TextProgram,
} from '../expression/program.js'
import type { GeneratedColumn } from './generated.js'
import { GrowingText } from './text-vector.js'

/** Numbers, dates and times; missing if an operand is, or if the result is not finite, as after a division by zero. */
export class ComputedNumber implements GeneratedColumn {
  readonly vector: NumberVector
  readonly #program: Program

  constructor(formula: Formula, type: FieldType, inputOf: InputOf, capacity: number) {
    this.#program = compileFormula(formula, inputOf, type)
    this.vector = { kind: 'number', values: new Float64Array(capacity), codes: undefined }
  }

  draw(_words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { values } = this.vector
    const block = this.#program.run(to, count)
    for (let i = 0; i < count; i++) values[to + i] = Number.isFinite(block[i]) ? block[i] : NaN
  }
}

/** The values of a boolean column's codes. */
export const booleanValues = [false, true, null] as const

/** Booleans, as codes. */
export class ComputedBoolean implements GeneratedColumn {
  readonly vector: DictionaryVector
  readonly #program: Program

  constructor(formula: Formula, inputOf: InputOf, capacity: number) {
    this.#program = compileCondition(formula, inputOf)
    this.vector = { kind: 'dictionary', codes: new Uint16Array(capacity) }
  }

  draw(_words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { codes } = this.vector
    const block = this.#program.run(to, count)
    for (let i = 0; i < count; i++) codes[to + i] = block[i] === 1 ? 1 : block[i] === 0 ? 0 : 2
  }
}

/** Texts. They have no known maximum length, so templates cannot use them. */
export class ComputedText implements GeneratedColumn {
  readonly vector: GrowingText
  readonly #program: TextProgram

  constructor(formula: Formula, nullable: boolean, inputOf: InputOf, capacity: number) {
    this.#program = compileText(formula, inputOf)
    this.vector = new GrowingText(capacity, 16, nullable)
  }

  begin(): void {
    this.vector.begin()
  }

  draw(_words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { vector } = this
    const { offsets, missing } = vector
    const texts = this.#program.run(to, count)
    let at = vector.used
    for (let i = 0; i < count; i++) {
      const text = texts[i]
      offsets[to + i] = at
      if (missing !== undefined) missing[to + i] = text === null ? 1 : 0
      if (text === null) continue
      vector.used = at
      vector.reserve(3 * text.length)
      at += Buffer.from(vector.bytes.buffer, vector.bytes.byteOffset, vector.bytes.byteLength).write(text, at)
    }
    offsets[to + count] = at
    vector.used = at
  }
}
