import type { ConnectorConfig } from '../config/connector.js'
import type { Field } from '../record.js'
import { deriveSchema } from './avro/derive.js'
import { avroName } from './avro/names.js'
import type { AvroSchema } from './avro/schema.js'
import { parseSchema, readSchema } from './avro/schema.js'
import type { Subject } from './avro/subject.js'

type ValueConfig = Pick<ConnectorConfig, 'name' | 'topic' | 'value' | 'disturb'>

/** The connector's own Avro schema: its file, its inline schema, or the one derived from the layout, where fields that are named to be missing or null can be. Throws SCHEMA_INVALID. */
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

/** Where the value's schema is in the registry. Throws SCHEMA_INVALID. */
export function valueSubject(connector: ValueConfig, fields: readonly Field[]): Subject {
  const { subject, useLatest, autoRegister } = connector.value
  const name = subject ?? `${connector.topic ?? connector.name}-value`
  return { name, own: useLatest ? null : valueSchema(connector, fields), autoRegister }
}
