import { GenesisError } from '../errors.js'
import type { ColumnBatch, EncodedBatch, Field, Vector } from '../record.js'
import type { Encoder } from './encoder.js'

const dayMs = 86_400_000

/**
 * Sets Kafka timestamps from a column of event times. Throws CONFIG_INVALID if the column does not exist, is not a
 * timestamp or date, or can be null or before 1970.
 */
export function withTimestamps(encoder: Encoder, fields: readonly Field[], name: string): Encoder {
  const column = fields.findIndex((field) => field.name === name)
  const unit = unitOf(fields, column, name)
  const field = fields[column]
  let timestamps = new Float64Array(0)
  return {
    prepare: () => encoder.prepare(),
    encode(batch: ColumnBatch): EncodedBatch {
      if (timestamps.length < batch.length) timestamps = new Float64Array(batch.length)
      fill(timestamps, batch, batch.vectors[column], field, unit)
      return { ...encoder.encode(batch), timestamps }
    },
  }
}

/** Milliseconds per unit of the column's held form. */
function unitOf(fields: readonly Field[], column: number, name: string): number {
  const field = fields.at(column === -1 ? fields.length : column)
  const kind = field?.type.kind
  const expected = 'a timestamp or date column'
  if (field === undefined)
    throw refused('the model has no such column', name, `${expected}, such as ${eventTimes(fields)}`)
  if (kind !== 'timestamp' && kind !== 'date')
    throw refused('the column cannot be used as the record timestamp', `${name}: ${kind}`, expected)
  if (field.nullable) throw refused('the column can be null', name, `${expected} that always has a value`)
  const low = field.range?.[0]
  if (low !== undefined && low < 0)
    throw refused('Kafka has no timestamps before 1970', `${name}: from ${low}`, 'a column of later times')
  return kind === 'date' ? dayMs : 1
}

function fill(to: Float64Array, batch: ColumnBatch, vector: Vector, field: Field, unit: number): void {
  const { length } = batch
  if (vector.kind === 'number') for (let i = 0; i < length; i++) to[i] = vector.values[i] * unit
  else if (vector.kind === 'dictionary') {
    const { dictionary = [] } = field
    for (let i = 0; i < length; i++) to[i] = Number(dictionary[vector.codes[i]] ?? NaN) * unit
  } else throw new GenesisError('INTERNAL', `column ${field.name} holds times as text`)
  for (let i = 0; i < length; i++) {
    if (to[i] >= 0) continue
    throw new GenesisError('SCHEMA_MISMATCH', 'a record has no valid time for its timestamp', {
      place: `timestamp: column ${field.name}, position ${batch.start + i * batch.stride}`,
      found: String(to[i]),
      expected: 'a time from 1970 on',
      remedy: 'Choose another column, or remove timestamp to use the time of sending',
    })
  }
}

function eventTimes(fields: readonly Field[]): string {
  const names = fields.filter(({ type }) => type.kind === 'timestamp' || type.kind === 'date').map(({ name }) => name)
  return names.length === 0 ? 'the model has none' : names.join(', ')
}

function refused(what: string, found: string, expected: string): GenesisError {
  return new GenesisError('CONFIG_INVALID', what, { place: 'timestamp', found, expected })
}
