/** The key of a connector's records: a column as it is, or several as an object, a record or a message. */
import { GenesisError } from '../errors.js'
import type { Field } from '../record.js'
import type { EncodedConnector } from './encoded-connector.js'
import { jsonSteps } from './json-object.js'
import { keyColumn, longKeySteps, textKeySteps } from './key.js'
import { keySubject } from './key-formats.js'
import { constant, type EncodeStep } from './step.js'
import { checkSubject, resolveSubject, type Subject, type SubjectRegistry, type SubjectSchema } from './subject.js'
import type { KeySteps } from './topic-encoder.js'
import { recordSubject } from './value-formats.js'
import type { ValueSchema } from './value-schema.js'
import { wirePrefix } from './wire-format.js'

export interface KeyPlan extends KeySteps {
  /** Checks against the registry without registering anything: throws whatever writing with its schema would. */
  readonly check: () => Promise<void>
}

/** Null: records have no key. Throws CONFIG_INVALID, and SCHEMA_MISMATCH where the connector's own schema does not fit. */
export function keyPlan(
  connector: EncodedConnector,
  registry: SubjectRegistry | null,
  fields: readonly Field[],
): KeyPlan | null {
  const { key } = connector
  if (key === null) return null
  return typeof key === 'string'
    ? valueKey(connector, registry, fields, keyColumn(fields, key))
    : recordKey(connector, registry, fields, [...new Set(key)])
}

/** The value of a column. */
function valueKey(
  connector: EncodedConnector,
  registry: SubjectRegistry | null,
  fields: readonly Field[],
  column: number,
): KeyPlan {
  const { keyFormat } = connector
  const field = fields[column]
  const subject = keySubject(connector, field)
  if (subject !== null) {
    const steps = withSubject(subject, registry, (schema, prefix) => [schema.step(field, column, prefix)])
    return { column, ...steps }
  }
  const steps =
    keyFormat === 'long'
      ? longKeySteps(field, column)
      : textKeySteps(field, column, keyFormat === 'string' ? 'string' : 'json')
  return { column, steps: () => steps, check: () => Promise.resolve() }
}

/** Columns by their names. */
function recordKey(
  connector: EncodedConnector,
  registry: SubjectRegistry | null,
  fields: readonly Field[],
  names: readonly string[],
): KeyPlan {
  const { keyFormat, value } = connector
  const columns = names.map((name) => keyColumn(fields, name))
  const own = columns.map((column) => fields[column])
  if (keyFormat === 'json') {
    const steps = onColumns(jsonSteps(own), columns)
    return { column: null, steps: () => steps, check: () => Promise.resolve() }
  }
  if (keyFormat === 'string' || keyFormat === 'long')
    throw new GenesisError('CONFIG_INVALID', `a key of format ${keyFormat} is a single value`, {
      found: `a list of columns: ${names.join(', ')}`,
      expected: 'key_format: json, avro, json-schema or protobuf, or the name of one column',
    })
  const target = connector.topic ?? connector.name
  const subject = recordSubject(keyFormat, own, {
    subject: `${target}-key`,
    recordName: `${target}_key`,
    useLatest: value.useLatest,
    autoRegister: value.autoRegister,
    normalize: value.normalize,
  })
  const stepsOf = (schema: ValueSchema, prefix: Buffer): EncodeStep[] => {
    const { steps, unusedColumns } = schema.plan(own)
    if (unusedColumns.length > 0)
      throw new GenesisError('SCHEMA_MISMATCH', 'the key: no field for a column', {
        place: schema.place,
        found: unusedColumns.join(', '),
        expected: 'a field for each column of the key',
      })
    return [constant(prefix), ...onColumns(steps, columns)]
  }
  return { column: null, ...withSubject(subject, registry, stepsOf) }
}

function withSubject<Schema extends SubjectSchema>(
  subject: Subject<Schema>,
  registry: SubjectRegistry | null,
  stepsOf: (schema: Schema, prefix: Buffer) => EncodeStep[],
): Pick<KeyPlan, 'steps' | 'check'> {
  if (subject.own !== null) stepsOf(subject.own, wirePrefix(0))
  return {
    steps: async () => {
      const { id, schema } = await resolveSubject(subject, registry)
      return stepsOf(schema, wirePrefix(id))
    },
    check: async () => {
      stepsOf(await checkSubject(subject, registry), wirePrefix(0))
    },
  }
}

/** The steps of part of a layout, as steps of the whole layout. */
function onColumns(steps: readonly EncodeStep[], columns: readonly number[]): EncodeStep[] {
  return steps.map((step) => {
    if (step.step === 'message') return { ...step, steps: onColumns(step.steps, columns) }
    return 'column' in step ? { ...step, column: columns[step.column] } : step
  })
}
