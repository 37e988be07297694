/** Values of each format with a schema, encoded as for a topic and decoded by somebody else's library. */
import assert from 'node:assert/strict'
import { Ajv } from 'ajv'
import avro from 'avsc'
import protobuf from 'protobufjs'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import { createEncoder } from '#src/encode/create.js'
import type { SchemaOptions } from '#src/encode/registry.js'
import type { SubjectRegistry } from '#src/encode/subject.js'
import type { ColumnBatch } from '#src/record.js'
import { encodedConnector, valuesOf } from './encoded.js'

export interface EncodedValues {
  /** What was registered. */
  readonly schema: unknown
  readonly subject: string
  readonly values: readonly Buffer[]
}

/** Magic byte and an id of 7. */
export const prefix = Buffer.from([0, 0, 0, 0, 7])

/** A registry that takes everything, and gives `latest` for the newest. */
export function registryOf(latest: unknown = null): SubjectRegistry & {
  registered: [string, unknown, string?][]
  options: (SchemaOptions | undefined)[]
} {
  const registered: [string, unknown, string?][] = []
  const options: (SchemaOptions | undefined)[] = []
  const ask: SubjectRegistry['register'] = (subject, schema, type, how) => {
    registered.push([subject, schema, type])
    options.push(how)
    return Promise.resolve(7)
  }
  return {
    registered,
    options,
    register: ask,
    lookup: ask,
    latest: () => Promise.resolve({ id: 7, schema: latest, references: [] }),
    versionOf: () => Promise.resolve(3),
    compatibility: () => Promise.resolve({ compatible: true, messages: [] }),
  }
}

/** The values of a batch, each without its prefix. */
export async function encodedValues(
  batch: ColumnBatch,
  value: Partial<EncodedConnector['value']>,
): Promise<EncodedValues> {
  const registry = registryOf()
  const encoder = createEncoder(encodedConnector(value), registry)(batch.fields)
  await encoder.prepare()
  const values = valuesOf(encoder.encode(batch))
  for (const each of values) assert.deepEqual(each.subarray(0, prefix.length), prefix)
  const [subject, schema] = registry.registered[0]
  return { schema, subject, values: values.map((each) => each.subarray(prefix.length)) }
}

const formats = {
  date: /^[+-]?\d{4,6}-\d\d-\d\d$/,
  'date-time': /^[+-]?\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  email: /^[^@ ]+@[^@ ]+$/,
}

/** Values as JSON, each of which ajv takes. */
export function validJson({ schema, values }: EncodedValues): unknown[] {
  const ajv = new Ajv({ strict: false, allErrors: true, multipleOfPrecision: 9, formats })
  const validate = ajv.compile(schema as object)
  return values.map((value) => {
    const json = JSON.parse(value.toString()) as unknown
    assert.ok(validate(json), `${JSON.stringify(validate.errors)} of ${value.toString()}`)
    return json
  })
}

/** Values as protobufjs decodes them, by the message that their indexes name; timestamps are ISO text, fields that are not set have
 * their default, or are left out if they have none. */
export function decodedProto(
  { schema, values }: EncodedValues,
  indexes: Buffer = Buffer.of(0),
): Record<string, unknown>[] {
  const { root, package: name = '' } = protobuf.parse(String(schema), { keepCase: true })
  for (const known of ['timestamp', 'wrappers'])
    root.addJSON(protobuf.common.get(`google/protobuf/${known}.proto`)?.nested ?? {})
  protobuf.parse(
    'syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }',
    root,
  )
  root.resolveAll()
  const place = root.lookup(name) as protobuf.Namespace
  const type = place.nestedArray.find((one) => one instanceof protobuf.Type) as protobuf.Type
  return values.map((value) => {
    assert.deepEqual(value.subarray(0, indexes.length), indexes)
    return plain(
      type.toObject(type.decode(value.subarray(indexes.length)), { longs: Number, bytes: String, defaults: true }),
    ) as Record<string, unknown>
  })
}

/** Timestamps as ISO text. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const isTime = 'seconds' in value || 'nanos' in value
  if (isTime) {
    const { seconds = 0, nanos = 0 } = value as { seconds?: number; nanos?: number }
    return new Date(seconds * 1000 + nanos / 1e6).toISOString()
  }
  // Messages that are absent, and lists without items.
  const present = Object.entries(value).filter(([, own]) => own !== null && !(Array.isArray(own) && own.length === 0))
  return Object.fromEntries(present.map(([key, own]) => [key, plain(own)]))
}

/** As Protobuf has a row with nested values: what is missing or empty is not there, and a list in a list is a message. */
export function asProtobufHas(value: unknown, name = ''): unknown {
  if (Array.isArray(value))
    return value.map((item: unknown) => {
      const inner = asProtobufHas(item, name)
      return Array.isArray(inner) ? (inner.length === 0 ? {} : { [name]: inner }) : inner
    })
  if (typeof value !== 'object' || value === null) return value
  const isEmpty = (item: unknown): boolean =>
    item === null || (typeof item === 'object' && Object.keys(item).length === 0)
  const entries = Object.entries(value).map(([key, item]) => [key, asProtobufHas(item, key)] as const)
  return Object.fromEntries(entries.filter(([, item]) => !isEmpty(item)))
}

/** Times, which some readers hand over as text, in milliseconds since 1970. */
export function plainTimes(value: unknown): unknown {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? Date.parse(value) : value
  if (Array.isArray(value)) return value.map(plainTimes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [key, plainTimes(own)]))
}

/** Values as avsc decodes them; times as text, as rows have them. */
export function decodedAvro({ schema, values }: EncodedValues): unknown[] {
  class Time extends avro.types.LogicalType {
    override _fromValue(ms: number): string {
      return new Date(ms).toISOString()
    }
  }
  const type = avro.Type.forSchema(schema as avro.Schema, { logicalTypes: { 'timestamp-millis': Time } })
  return values.map((value) => type.fromBuffer(value) as unknown)
}
