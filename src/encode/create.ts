/** From a connector's configuration to its encoder. */
import type { ConnectorConfig } from '../config/connector.js'
import { GenesisError } from '../errors.js'
import type { Batch, EncodedBatch, Field } from '../record.js'
import { columnSteps } from './avro/column.js'
import { deriveSchema, deriveType } from './avro/derive.js'
import { avroName } from './avro/names.js'
import { planAvro } from './avro/plan.js'
import type { AvroSchema } from './avro/schema.js'
import { parseSchema, readSchema } from './avro/schema.js'
import { wirePrefix } from './avro/wire-format.js'
import type { Encoder, EncoderFactory } from './encoder.js'
import { asKey, keyColumn, longKeySteps, textKeySteps } from './key.js'
import { jsonSteps, lineEncoder } from './lines.js'
import { RecordWriter } from './record-writer.js'
import type { Registry } from './registry.js'
import type { Step } from './step.js'
import { constant } from './step.js'
import type { Steps } from './topic-encoder.js'
import { TopicEncoder } from './topic-encoder.js'

/** What of a connector its encoder depends on. */
export type EncodedConnector = Pick<ConnectorConfig, 'name' | 'topic' | 'key' | 'keyFormat' | 'value' | 'sink'>

/**
 * The encoder that goes with the connector's sink: keys and values of a topic, or lines, or the values of an Avro object
 * container (whose header needs `valueSchema`). `registry`: null if the worker has none.
 * The factory throws SCHEMA_INVALID, SCHEMA_MISMATCH or CONFIG_INVALID for what can be known without the registry;
 * `prepare` throws them, or the registry's errors, for the rest.
 */
export function createEncoder(connector: EncodedConnector, registry: Registry | null): EncoderFactory {
  const { sink } = connector
  return (fields) => {
    if (sink.type === 'kafka') return topicEncoder(connector, registry, fields)
    if (sink.format === 'avro') return containerEncoder(fields, valueSchema(connector, fields))
    return lineEncoder(sink.format, fields)
  }
}

/** The connector's own Avro schema: its file, its inline schema, or the one derived from the layout. Throws SCHEMA_INVALID. */
export function valueSchema(
  connector: Pick<EncodedConnector, 'name' | 'topic' | 'value'>,
  fields: readonly Field[],
): AvroSchema {
  const { schema } = connector.value
  if (typeof schema === 'string') return readSchema(schema)
  if (schema !== null) return parseSchema(schema, 'the inline schema')
  const name = avroName(connector.topic ?? connector.name)
  return parseSchema(deriveSchema(fields, { name, namespace: 'genesis' }), 'the derived schema')
}

/** Values of an object container: Avro without the registry's prefix. Throws SCHEMA_MISMATCH. */
export function containerEncoder(fields: readonly Field[], schema: AvroSchema): Encoder {
  const writer = new RecordWriter({ fields, key: null, value: planAvro(fields, schema).steps })
  return {
    prepare: () => Promise.resolve(),
    encode: (batch: Batch): EncodedBatch => writer.write(batch),
  }
}

function topicEncoder(connector: EncodedConnector, registry: Registry | null, fields: readonly Field[]): Encoder {
  const value = connector.value.format === 'avro' ? avroValue(connector, registry, fields) : jsonValue(fields)
  if (connector.key === null) return new TopicEncoder(fields, value, null)
  const column = keyColumn(fields, connector.key)
  return new TopicEncoder(fields, value, { column, steps: keySteps(connector, registry, fields[column], column) })
}

function jsonValue(fields: readonly Field[]): Steps {
  const steps = jsonSteps(fields)
  return () => steps
}

function avroValue(connector: EncodedConnector, registry: Registry | null, fields: readonly Field[]): Steps {
  const known = needed(registry)
  const { autoRegister, useLatest } = connector.value
  const subject = connector.value.subject ?? `${connector.topic ?? connector.name}-value`
  if (useLatest) {
    return async () => {
      const { id, schema, references } = await known.latest(subject)
      const parsed = parseSchema(schema, `subject ${subject}`, references)
      return [constant(wirePrefix(id)), ...planAvro(fields, parsed).steps]
    }
  }
  const schema = valueSchema(connector, fields)
  const { steps } = planAvro(fields, schema)
  return async () => {
    const id = await (autoRegister ? known.register(subject, schema.json) : known.lookup(subject, schema.json))
    return [constant(wirePrefix(id)), ...steps]
  }
}

function keySteps(connector: EncodedConnector, registry: Registry | null, field: Field, column: number): Steps {
  const { keyFormat } = connector
  if (keyFormat === 'avro') return avroKey(connector, needed(registry), field, column)
  const steps = keyFormat === 'long' ? longKeySteps(field, column) : textKeySteps(field, column, keyFormat)
  return () => steps
}

/** The key's column as an Avro value of its own, in subject `<topic>-key`. A missing value is a null key, not an Avro null. */
function avroKey(connector: EncodedConnector, registry: Registry, field: Field, column: number): Steps {
  const subject = `${connector.topic ?? connector.name}-key`
  const { autoRegister, useLatest } = connector.value
  const place = `subject ${subject}`
  const planned = ({ type }: AvroSchema): Step => {
    const result = columnSteps({ ...field, nullable: false }, column, type, place)
    if (Array.isArray(result)) return result[0]
    throw new GenesisError('SCHEMA_MISMATCH', result.what, { place, found: result.found, expected: result.expected })
  }
  return async () => {
    let id: number
    let schema: AvroSchema
    if (useLatest) {
      const latest = await registry.latest(subject)
      id = latest.id
      schema = parseSchema(latest.schema, place, latest.references)
    } else {
      schema = parseSchema(deriveType(field.type), place)
      id = await (autoRegister ? registry.register(subject, schema.json) : registry.lookup(subject, schema.json))
    }
    const step: Step = planned(schema)
    return [asKey(step, field, wirePrefix(id))]
  }
}

function needed(registry: Registry | null): Registry {
  if (registry !== null) return registry
  throw new GenesisError('CONFIG_INVALID', 'Avro in a topic needs a schema registry', {
    remedy: 'Set registry.url (or SCHEMA_REGISTRY_URL), or value.format: json.',
  })
}
