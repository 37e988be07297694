import { blockRows, pitch } from '../random/block-words.js'
import { drawRows } from '../sample/draw.js'
import { aliasRows, type AliasRows } from '../sample/node-tables.js'
import type { GeneratedColumn } from './generated.js'
import { maxCombinations } from './pattern.js'
import type { Form } from './regex-forms.js'
import { GrowingText, MissingDraw } from './text-vector.js'

const zeros = new Uint16Array(blockRows)

/** Forms as bytes, and the maximum number of random words that one of them draws. */
export interface CompiledForms {
  readonly forms: readonly FormBytes[]
  readonly words: number
  readonly maxBytes: number
}

/** A form as bytes. Parallel arrays: the fixed byte, or the alphabet it is drawn from (null: fixed), and the draw that starts there (−1: none). */
export interface FormBytes {
  readonly fixed: Uint8Array
  readonly alphabets: readonly (Uint8Array | null)[]
  readonly draws: Int32Array
}

/** Texts of a regular expression's forms. Hot: writes byte by byte, allocates nothing. */
export class RegexText implements GeneratedColumn {
  readonly vector: GrowingText
  readonly maxBytes: number
  readonly #forms: readonly FormBytes[]
  readonly #rows: AliasRows
  readonly #choice: number
  readonly #missing: MissingDraw
  readonly #firstDraw: number
  readonly #chosen = new Uint16Array(blockRows)

  constructor(
    forms: readonly Form[],
    nullable: boolean,
    missing: number,
    capacity: number,
    takeDraws: (count: number) => number,
  ) {
    this.#rows = aliasRows([forms.map(({ weight }) => weight)], 1, forms.length)
    this.#choice = this.#rows.bits === 0 ? -1 : takeDraws(1)
    const compiled = compiledForms(forms)
    this.#forms = compiled.forms
    this.#firstDraw = takeDraws(compiled.words)
    this.#missing = new MissingDraw(missing, takeDraws)
    this.maxBytes = compiled.maxBytes
    this.vector = new GrowingText(capacity, this.maxBytes, nullable)
  }

  begin(): void {
    this.vector.begin()
  }

  draw(words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { vector } = this
    this.#missing.draw(words, vector.missing, to, count)
    if (this.#choice >= 0)
      drawRows(this.#rows.table, this.#rows.bits, zeros, words, this.#choice * pitch, this.#chosen, 0, count)
    vector.reserve(count * this.maxBytes)
    const { bytes, offsets, missing } = vector
    const firstDraw = this.#firstDraw
    let at = vector.used
    for (let i = 0; i < count; i++) {
      offsets[to + i] = at
      if (missing !== undefined && missing[to + i] === 1) continue
      at = writeForm(this.#forms[this.#chosen[i]], words, firstDraw, i, bytes, at)
    }
    offsets[to + count] = at
    vector.used = at
  }
}

export function compiledForms(forms: readonly Form[]): CompiledForms {
  const bytes = forms.map(bytesOf)
  return {
    forms: bytes.map(({ form }) => form),
    words: bytes.reduce((most, { words }) => Math.max(most, words), 0),
    maxBytes: bytes.reduce((most, { form }) => Math.max(most, form.fixed.length), 0),
  }
}

/** Writes a text of the form at `at`, drawn from the words of row `i` of the block, and returns the index after it. */
export function writeForm(
  { fixed, alphabets, draws }: FormBytes,
  words: Int32Array,
  firstDraw: number,
  i: number,
  bytes: Uint8Array,
  at: number,
): number {
  let fraction = 0
  for (let j = 0; j < fixed.length; j++) {
    const alphabet = alphabets[j]
    if (alphabet === null) {
      bytes[at++] = fixed[j]
      continue
    }
    if (draws[j] >= 0) fraction = (words[(firstDraw + draws[j]) * pitch + i] >>> 0) * 2 ** -32
    const scaled = fraction * alphabet.length
    const index = Math.floor(scaled)
    fraction = scaled - index
    bytes[at++] = alphabet[index]
  }
  return at
}

function bytesOf({ characters }: Form): { form: FormBytes; words: number } {
  const fixed: number[] = []
  const alphabets: (Uint8Array | null)[] = []
  const draws: number[] = []
  let words = 0
  let combinations = Infinity
  for (const some of characters) {
    if (some.length === 1) {
      for (const byte of Buffer.from(some[0])) {
        fixed.push(byte)
        alphabets.push(null)
        draws.push(-1)
      }
      continue
    }
    const isFresh = combinations * some.length > maxCombinations
    combinations = (isFresh ? 1 : combinations) * some.length
    fixed.push(0)
    alphabets.push(Buffer.from(some.join('')))
    draws.push(isFresh ? words++ : -1)
  }
  return { form: { fixed: Uint8Array.from(fixed), alphabets, draws: Int32Array.from(draws) }, words }
}
