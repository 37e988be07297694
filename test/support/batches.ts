/**
 * Random layouts and batches of every vector kind, with the rows that they stand for: what property tests of encoders and
 * sinks are fed with. The rows are made without any code of the encoders.
 */
import * as fc from 'fast-check'
import type { ColumnBatch, Field, FieldType, Value, Vector } from '#src/record.js'

export interface SampleBatch {
  readonly batch: ColumnBatch
  /** Row form, as a user sees the records: the values in the order of the fields. */
  readonly rows: readonly (readonly Value[])[]
  /** The same in held form. */
  readonly held: readonly (readonly Value[])[]
}

interface Column {
  readonly field: Omit<Field, 'name'>
  readonly vector: Vector
  /** In held form. */
  readonly values: readonly Value[]
}

export function rowValue(type: FieldType, held: Value): Value {
  if (typeof held !== 'number') return held
  switch (type.kind) {
    case 'decimal':
      return Number(`${held}e-${type.scale}`)
    case 'date':
      return new Date(held * 86_400_000).toISOString().slice(0, 10)
    case 'timestamp':
      return new Date(held).toISOString()
    case 'time':
      return new Date(held).toISOString().slice(11, 23)
    case 'string':
    case 'uuid':
    case 'boolean':
    case 'integer':
    case 'double':
    case 'list':
    case 'json':
      return held === 0 ? 0 : held
  }
}

const kinds: fc.Arbitrary<FieldType> = fc.oneof(
  fc.constantFrom<FieldType>(
    { kind: 'string' },
    { kind: 'uuid' },
    { kind: 'boolean' },
    { kind: 'integer' },
    { kind: 'double' },
    { kind: 'date' },
    { kind: 'timestamp' },
    { kind: 'time' },
  ),
  fc.integer({ min: 0, max: 12 }).map((scale): FieldType => ({ kind: 'decimal', scale })),
)

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'grapheme', minLength: 60, maxLength: 90 }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      '\\',
      ',',
      '\n',
      '\r',
      '\t',
      '\u0000',
      '\u001f',
      '\u007f',
      '\u2028',
      'é',
      '😀',
      'a',
      ' ',
    ),
  }),
)
/** avsc writes other numbers for longs below −2^52, so that it is no oracle there. */
const most = 2 ** 52
const integer = fc.oneof(
  fc.integer({ min: -200, max: 200 }),
  fc.integer(),
  fc.integer({ min: -most, max: most }),
  fc.constantFrom(most, -most, 2 ** 31, -(2 ** 31), 2 ** 31 - 1, 2 ** 32, 1e9, 999_999_999, 10 ** 15),
)

/** A present value in held form. */
export function heldValue(type: FieldType): fc.Arbitrary<NonNullable<Value>> {
  switch (type.kind) {
    case 'string':
    case 'list':
    case 'json':
      return text
    case 'uuid':
      return fc.uuid()
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'decimal':
      return integer
    case 'double':
      return fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
        fc.constantFrom(0.1, 1e21, 5e-324),
      )
    case 'date':
      // Years 0000 to 9999.
      return fc.integer({ min: -719528, max: 2932896 })
    case 'timestamp':
      return fc.integer({ min: -719528 * 86_400_000, max: 2932897 * 86_400_000 - 1 })
    case 'time':
      return fc.integer({ min: 0, max: 86_399_999 })
  }
}

const isText = ({ kind }: FieldType): boolean => kind === 'string' || kind === 'uuid'

/** A column of `length` values. */
function column(length: number, types: fc.Arbitrary<FieldType>): fc.Arbitrary<Column> {
  return fc.record({ type: types, nullable: fc.boolean(), pick: fc.nat(2) }).chain(({ type, nullable, pick }) => {
    const present = heldValue(type)
    const value = nullable ? fc.option(present, { freq: 4 }) : present
    const values = (held: fc.Arbitrary<Value>): fc.Arbitrary<Value[]> =>
      fc.array(held, { minLength: length, maxLength: length })
    if (pick === 0 || type.kind === 'boolean') {
      return fc
        .array(value, { minLength: 1, maxLength: 6 })
        .chain((dictionary) =>
          codes(length, dictionary.length).map((code) => dictionaryColumn(type, nullable, dictionary, code)),
        )
    }
    if (isText(type))
      return fc.record({ held: values(value), mask: fc.boolean() }).map(({ held }) => textColumn(type, nullable, held))
    if (pick === 1) return values(value).map((held) => numberColumn(type, nullable, held, undefined))
    return fc
      .record({ known: fc.array(value, { maxLength: 3 }), held: values(present) })
      .chain(({ known, held }) =>
        codes(length, known.length + 1).map((code) => numberColumn(type, nullable, held, { known, code })),
      )
  })
}

function codes(length: number, size: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(size - 1), { minLength: length, maxLength: length })
}

function dictionaryColumn(type: FieldType, nullable: boolean, dictionary: Value[], code: number[]): Column {
  return {
    field: { type, nullable, vector: 'dictionary', dictionary },
    vector: { kind: 'dictionary', codes: Uint16Array.from([...code, 0]) },
    values: code.map((c) => dictionary[c]),
  }
}

/** The last code is a bin: its numbers are drawn. */
function numberColumn(
  type: FieldType,
  nullable: boolean,
  drawn: readonly Value[],
  coded: { known: Value[]; code: number[] } | undefined,
): Column {
  const values = drawn.map((held, i) => {
    const c = coded?.code[i]
    return c === undefined || c === coded?.known.length ? held : (coded?.known[c] ?? null)
  })
  const numbers = Float64Array.from([...values.map((held) => (held === null ? NaN : Number(held))), 7])
  return {
    field: { type, nullable, vector: 'number', ...(coded && { dictionary: [...coded.known, undefined] }) },
    vector: { kind: 'number', values: numbers, codes: coded && Uint16Array.from(coded.code) },
    values,
  }
}

function textColumn(type: FieldType, nullable: boolean, values: readonly Value[]): Column {
  const parts = values.map((held) => Buffer.from(held === null ? '' : String(held)))
  const offsets = new Int32Array(values.length + 1)
  parts.forEach((part, i) => (offsets[i + 1] = offsets[i] + part.length))
  const missing = Uint8Array.from(values, (held) => (held === null ? 1 : 0))
  return {
    field: { type, nullable, vector: 'text', plain: type.kind === 'uuid' },
    vector: { kind: 'text', bytes: Buffer.concat(parts), offsets, missing: nullable ? missing : undefined },
    // What is not well-formed becomes so as UTF-8.
    values: values.map((held) => (typeof held === 'string' ? Buffer.from(held).toString() : held)),
  }
}

/** Batches of `fewest` to `columns` columns, named by `names` (unique). */
export function sampleBatches(
  options: { fewest?: number; columns?: number; names?: fc.Arbitrary<string>; types?: fc.Arbitrary<FieldType> } = {},
): fc.Arbitrary<SampleBatch> {
  const { fewest = 1, columns = 8, names = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/), types = kinds } = options
  return fc
    .record({
      names: fc.uniqueArray(names, { minLength: fewest, maxLength: columns }),
      length: fc.integer({ min: 0, max: 12 }),
      start: fc.nat(1000),
      stride: fc.integer({ min: 1, max: 5 }),
    })
    .chain(({ names: found, length, start, stride }) =>
      fc.array(column(length, types), { minLength: found.length, maxLength: found.length }).map((made) => {
        const fields = made.map(({ field }, i): Field => ({ ...field, name: found[i] }))
        const batch = { fields, start, stride, length, vectors: made.map(({ vector }) => vector) }
        const held = Array.from({ length }, (_, r) => made.map(({ values }) => values[r]))
        const rows = held.map((row) => row.map((value, i) => rowValue(fields[i].type, value)))
        return { batch, rows, held }
      }),
    )
}
