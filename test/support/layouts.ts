/** Short ways to write layouts and one-record batches of them in tests. */
import type { ColumnBatch, Field, FieldType, Value, Vector } from '#src/record.js'

const types = {
  string: { kind: 'string' },
  uuid: { kind: 'uuid' },
  boolean: { kind: 'boolean' },
  integer: { kind: 'integer' },
  double: { kind: 'double' },
  date: { kind: 'date' },
  timestamp: { kind: 'timestamp' },
  decimal2: { kind: 'decimal', scale: 2 },
} as const satisfies Record<string, FieldType>

export type TypeName = keyof typeof types

/** A column whose values are all known. Nullable if null is among them. */
export function known(name: string, type: TypeName, dictionary: readonly Value[]): Field {
  return { name, type: types[type], nullable: dictionary.includes(null), vector: 'dictionary', dictionary }
}

/** A column of free text. */
export function text(name: string, type: 'string' | 'uuid' = 'string', nullable = false): Field {
  return { name, type: types[type], nullable, vector: 'text' }
}

/** A column of drawn numbers. */
export function drawn(
  name: string,
  type: Exclude<TypeName, 'string' | 'uuid' | 'boolean'>,
  more: { nullable?: boolean; range?: readonly [number, number] } = {},
): Field {
  return { name, type: types[type], nullable: false, vector: 'number', ...more }
}

/** A batch of records given in held form, the values in the order of the fields. */
export function batchOf(fields: readonly Field[], ...records: (readonly Value[])[]): ColumnBatch {
  const vectors = fields.map((field, column): Vector => {
    const held = records.map((record) => record[column])
    switch (field.vector) {
      case 'dictionary':
        return { kind: 'dictionary', codes: Uint16Array.from(held, (value) => field.dictionary?.indexOf(value) ?? 0) }
      case 'list':
        throw new Error('no lists here')
      case 'number': {
        const values = Float64Array.from(held, (value) => (value === null ? NaN : Number(value)))
        return { kind: 'number', values, codes: undefined }
      }
      case 'text': {
        const parts = held.map((value) => Buffer.from(value === null ? '' : String(value)))
        const offsets = Int32Array.from([0, ...parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length)])
        const missing = Uint8Array.from(held, (value) => (value === null ? 1 : 0))
        return { kind: 'text', bytes: Buffer.concat(parts), offsets, missing }
      }
    }
  })
  return { fields, start: 100, stride: 10, length: records.length, vectors }
}
