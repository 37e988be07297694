import type { ConnectorConfig } from '../config/connector.js'
import { GenesisError } from '../errors.js'
import type { Field } from '../record.js'
import { deriveSchema } from './avro/derive.js'
import { avroName } from './avro/names.js'
import type { AvroSchema } from './avro/schema.js'
import { parseSchema, readSchema } from './avro/schema.js'
import type { Subject } from './avro/subject.js'

type ValueConfig = Pick<ConnectorConfig, 'name' | 'topic' | 'value' | 'disturb'>

/** The connector's own Avro schema: its file, its inline schema, or the one derived from the layout, with the fields named as missing or null made nullable. Throws SCHEMA_INVALID. */
export function valueSchema(connector: ValueConfig, fields: readonly Field[]): AvroSchema {
  const { disturb } = connector
  const { schema } = connector.value
  if (typeof schema === 'string') return readSchema(schema)
  if (schema !== null) return parseSchema(schema, 'the inline schema')
  const name = avroName(connector.topic ?? connector.name)
  const asked = [...(disturb?.missingFields ?? []), ...(disturb?.nullFields ?? [])]
  const layout = fields.map((field) => (asked.includes(field.name) ? { ...field, nullable: true } : field))
  return parseSchema(deriveSchema(layout, { name, namespace: 'genesis' }), 'the derived schema')
}

/** The value's subject in the registry. Throws SCHEMA_INVALID. */
export function valueSubject(connector: ValueConfig, fields: readonly Field[]): Subject {
  const { subject, useLatest, autoRegister } = connector.value
  const own = useLatest ? null : valueSchema(connector, fields)
  return { name: subject ?? subjectOf(connector, own), own, autoRegister }
}

/** The subject by strategy: TopicNameStrategy, RecordNameStrategy and TopicRecordNameStrategy of Confluent's serializers. */
function subjectOf({ name, topic, value }: ValueConfig, own: AvroSchema | null): string {
  const { subjectStrategy } = value
  const inTopic = topic ?? name
  if (subjectStrategy === 'topic') return `${inTopic}-value`
  // A rule forbids use_latest here: without a schema there is no name to look up.
  const record = own?.type.name
  if (record === undefined)
    throw new GenesisError('SCHEMA_MISMATCH', 'an unnamed schema cannot have its own subject', {
      place: own?.place ?? `topic ${inTopic}`,
      found: own === null ? 'the latest schema' : own.type.typeName,
      expected: 'a record, or subject_strategy: topic',
    })
  return subjectStrategy === 'record' ? record : `${inTopic}-${record}`
}
