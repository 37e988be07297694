/** The formats of values whose schemas are in a registry. */
import { isDeepStrictEqual } from 'node:util'
import type { ConnectorConfig } from '../config/connector.js'
import { exactJsonText } from '../config/exact-json.js'
import { isObject } from '../config/is-object.js'
import { GenesisError } from '../errors.js'
import type { Field } from '../record.js'
import { deriveSchema } from './avro/derive.js'
import { planAvro } from './avro/plan.js'
import { parseSchema } from './avro/schema.js'
import type { AvroSchema } from './avro/schema.js'
import type { EncodedConnector } from './encoded-connector.js'
import { debeziumSchema } from './envelope/debezium-schema.js'
import { deriveJsonSchema } from './json-schema/derive.js'
import { planJsonSchema } from './json-schema/plan.js'
import { isJsonSchema, parseJsonSchema, type JsonSchema } from '../model/schemas/json-schema.js'
import type { NamedSchema } from '../model/schemas/named-schema.js'
import { inlineProto, parseProto, type ProtoSchema } from '../model/schemas/proto-file.js'
import { importsBeside } from '../model/schemas/proto-imports.js'
import { protoPath } from '../model/schemas/proto-path.js'
import { deriveProto } from './protobuf/derive.js'
import { planProto } from './protobuf/plan.js'
import type { SchemaType } from './registry.js'
import { avroName } from './schema-names.js'
import { readSchemaJson, readSchemaText } from './schema-file.js'
import type { Subject } from './subject.js'
import { jsonReferences, layoutOf, recordNameOf, valueSchema, type ValueConfig } from './value.js'
import type { ValueSchema } from './value-schema.js'

const derivedPlace = 'the derived schema'

interface ValueFormat {
  readonly type: SchemaType
  /** The connector's own schema: its file, the schema itself, or the one derived from the layout. Throws SCHEMA_INVALID. */
  readonly own: (connector: ValueConfig, fields: readonly Field[]) => ValueSchema
  /** The schema of records with these columns. */
  readonly derive: (fields: readonly Field[], name: string) => ValueSchema
  /** A schema of the registry. Throws SCHEMA_INVALID. */
  readonly parse: (schema: unknown, place: string, references: readonly NamedSchema[]) => ValueSchema
}

const valueFormats: Readonly<Record<Exclude<ConnectorConfig['value']['format'], 'json' | 'string'>, ValueFormat>> = {
  avro: {
    type: 'AVRO',
    own: avroSchema,
    derive: (fields, name) =>
      ofAvro(parseSchema(deriveSchema(fields, { name: avroName(name), namespace: 'genesis' }), derivedPlace)),
    parse: (schema, place, references) => ofAvro(parseSchema(schema, place, references)),
  },
  'json-schema': {
    type: 'JSON',
    own: ownJsonSchema,
    derive: (fields, name) => ofJson(parseJsonSchema(deriveJsonSchema(fields, avroName(name)), derivedPlace)),
    parse: (schema, place, references) => ofJson(parseJsonSchema(schema, place, references)),
  },
  protobuf: {
    type: 'PROTOBUF',
    own: ownProto,
    derive: (fields, name) =>
      ofProto(parseProto(deriveProto(fields, { name: avroName(name), namespace: 'genesis' }), derivedPlace, null)),
    parse: (schema, place, references) => ofProto(parseProto(String(schema), place, null, references)),
  },
}

/** The .proto file of a connector's values. Throws SCHEMA_INVALID. */
export function protoSchema(
  connector: ValueConfig,
  fields: readonly Field[],
  references: readonly NamedSchema[] = protoReferences(connector),
): ProtoSchema {
  const { model } = connector
  const { schema } = connector.value
  const inline = inlineProto(schema)
  if (inline !== null) return parseProto(inline.protobuf, 'the inline schema', inline.message ?? null, references)
  const path = typeof schema === 'string' ? protoPath(schema) : null
  if (path !== null) return parseProto(readSchemaText(path.file), path.file, path.message, references)
  if (schema !== null && !isDeepStrictEqual(model, schema))
    throw new GenesisError('SCHEMA_INVALID', 'not a .proto file', {
      place: typeof schema === 'string' ? schema : 'the inline schema',
      expected: 'a path that ends in .proto, or { protobuf: the text of such a file }',
    })
  const text = deriveProto(layoutOf(connector, fields), { name: recordNameOf(connector), namespace: 'genesis' })
  return parseProto(text, derivedPlace, null)
}

function ownProto(connector: ValueConfig, fields: readonly Field[]): ValueSchema {
  const references = protoReferences(connector)
  const schema = { ...ofProto(protoSchema(connector, fields, references)), references }
  return schema.place === derivedPlace ? { ...schema, plan: wholly(schema.plan) } : schema
}

/** The .proto files that a connector's file imports: those that it names, and those beside it. Throws SCHEMA_INVALID. */
function protoReferences({ value }: ValueConfig): NamedSchema[] {
  const named = value.schemaReferences.map(({ name, file }) => ({ name, schema: readSchemaText(file) }))
  const path = typeof value.schema === 'string' ? protoPath(value.schema)?.file : undefined
  if (path === undefined) return named
  const beside = importsBeside(
    readSchemaText(path),
    path,
    named.map(({ name }) => name),
  )
  return [...named, ...beside.map(({ name, schema }) => ({ name, schema }))]
}

/** A plan that leaves no column out. */
function wholly(plan: ValueSchema['plan']): ValueSchema['plan'] {
  return (fields) => {
    const planned = plan(fields)
    if (planned.unusedColumns.length === 0) return planned
    throw new GenesisError('SCHEMA_MISMATCH', 'columns whose names are one in Protobuf', {
      place: derivedPlace,
      found: planned.unusedColumns.join(', '),
      remedy: 'Name a .proto file in value.schema',
    })
  }
}

function ownJsonSchema(connector: ValueConfig, fields: readonly Field[]): ValueSchema {
  const { model } = connector
  const { schema } = connector.value
  const isProto = typeof schema === 'string' ? protoPath(schema) !== null : inlineProto(schema) !== null
  // A .proto file that says what the records are says nothing about how they are written.
  const json =
    isProto && isDeepStrictEqual(model, schema) ? null : typeof schema === 'string' ? readSchemaJson(schema) : schema
  const place = typeof schema === 'string' ? schema : 'the inline schema'
  if (json !== null && !(isObject(json) && isAvroOnly(json, place, connector))) {
    const references = jsonReferences(connector)
    return { ...ofJson(parseJsonSchema(json, place, references)), references }
  }
  const derived = deriveJsonSchema(layoutOf(connector, fields), recordNameOf(connector))
  return ofJson(parseJsonSchema(derived, derivedPlace))
}

/** Whether an Avro schema only says what the records are, and not how they are written. Throws SCHEMA_INVALID where there is a model for that. */
function isAvroOnly(json: Record<string, unknown>, place: string, { value, model }: ValueConfig): boolean {
  if (isJsonSchema(json) || typeof json.type !== 'string') return false
  if (isDeepStrictEqual(model, value.schema)) return true
  throw new GenesisError('SCHEMA_INVALID', `an Avro schema for values in ${value.format}`, {
    place,
    found: `"type": ${JSON.stringify(json.type)}`,
    expected: 'a schema of that format, or none: it is derived from the model',
  })
}

function ofAvro(schema: AvroSchema): ValueSchema {
  const { type, json, place } = schema
  return {
    json,
    place,
    inline: isObject(json) ? json : null,
    name: type.name,
    plan: (fields) => planAvro(fields, schema),
  }
}

function ofJson(schema: JsonSchema): ValueSchema {
  const { json, place, root } = schema
  const title = typeof root === 'object' && typeof root.title === 'string' ? root.title : undefined
  const inline = isObject(json) ? json : null
  return { json, place, inline, name: title, plan: (fields) => planJsonSchema(fields, schema) }
}

function ofProto(schema: ProtoSchema): ValueSchema {
  const { text, place, message } = schema
  const inline = { protobuf: text, message: message.fullName }
  return { json: text, place, inline, name: message.fullName, plan: (fields) => planProto(fields, schema) }
}

/** The Avro schema of a connector's values, whatever their format is: of a container. Throws SCHEMA_INVALID. */
function avroSchema(connector: ValueConfig, fields: readonly Field[]): ValueSchema {
  const references = jsonReferences(connector)
  return { ...ofAvro(valueSchema(connector, fields, references)), references }
}

/** The format of a connector's values in a topic; null: they have no schema. */
function formatIn({ value }: ValueConfig): ValueFormat | null {
  return value.format === 'json' || value.format === 'string' ? null : valueFormats[value.format]
}

/** The connector's own schema of what its sink is given; null: that has none, or the registry's newest. Throws SCHEMA_INVALID. */
export function sinkSchema(connector: EncodedConnector, fields: readonly Field[]): ValueSchema | null {
  const { sink } = connector
  if (sink.type === 'kafka') return ownSchema(connector, fields)
  return sink.format === 'avro' ? avroSchema(connector, fields) : null
}

/** The connector's own schema of values in a topic; null: they have none, or the registry's newest. Throws SCHEMA_INVALID. */
function ownSchema(connector: ValueConfig, fields: readonly Field[]): ValueSchema | null {
  return connector.value.useLatest ? null : (formatIn(connector)?.own(connector, fields) ?? null)
}

/** Where the value's schema is in the registry; null: it has none. Throws SCHEMA_INVALID. */
export function valueSubject(connector: ValueConfig, fields: readonly Field[]): Subject<ValueSchema> | null {
  const format = formatIn(connector)
  if (format === null) return null
  const { subject, autoRegister, normalize, useLatest, envelope } = connector.value
  const { type, parse } = format
  const isEnveloped = envelope === 'debezium' && !useLatest && type === 'AVRO'
  const own = isEnveloped ? enveloped(connector, fields) : ownSchema(connector, fields)
  return { name: subject ?? subjectOf(connector, own), type, own, autoRegister, normalize, parse }
}

/** Where the schema of records with these columns is in the registry. */
export function recordSubject(
  format: keyof typeof valueFormats,
  fields: readonly Field[],
  options: {
    readonly subject: string
    readonly recordName: string
    readonly useLatest: boolean
    readonly autoRegister: boolean
    readonly normalize: boolean
  },
): Subject<ValueSchema> {
  const { type, derive, parse } = valueFormats[format]
  const own = options.useLatest ? null : derive(fields, options.recordName)
  const { subject, autoRegister, normalize } = options
  return { name: subject, type, own, autoRegister, normalize, parse }
}

/** The schema of an envelope, which a rule has in Avro alone; planned are the rows in it. */
function enveloped(connector: ValueConfig, fields: readonly Field[]): ValueSchema {
  const references = jsonReferences(connector)
  const row = valueSchema(connector, fields, references)
  return { ...ofAvro(debeziumSchema(row, references)), references, plan: ofAvro(row).plan }
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
      found: own === null ? 'the latest schema' : shortened(exactJsonText(own.json)),
      expected: 'a record, an object with a title, or subject_strategy: topic',
    })
  return subjectStrategy === 'record' ? record : `${inTopic}-${record}`
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
