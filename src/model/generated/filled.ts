import type { GeneratedColumn } from './generated.js'
import type { Form } from './regex-forms.js'
import { compiledForms, writeForm, type FormBytes } from './regex-text.js'
import { GrowingText } from './text-vector.js'

/** Texts whose form is given by another column. Hot: allocates nothing. */
export class Filled implements GeneratedColumn {
  readonly vector: GrowingText
  readonly maxBytes: number
  readonly #codes: Uint16Array
  /** The index of each code's form; −1: missing. */
  readonly #formOf: Int32Array
  readonly #forms: readonly FormBytes[]
  readonly #firstDraw: number

  /** `byCode`: the form for each code of the other column; null: missing. */
  constructor(
    codes: Uint16Array,
    byCode: readonly (Form | null)[],
    nullable: boolean,
    capacity: number,
    takeDraws: (count: number) => number,
  ) {
    this.#codes = codes
    const forms: Form[] = []
    this.#formOf = Int32Array.from(byCode, (form) => (form === null ? -1 : forms.push(form) - 1))
    const compiled = compiledForms(forms)
    this.#forms = compiled.forms
    this.#firstDraw = takeDraws(compiled.words)
    this.maxBytes = compiled.maxBytes
    this.vector = new GrowingText(capacity, this.maxBytes, nullable)
  }

  begin(): void {
    this.vector.begin()
  }

  draw(words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { vector, maxBytes } = this
    vector.reserve(count * maxBytes)
    const { bytes, offsets, missing } = vector
    let at = vector.used
    for (let i = 0; i < count; i++) {
      offsets[to + i] = at
      const form = this.#formOf[this.#codes[to + i]]
      if (missing !== undefined) missing[to + i] = form === -1 ? 1 : 0
      if (form >= 0) at = writeForm(this.#forms[form], words, this.#firstDraw, i, bytes, at)
    }
    offsets[to + count] = at
    vector.used = at
  }
}
