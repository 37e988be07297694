/** The formats of values whose schemas are in a registry. */
import type { ConnectorConfig } from '../config/connector.js'
import { isObject } from '../config/is-object.js'
import { GenesisError } from '../errors.js'
import type { Field } from '../record.js'
import { planAvro } from './avro/plan.js'
import { parseSchema } from './avro/schema.js'
import type { AvroSchema } from './avro/schema.js'
import { debeziumSchema } from './envelope/debezium-schema.js'
import { deriveJsonSchema } from './json-schema/derive.js'
import { planJsonSchema } from './json-schema/plan.js'
import { isJsonSchema, parseJsonSchema, type JsonSchema } from '../model/schemas/json-schema.js'
import type { SchemaType } from './registry.js'
import { readSchemaJson } from './schema-file.js'
import type { Subject } from './subject.js'
import { layoutOf, recordNameOf, valueSchema, type ValueConfig } from './value.js'
import type { ValueSchema } from './value-schema.js'

interface ValueFormat {
  readonly type: SchemaType
  /** The connector's own schema: its file, the schema itself, or the one derived from the layout. Throws SCHEMA_INVALID. */
  readonly own: (connector: ValueConfig, fields: readonly Field[]) => ValueSchema
  /** A schema of the registry. Throws SCHEMA_INVALID. */
  readonly parse: (schema: unknown, place: string, references: readonly unknown[]) => ValueSchema
}

const valueFormats: Readonly<Record<Exclude<ConnectorConfig['value']['format'], 'json'>, ValueFormat>> = {
  avro: {
    type: 'AVRO',
    own: avroSchema,
    parse: (schema, place, references) => ofAvro(parseSchema(schema, place, references)),
  },
  'json-schema': {
    type: 'JSON',
    own: ownJsonSchema,
    parse: (schema, place, references) => {
      if (references.length === 0) return ofJson(parseJsonSchema(schema, place))
      throw new GenesisError('SCHEMA_INVALID', 'a JSON Schema that refers to other schemas', {
        place,
        found: `${references.length} references`,
        remedy: 'Put what it refers to under $defs',
      })
    },
  },
}

function ownJsonSchema(connector: ValueConfig, fields: readonly Field[]): ValueSchema {
  const { schema } = connector.value
  const json = typeof schema === 'string' ? readSchemaJson(schema) : schema
  const place = typeof schema === 'string' ? schema : 'the inline schema'
  if (json !== null && !(isObject(json) && isAvroOnly(json, place, connector)))
    return ofJson(parseJsonSchema(json, place))
  const derived = deriveJsonSchema(layoutOf(connector, fields), recordNameOf(connector))
  return ofJson(parseJsonSchema(derived, 'the derived schema'))
}

/** Whether an Avro schema only says what the records are, and not how they are written. Throws SCHEMA_INVALID where there is a model for that. */
function isAvroOnly(json: Record<string, unknown>, place: string, { value, model }: ValueConfig): boolean {
  if (isJsonSchema(json) || typeof json.type !== 'string') return false
  if (model === value.schema) return true
  throw new GenesisError('SCHEMA_INVALID', `an Avro schema for values in ${value.format}`, {
    place,
    found: `"type": ${JSON.stringify(json.type)}`,
    expected: 'a schema of that format, or none: it is derived from the model',
  })
}

function ofAvro(schema: AvroSchema): ValueSchema {
  const { type, json, place } = schema
  return { json, place, name: type.name, plan: (fields) => planAvro(fields, schema) }
}

function ofJson(schema: JsonSchema): ValueSchema {
  const { json, place, root } = schema
  const title = typeof root === 'object' && typeof root.title === 'string' ? root.title : undefined
  return { json, place, name: title, plan: (fields) => planJsonSchema(fields, schema) }
}

/** The Avro schema of a connector's values, whatever their format is: of a container. Throws SCHEMA_INVALID. */
export function avroSchema(connector: ValueConfig, fields: readonly Field[]): ValueSchema {
  return ofAvro(valueSchema(connector, fields))
}

/** The format of a connector's values in a topic; null: they have no schema. */
function formatIn({ value }: ValueConfig): ValueFormat | null {
  return value.format === 'json' ? null : valueFormats[value.format]
}

/** The connector's own schema; null: its values have none, or the registry's newest. Throws SCHEMA_INVALID. */
export function ownSchema(connector: ValueConfig, fields: readonly Field[]): ValueSchema | null {
  return connector.value.useLatest ? null : (formatIn(connector)?.own(connector, fields) ?? null)
}

/** Where the value's schema is in the registry; null: it has none. Throws SCHEMA_INVALID. */
export function valueSubject(connector: ValueConfig, fields: readonly Field[]): Subject<ValueSchema> | null {
  const format = formatIn(connector)
  if (format === null) return null
  const { subject, autoRegister, envelope } = connector.value
  const row = ownSchema(connector, fields)
  const own = row !== null && envelope === 'debezium' ? enveloped(row, connector, fields) : row
  const { type, parse } = format
  return { name: subject ?? subjectOf(connector, own), type, own, autoRegister, parse }
}

/** The schema of an envelope, which a rule has in Avro alone; planned are the rows in it. */
function enveloped({ plan }: ValueSchema, connector: ValueConfig, fields: readonly Field[]): ValueSchema {
  return { ...ofAvro(debeziumSchema(valueSchema(connector, fields))), plan }
}

/** The subject by strategy: TopicNameStrategy, RecordNameStrategy and TopicRecordNameStrategy of Confluent's serializers. */
function subjectOf({ name, topic, value }: ValueConfig, own: ValueSchema | null): string {
  const { subjectStrategy } = value
  const inTopic = topic ?? name
  if (subjectStrategy === 'topic') return `${inTopic}-value`
  // A rule refuses use_latest: without a schema there is no name to look for.
  const record = own?.name
  if (record === undefined)
    throw new GenesisError('SCHEMA_MISMATCH', 'an unnamed schema cannot have its own subject', {
      place: own?.place ?? `topic ${inTopic}`,
      found: own === null ? 'the latest schema' : shortened(JSON.stringify(own.json)),
      expected: 'a record, an object with a title, or subject_strategy: topic',
    })
  return subjectStrategy === 'record' ? record : `${inTopic}-${record}`
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
