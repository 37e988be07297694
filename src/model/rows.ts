import type { Batch, Field, Value, Vector } from '../record.js'
import { shownValue } from './held.js'

/** A record as an object: dates are ISO 8601 strings, decimals are numbers, what is missing is null. */
export type Row = Record<string, Value>

/** The records of a batch as objects, which stay valid after the batch. */
export function toRows(batch: Batch): Row[] {
  const columns = batch.fields.map((field, index) => columnOf(field, batch.vectors[index], batch.length))
  const names = batch.fields.map(({ name }) => name)
  return Array.from({ length: batch.length }, (_, i) => {
    const row: Row = {}
    for (let j = 0; j < names.length; j++) row[names[j]] = columns[j][i]
    return row
  })
}

function columnOf({ type, dictionary }: Field, vector: Vector, length: number): Value[] {
  switch (vector.kind) {
    case 'dictionary': {
      const values = dictionary!.map((held) => shownValue(held ?? null, type))
      return Array.from({ length }, (_, i) => values[vector.codes[i]])
    }
    case 'number':
      return Array.from({ length }, (_, i) => shownValue(vector.values[i], type))
    case 'text': {
      const bytes = Buffer.from(vector.bytes.buffer, vector.bytes.byteOffset, vector.bytes.byteLength)
      return Array.from({ length }, (_, i) =>
        vector.missing?.[i] ? null : bytes.toString('utf8', vector.offsets[i], vector.offsets[i + 1]),
      )
    }
  }
}
