import { nearest } from '../config/nearest.js'
import { GenesisError } from '../errors.js'
import type { Field } from '../record.js'
import { columnSteps } from './avro/column.js'
import { describeField } from './describe-field.js'
import type { AvroSchema } from './avro/schema.js'
import type { NumberForm, EncodeStep } from './step.js'
import { renderNumber } from './number-form.js'
import { textStep } from './text-steps.js'

const none: Buffer = Buffer.alloc(0)

/** The index of the column named by an option. Throws CONFIG_INVALID. */
export function keyColumn(fields: readonly Field[], name: string, option = 'key'): number {
  const column = fields.findIndex((field) => field.name === name)
  if (column >= 0 && fields[column].vector !== 'list') return column
  if (column >= 0)
    throw new GenesisError('CONFIG_INVALID', `${option} names a list`, {
      found: name,
      expected: 'a column of single values',
    })
  const names = fields.map((field) => field.name)
  const meant = nearest(name, names)
  throw new GenesisError('CONFIG_INVALID', `${option} does not name a column of the model`, {
    found: name,
    expected: `one of ${names.join(', ')}`,
    ...(meant !== undefined && { remedy: `Did you mean ${JSON.stringify(meant)}?` }),
  })
}

/** A key as the value's text (Kafka's StringSerializer), or as JSON. */
export function textKeySteps(field: Field, column: number, format: 'string' | 'json'): EncodeStep[] {
  return [asKey(textStep(field, column, format === 'string' ? 'raw' : 'json', '', ''), field)]
}

/** A key of 8 bytes big-endian (Kafka's LongSerializer): integers, or dates and timestamps in held form. */
export function longKeySteps(field: Field, column: number): EncodeStep[] {
  const { kind } = field.type
  if ((kind !== 'integer' && kind !== 'date' && kind !== 'timestamp') || field.vector === 'text') {
    throw new GenesisError('CONFIG_INVALID', 'a key of format long needs an integer column', {
      found: `${kind} column ${field.name}`,
      expected: 'an integer, date or timestamp column',
    })
  }
  const form: NumberForm = { as: 'int64' }
  if (field.vector === 'dictionary') {
    const entries = (field.dictionary ?? []).map((value) =>
      typeof value === 'number' ? (renderNumber(form, value) ?? none) : none,
    )
    return [{ step: 'dictionary', column, entries }]
  }
  const missing = field.nullable ? none : null
  return [
    {
      step: 'number',
      column,
      form,
      entries: null,
      before: none,
      after: none,
      missing,
      place: field.name,
      fits: 'a long',
    },
  ]
}

/** A key as its own Avro value; a union's null is unused. Throws SCHEMA_MISMATCH. */
export function avroKeyStep(field: Field, column: number, { type, place }: AvroSchema, prefix: Buffer): EncodeStep {
  const result = columnSteps({ ...field, nullable: false }, column, type, place)
  if (Array.isArray(result)) return asKey(result[0], field, prefix)
  throw new GenesisError('SCHEMA_MISMATCH', `the key: ${result.what}`, {
    place,
    found: `${describeField(field)}${result.found === undefined ? '' : ` with ${result.found}`}`,
    expected: result.expected,
  })
}

/** The step as a key: `prefix` before every non-null value, and nothing for a missing one, whose key is null. */
export function asKey(step: EncodeStep, field: Field, prefix = none): EncodeStep {
  if (step.step === 'constant' || step.step === 'object-end' || step.step === 'message') return step
  const entry = (bytes: Buffer, code: number): Buffer =>
    field.dictionary?.[code] === null ? none : Buffer.concat([prefix, bytes])
  if (step.step === 'dictionary') return { ...step, entries: step.entries.map(entry) }
  const before = Buffer.concat([prefix, step.before])
  const missing = field.nullable ? none : null
  if (step.step === 'text' || step.step === 'list') return { ...step, before, missing }
  const entries = step.entries?.map((bytes, code) => bytes && entry(bytes, code)) ?? null
  return { ...step, before, missing, entries }
}
