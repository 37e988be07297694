import type { Field, FieldType, Value, Vector } from '../../record.js'
import type { GeneratedColumn } from './generated.js'
import type { TemplateFilter } from './template-parts.js'
import { filtered, textOf } from './text-forms.js'
import { GrowingText, MissingDraw } from './text-vector.js'
import { ownWriter } from '../time/spelling.js'
import { maxNumberBytes, writeNumber } from './write-number.js'

/** A column inserted into a template: its vector, and what that holds. */
export interface TemplateInput {
  readonly vector: Vector
  readonly type: FieldType
  readonly dictionary: Field['dictionary']
  /** Maximum bytes of one text, for text vectors. */
  readonly maxBytes: number
  readonly filter: TemplateFilter
}

/** All parts have the same shape, which keeps the loop over them monomorphic. */
interface Part {
  readonly kind: 'fixed' | 'codes' | 'number' | 'text'
  /** For fixed text and codes: pre-rendered bytes; piece c spans starts[c] to starts[c + 1]. */
  readonly pieces: Uint8Array
  readonly starts: Int32Array
  readonly codes: Uint16Array
  /** The code that stands for missing; −1: none. */
  readonly missingCode: number
  readonly values: Float64Array
  readonly type: FieldType
  readonly text: GrowingText | undefined
  readonly filter: TemplateFilter
  readonly maxBytes: number
}

const blank = {
  pieces: new Uint8Array(0),
  starts: new Int32Array(0),
  codes: new Uint16Array(0),
  missingCode: -1,
  values: new Float64Array(0),
  type: { kind: 'string' },
  text: undefined,
  filter: 'none',
} as const

/** Texts assembled from pre-rendered pieces. Hot: copies bytes, allocates nothing per record. */
export class Template implements GeneratedColumn {
  readonly vector: GrowingText
  readonly maxBytes: number
  readonly #parts: readonly Part[]
  readonly #missing: MissingDraw

  constructor(
    parts: readonly (string | TemplateInput)[],
    nullable: boolean,
    missing: number,
    capacity: number,
    takeDraws: (count: number) => number,
  ) {
    this.#parts = parts.map((part) => (typeof part === 'string' ? fixedPart(part) : inputPart(part)))
    this.maxBytes = this.#parts.reduce((sum, part) => sum + part.maxBytes, 0)
    this.#missing = new MissingDraw(missing, takeDraws)
    this.vector = new GrowingText(capacity, this.maxBytes, nullable)
  }

  begin(): void {
    this.vector.begin()
  }

  draw(words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    const { vector } = this
    const parts = this.#parts
    this.#missing.draw(words, vector.missing, to, count)
    vector.reserve(count * this.maxBytes)
    const { bytes, offsets, missing } = vector
    let at = vector.used
    for (let row = to; row < to + count; row++) {
      const start = at
      let absent = missing !== undefined && missing[row] === 1
      offsets[row] = at
      for (let j = 0; j < parts.length; j++) {
        const part = parts[j]
        if (part.kind === 'number') {
          const held = part.values[row]
          if (held === held) at = writeNumber(bytes, at, held, part.type)
          else absent = true
        } else if (part.kind === 'text') {
          if (part.text!.missing?.[row] === 1) absent = true
          at = copyText(bytes, at, part.text!, row, part.filter)
        } else {
          const code = part.kind === 'fixed' ? 0 : part.codes[row]
          if (code === part.missingCode) absent = true
          const { pieces, starts } = part
          for (let from = starts[code]; from < starts[code + 1]; from++) bytes[at++] = pieces[from]
        }
      }
      if (absent && missing !== undefined) {
        missing[row] = 1
        at = start
      }
    }
    offsets[to + count] = at
    vector.used = at
  }
}

function fixedPart(text: string): Part {
  return { ...blank, kind: 'fixed', ...rendered([text]) }
}

function inputPart({ vector, type, dictionary, maxBytes: maxBytes, filter }: TemplateInput): Part {
  switch (vector.kind) {
    case 'dictionary': {
      const values: readonly (Value | undefined)[] = dictionary ?? []
      const texts = values.map((held) => filtered(textOf(held, type), filter))
      return { ...blank, kind: 'codes', codes: vector.codes, missingCode: values.indexOf(null), ...rendered(texts) }
    }
    case 'number':
      return {
        ...blank,
        kind: 'number',
        values: vector.values,
        type,
        maxBytes: Math.max(maxNumberBytes, ownWriter(type)?.maxBytes ?? 0),
      }
    case 'list':
      throw new TypeError('a template cannot contain a list')
    case 'text':
      // A slug may be longer than its text: two bytes may become four hexadecimal digits.
      return { ...blank, kind: 'text', text: vector as GrowingText, filter, maxBytes: maxBytes * 3 }
  }
}

function rendered(texts: readonly string[]): { pieces: Uint8Array; starts: Int32Array; maxBytes: number } {
  const joined = Buffer.from(texts.join(''))
  // A pool may have thousands. Of ASCII texts alone, each character is a byte.
  const isAscii = joined.length === texts.reduce((sum, { length }) => sum + length, 0)
  const encoded = isAscii ? null : texts.map((text) => Buffer.from(text))
  const starts = new Int32Array(texts.length + 1)
  let maxBytes = 0
  ;(encoded ?? texts).forEach(({ length }, index) => {
    starts[index + 1] = starts[index] + length
    maxBytes = Math.max(maxBytes, length)
  })
  return { pieces: encoded === null ? joined : Buffer.concat(encoded), starts, maxBytes }
}

function copyText(bytes: Uint8Array, at: number, text: GrowingText, row: number, filter: TemplateFilter): number {
  const end = text.offsets[row + 1]
  const begin = text.offsets[row]
  let place = at
  if (filter === 'initial') return copyFiltered(bytes, at, text, begin, end, filter)
  let any = filter === 'none'
  for (let from = begin; from < end; from++) {
    let byte = text.bytes[from]
    if (filter !== 'none') {
      if (byte >= 128) return copyFiltered(bytes, at, text, begin, end, filter)
      if (byte >= 65 && byte <= 90) byte |= 32
      if (filter === 'slug' && !((byte >= 97 && byte <= 122) || (byte >= 48 && byte <= 57))) continue
      any = true
    }
    bytes[place++] = byte
  }
  return any || begin === end ? place : copyFiltered(bytes, at, text, begin, end, filter)
}

/** The slow path, for texts that are not ASCII. */
function copyFiltered(
  bytes: Uint8Array,
  at: number,
  text: GrowingText,
  begin: number,
  end: number,
  filter: TemplateFilter,
): number {
  const whole = Buffer.from(text.bytes.buffer, text.bytes.byteOffset + begin, end - begin).toString()
  const result = Buffer.from(filtered(whole, filter))
  bytes.set(result, at)
  return at + result.length
}
