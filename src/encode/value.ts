import type { ConnectorConfig } from '../config/connector.js'
import type { Field } from '../record.js'
import { deriveSchema } from './avro/derive.js'
import type { NamedSchema } from '../model/schemas/named-schema.js'
import { readSchemaJson } from './schema-file.js'
import { avroName } from './schema-names.js'
import type { AvroSchema } from './avro/schema.js'
import { parseSchema, readSchema } from './avro/schema.js'

export type ValueConfig = Pick<ConnectorConfig, 'name' | 'topic' | 'value' | 'disturb'> &
  Partial<Pick<ConnectorConfig, 'model'>>

/** The connector's own Avro schema: its file, its inline schema, or the one derived from the layout, with the fields named as missing or null made nullable. Throws SCHEMA_INVALID. */
export function valueSchema(
  connector: ValueConfig,
  fields: readonly Field[],
  references: readonly NamedSchema[] = jsonReferences(connector),
): AvroSchema {
  const { schema } = connector.value
  if (typeof schema === 'string') return readSchema(schema, references)
  if (schema !== null) return parseSchema(schema, 'the inline schema', references)
  return derivedSchema(connector, fields)
}

/** What decides about a schema that is derived. */
type DerivedConfig = Pick<ValueConfig, 'name' | 'topic' | 'disturb'>

/** The Avro schema of a connector without its own. */
export function derivedSchema(connector: DerivedConfig, fields: readonly Field[]): AvroSchema {
  const name = recordNameOf(connector)
  return parseSchema(deriveSchema(layoutOf(connector, fields), { name, namespace: 'genesis' }), 'the derived schema')
}

/** The schemas that a connector's schema refers to. Throws SCHEMA_INVALID. */
export function jsonReferences({ value }: ValueConfig): NamedSchema[] {
  return value.schemaReferences.map(({ name, file }) => ({ name, schema: readSchemaJson(file) }))
}

/** What the records of a derived schema are called. */
export function recordNameOf({ topic, name }: DerivedConfig): string {
  return avroName(topic ?? name)
}

/** The layout that a schema is derived from: where fields are missing or null on purpose, they can be. */
export function layoutOf({ disturb }: DerivedConfig, fields: readonly Field[]): readonly Field[] {
  const asked = [...(disturb?.missingFields ?? []), ...(disturb?.nullFields ?? [])]
  return fields.map((field) => (asked.includes(field.name) ? { ...field, nullable: true } : field))
}
