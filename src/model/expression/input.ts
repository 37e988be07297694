import type { FieldType, Value, Vector } from '../../record.js'

/** A column of numbers in the held form (NaN: missing), or of codes into such numbers. Booleans are 1 and 0. */
export interface NumberInput {
  readonly kind: 'number'
  readonly type: FieldType
  readonly codes: Uint16Array | null
  readonly numbers: Float64Array
}

/** A column of texts; null: missing. */
export interface TextInput {
  readonly kind: 'text'
  /** The text of a row. */
  readonly at: (row: number) => string | null
  /** The rows' codes and the texts they stand for, if the column has codes. */
  readonly coded: { readonly codes: Uint16Array; readonly texts: readonly (string | null)[] } | null
}

export type ColumnInput = NumberInput | TextInput

/** The input for a column that a generator fills. `dictionary`: the values of its codes, if it only has codes. */
export function inputOf(type: FieldType, vector: Vector, dictionary: readonly (Value | undefined)[] = []): ColumnInput {
  if (type.kind === 'string' || type.kind === 'uuid') return textInput(vector, dictionary)
  if (vector.kind === 'number') return { kind: 'number', type, codes: null, numbers: vector.values }
  const numbers = Float64Array.from(dictionary, (value) =>
    typeof value === 'number' || typeof value === 'boolean' ? Number(value) : NaN,
  )
  return { kind: 'number', type, codes: vector.kind === 'dictionary' ? vector.codes : null, numbers }
}

function textInput(vector: Vector, dictionary: readonly (Value | undefined)[]): TextInput {
  switch (vector.kind) {
    case 'dictionary': {
      const { codes } = vector
      const texts = dictionary.map((value) => (typeof value === 'string' ? value : null))
      return { kind: 'text', at: (row) => texts[codes[row]], coded: { codes, texts } }
    }
    case 'text': {
      const { offsets, missing } = vector
      const decoder = new TextDecoder()
      // Read `bytes` on each call: it is replaced when it grows.
      const at = (row: number): string | null =>
        missing?.[row] === 1 ? null : decoder.decode(vector.bytes.subarray(offsets[row], offsets[row + 1]))
      return { kind: 'text', at, coded: null }
    }
    case 'list':
      return { kind: 'text', at: () => null, coded: null }
    case 'number':
      return { kind: 'text', at: (row) => String(vector.values[row]), coded: null }
  }
}
