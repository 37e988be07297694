/** Record headers from constants, columns and positions. Hot: no allocation per record. */
import type { HeaderConfig } from '../config/headers.js'
import { GenesisError } from '../errors.js'
import { sizeOfVarint, writeVarint } from '../kafka/wire/varint.js'
import { maxNumberBytes, writeNumber } from '../model/generated/write-number.js'
import type { ColumnBatch, EncodedBatch, Field, FieldType } from '../record.js'
import type { Encoder } from './encoder.js'
import { keyColumn } from './key.js'
import { plainTextOf } from './text-steps.js'

/** Maximum headers per record: their count then takes one byte. */
const maxHeaders = 63

interface Header {
  /** The name with its length. */
  readonly name: Buffer
  readonly value: HeaderConfig['value']
  /** For a column: its index, type, and texts by code if it has only codes; null: missing. */
  readonly column: number
  readonly type: FieldType
  readonly texts: readonly (Buffer | null)[]
}

const integer: FieldType = { kind: 'integer' }

/** Adds headers to records, before those added by the encoder. Throws CONFIG_INVALID for an unknown column. */
export function withHeaders(encoder: Encoder, fields: readonly Field[], configured: readonly HeaderConfig[]): Encoder {
  if (configured.length > maxHeaders)
    throw new GenesisError('CONFIG_INVALID', 'too many headers', {
      found: `${configured.length}`,
      expected: `at most ${maxHeaders}`,
    })
  const writer = new HeaderWriter(configured.map((header) => headerOf(header, fields)))
  return {
    prepare: () => encoder.prepare(),
    encode(batch: ColumnBatch): EncodedBatch {
      const encoded = encoder.encode(batch)
      return { ...encoded, headers: writer.write(batch, encoded.headers) }
    },
  }
}

function headerOf({ name, value }: HeaderConfig, fields: readonly Field[]): Header {
  const text = Buffer.from(name)
  const prefixed = Buffer.alloc(sizeOfVarint(text.length) + text.length)
  text.copy(prefixed, writeVarint(prefixed, 0, text.length))
  const header = { name: prefixed, value, column: -1, type: integer, texts: [] }
  if (value.from === 'constant') return { ...header, texts: [Buffer.from(value.text)] }
  if (value.from === 'position') return header
  const column = keyColumn(fields, value.column, `headers.${name}`)
  const { type, dictionary = [], vector } = fields[column]
  if (vector === 'list')
    throw new GenesisError('CONFIG_INVALID', 'a header needs a single value', {
      found: `list ${value.column}`,
      expected: 'a column of single values',
    })
  const texts =
    vector === 'dictionary'
      ? dictionary.map((held) => (held === null || held === undefined ? null : Buffer.from(plainTextOf(type, held))))
      : []
  return { ...header, column, type, texts }
}

class HeaderWriter {
  readonly #headers: readonly Header[]
  readonly #fixed: number
  #bytes = Buffer.alloc(0)
  #offsets = new Int32Array(1)
  readonly #number = new Uint8Array(maxNumberBytes)

  constructor(headers: readonly Header[]) {
    this.#headers = headers
    const valueSize = ({ texts }: Header): number =>
      texts.reduce((most, text) => Math.max(most, text?.length ?? 0), maxNumberBytes) + 5
    this.#fixed = headers.reduce((sum, header) => sum + header.name.length + valueSize(header), 1)
  }

  /** `others`: headers that follow. */
  write(
    { vectors, start, stride, length }: ColumnBatch,
    others: EncodedBatch['headers'],
  ): NonNullable<EncodedBatch['headers']> {
    this.#reserve(vectors, length, others)
    const bytes = this.#bytes
    const offsets = this.#offsets
    let at = 0
    for (let i = 0; i < length; i++) {
      offsets[i] = at
      const countAt = at++
      let count = 0
      for (const { name, value, column, type, texts } of this.#headers) {
        const begin = at
        bytes.set(name, at)
        at += name.length
        if (value.from === 'constant') at = this.#put(at, texts[0]!)
        else if (value.from === 'position') {
          const position = start + i * stride
          at = this.#putNumber(at, value.of === 'task' ? position % stride : Math.floor(position / stride), type)
        } else {
          const vector = vectors[column]
          if (vector.kind === 'dictionary') {
            const text = texts[vector.codes[i]]
            if (text !== null) at = this.#put(at, text)
            else {
              at = begin
              continue
            }
          } else if (vector.kind === 'number') {
            const held = vector.values[i]
            if (held !== held) {
              at = begin
              continue
            }
            at = this.#putNumber(at, held, type)
          } else if (vector.kind === 'text') {
            if (vector.missing?.[i] === 1) {
              at = begin
              continue
            }
            const [from, to] = [vector.offsets[i], vector.offsets[i + 1]]
            at = writeVarint(bytes, at, to - from)
            for (let j = from; j < to; j++) bytes[at++] = vector.bytes[j]
          }
        }
        count++
      }
      if (others !== undefined && others.offsets[i] < others.offsets[i + 1]) {
        const from = others.offsets[i]
        // Few headers: their count is one byte, zig-zag.
        count += others.bytes[from] >> 1
        at += others.bytes.copy(bytes, at, from + 1, others.offsets[i + 1])
      }
      bytes[countAt] = count << 1
    }
    offsets[length] = at
    return { bytes, offsets }
  }

  #put(at: number, text: Buffer): number {
    const place = writeVarint(this.#bytes, at, text.length)
    this.#bytes.set(text, place)
    return place + text.length
  }

  #putNumber(at: number, held: number, type: FieldType): number {
    const digits = writeNumber(this.#number, 0, held, type)
    this.#bytes[at] = digits << 1
    for (let j = 0; j < digits; j++) this.#bytes[at + 1 + j] = this.#number[j]
    return at + 1 + digits
  }

  #reserve(vectors: ColumnBatch['vectors'], length: number, others: EncodedBatch['headers']): void {
    let size = length * this.#fixed + (others?.offsets[length] ?? 0)
    for (const { column } of this.#headers) {
      const vector = column < 0 ? undefined : vectors[column]
      if (vector?.kind === 'text') size += vector.offsets[length] - vector.offsets[0]
    }
    if (this.#bytes.length < size) this.#bytes = Buffer.alloc(size)
    if (this.#offsets.length < length + 1) this.#offsets = new Int32Array(length + 1)
  }
}
