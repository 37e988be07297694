import type { ColumnBatch, Field, FieldType, Value, Vector } from '../record.js'
import { shownValue } from './held.js'

/** A record as an object, with nested records as objects: dates are ISO 8601 strings, decimals are numbers, missing values are null. */
export type Row = Record<string, RowValue>

/** A value of a row: lists are arrays, maps and the records in lists are objects. */
export type RowValue = Value | readonly RowValue[] | { readonly [name: string]: RowValue }

/** The records of a batch as objects, which stay valid after the batch. */
export function toRows(batch: ColumnBatch): Row[] {
  const columns = batch.fields.map((field, index) => columnOf(field, batch.vectors[index], batch.length))
  return Array.from({ length: batch.length }, (_, i) => rowAt(batch.fields, columns, i))
}

/** The items of lists; for a map, pairs of key and value. */
function itemsOf(type: FieldType, vectors: readonly Vector[], length: number): RowValue[] {
  if (type.kind !== 'list') return []
  const columns = type.items.map((field, index) => columnOf(field, vectors[index], length))
  const last = type.items.length - 1
  const values = type.items.slice(0, last)
  return Array.from({ length }, (_, i) => {
    if (type.of === 'values') return columns[0][i]
    if (type.of === 'records') return rowAt(type.items, columns, i)
    return [columns[last][i], type.of === 'map' ? columns[0][i] : rowAt(values, columns, i)]
  })
}

/** Row i of the columns, with nested records as nested objects. */
function rowAt(fields: readonly Field[], columns: readonly RowValue[][], i: number): Row {
  const row: Row = {}
  fields.forEach(({ name, path = [name] }, j) => {
    let inner = row
    for (const above of path.slice(0, -1)) inner = (inner[above] ??= {}) as Row
    inner[path[path.length - 1]] = columns[j][i]
  })
  return row
}

function columnOf({ type, dictionary }: Field, vector: Vector, length: number): RowValue[] {
  switch (vector.kind) {
    case 'dictionary': {
      const values = dictionary!.map((held): RowValue =>
        type.kind === 'json' && typeof held === 'string'
          ? (JSON.parse(held) as RowValue)
          : shownValue(held ?? null, type),
      )
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
    case 'list': {
      const { offsets, missing, items } = vector
      const values = itemsOf(type, items, offsets[length])
      return Array.from({ length }, (_, i) => {
        if (missing?.[i] === 1) return null
        const own = values.slice(offsets[i], offsets[i + 1])
        return type.kind === 'list' && type.of.endsWith('map') ? Object.fromEntries(own as [string, RowValue][]) : own
      })
    }
  }
}
