import type { DictionaryVector, Field, NumberVector, Vector } from '../../record.js'
import { GrowingText } from '../generated/text-vector.js'
import { unset, type LifeBatch } from './life-batch.js'
import type { ChangedColumnSpec } from './lives.js'

/** A column that states change. `put` writes the value of one record of the batch; texts must be written in order. */
export interface ChangedColumn {
  readonly field: Field
  readonly vector: Vector
  /** Starts a batch. */
  begin(): void
  /** Writes record `to` from an event of a life and the row of its entity. */
  put(to: number, life: LifeBatch, event: number, row: number): void
}

/** The layout of a column that states change. `fields`: those of the entities. */
export function changedField({ name, type, nullable, setters }: ChangedColumnSpec, fields: readonly Field[]): Field {
  const sources = setters.map((setter) => fields.find((field) => field.name === setter))
  const { kind } = type
  if (kind !== 'string' && kind !== 'uuid' && kind !== 'boolean') {
    const range = rangeOf(sources)
    return { name, type, nullable, vector: 'number', ...(range && { range }) }
  }
  if (sources.every((source) => source?.vector === 'dictionary')) {
    const values = new Set(sources.flatMap((source) => source?.dictionary ?? []))
    if (nullable) values.add(null)
    return { name, type, nullable, vector: 'dictionary', dictionary: [...values] }
  }
  return { name, type, nullable, vector: 'text', plain: sources.every((source) => source?.plain === true) }
}

/** `index`: that of the column in the specification. `fields` and `vectors`: those of the entities. */
export function changedColumn(
  spec: ChangedColumnSpec,
  index: number,
  fields: readonly Field[],
  vectors: readonly Vector[],
  capacity: number,
): ChangedColumn {
  const sources = spec.setters.map((name): Source | null => {
    const at = fields.findIndex((field) => field.name === name)
    return name === null ? null : { field: fields[at], vector: vectors[at] }
  })
  const field = changedField(spec, fields)
  if (field.vector === 'number') return new Numbers(field, index, sources, capacity)
  const all = sources.filter((source) => source !== null)
  return field.vector === 'dictionary' ? new Codes(field, index, all, capacity) : new Texts(field, index, all, capacity)
}

/** The range of the values of all sources; undefined: unknown. */
function rangeOf(sources: readonly (Field | undefined)[]): [number, number] | undefined {
  const ranges = sources.map((source) => source?.range ?? rangeOfDictionary(source))
  const known = ranges.filter((range) => range !== undefined)
  if (known.length < ranges.length) return undefined
  return [Math.min(...known.map(([low]) => low)), Math.max(...known.map(([, high]) => high))]
}

interface Source {
  readonly field: Field
  readonly vector: Vector
}

class Numbers implements ChangedColumn {
  readonly vector: NumberVector
  readonly #index: number
  readonly #values: readonly (((row: number) => number) | null)[]

  constructor(
    readonly field: Field,
    index: number,
    sources: readonly (Source | null)[],
    capacity: number,
  ) {
    this.vector = { kind: 'number', values: new Float64Array(capacity), codes: undefined }
    this.#index = index
    this.#values = sources.map((source) => (source === null ? null : numberAt(source)))
  }

  begin(): void {}

  put(to: number, life: LifeBatch, event: number, row: number): void {
    const setter = life.setters[this.#index][event]
    if (setter === unset) this.vector.values[to] = NaN
    else {
      const read = this.#values[setter]
      this.vector.values[to] = read === null ? life.setTimes[this.#index][event] : read(row)
    }
  }
}

function numberAt({ vector, field }: Source): (row: number) => number {
  if (vector.kind === 'number') return (row) => vector.values[row]
  const values = Float64Array.from(field.dictionary ?? [], (value) => (typeof value === 'number' ? value : NaN))
  const { codes } = vector as DictionaryVector
  return (row) => values[codes[row]]
}

function rangeOfDictionary(field: Field | undefined): readonly [number, number] | undefined {
  if (field?.vector !== 'dictionary') return undefined
  const numbers = (field.dictionary ?? []).filter((value) => typeof value === 'number')
  return numbers.length === 0 ? undefined : [Math.min(...numbers), Math.max(...numbers)]
}

/** Values of several dictionaries, merged into one. */
class Codes implements ChangedColumn {
  readonly vector: DictionaryVector
  readonly #index: number
  readonly #sources: readonly { readonly codes: Uint16Array; readonly to: Uint16Array }[]
  readonly #missing: number

  constructor(
    readonly field: Field,
    index: number,
    sources: readonly Source[],
    capacity: number,
  ) {
    const dictionary = field.dictionary ?? []
    this.#sources = sources.map((source) => ({
      codes: (source.vector as DictionaryVector).codes,
      to: Uint16Array.from(source.field.dictionary ?? [], (value) => dictionary.indexOf(value)),
    }))
    this.#missing = dictionary.indexOf(null)
    this.vector = { kind: 'dictionary', codes: new Uint16Array(capacity) }
    this.#index = index
  }

  begin(): void {}

  put(to: number, life: LifeBatch, event: number, row: number): void {
    const setter = life.setters[this.#index][event]
    if (setter === unset) this.vector.codes[to] = this.#missing
    else {
      const source = this.#sources[setter]
      this.vector.codes[to] = source.to[source.codes[row]]
    }
  }
}

class Texts implements ChangedColumn {
  readonly vector: GrowingText
  readonly #index: number
  readonly #texts: readonly AppendText[]

  constructor(
    readonly field: Field,
    index: number,
    sources: readonly Source[],
    capacity: number,
  ) {
    this.vector = new GrowingText(capacity, 32, true)
    this.#index = index
    this.#texts = sources.map(appendText)
  }

  begin(): void {
    this.vector.begin()
  }

  put(to: number, life: LifeBatch, event: number, row: number): void {
    const setter = life.setters[this.#index][event]
    const { vector } = this
    const isThere = setter !== unset && this.#texts[setter](row, vector)
    vector.missing![to] = isThere ? 0 : 1
    vector.offsets[to + 1] = vector.used
  }
}

/** Appends the text of a row; false: it is missing. */
type AppendText = (row: number, into: GrowingText) => boolean

function appendText({ vector, field }: Source): AppendText {
  if (vector.kind === 'text') {
    let { bytes } = vector
    let view = viewOf(bytes)
    return (row, into) => {
      const { offsets, missing } = vector
      if (missing?.[row]) return false
      if (vector.bytes !== bytes) {
        bytes = vector.bytes
        view = viewOf(bytes)
      }
      append(view, offsets[row], offsets[row + 1], into)
      return true
    }
  }
  const texts = (field.dictionary ?? []).map((value) => (typeof value === 'string' ? Buffer.from(value) : null))
  const { codes } = vector as DictionaryVector
  return (row, into) => {
    const text = texts[codes[row]]
    if (text === null) return false
    append(text, 0, text.length, into)
    return true
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function append(from: Buffer, start: number, end: number, into: GrowingText): void {
  into.reserve(end - start)
  from.copy(into.bytes, into.used, start, end)
  into.used += end - start
}
