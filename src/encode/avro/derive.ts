import { GenesisError } from '../../errors.js'
import type { Field, FieldType } from '../../record.js'
import { avroNames } from '../schema-names.js'
import type { RecordName } from '../value-schema.js'

/**
 * The Avro schema derived from a layout, for connectors without one: a field per column, in order; nullable ones as
 * ["null", T] with default null. Strings stay strings even if all values are known, so that new values need no new
 * schema; a decimal becomes a double, which every consumer can read (an .avsc can specify decimals).
 */
export function deriveSchema(fields: readonly Field[], { name, namespace }: RecordName): object {
  const names = avroNames(fields.map((field) => field.name))
  return {
    type: 'record',
    name,
    namespace,
    fields: fields.map((field, index) => ({
      name: names[index],
      ...(names[index] === field.name ? {} : { doc: `Column ${JSON.stringify(field.name)}` }),
      ...(field.nullable
        ? { type: ['null', deriveType(field.type)], default: null }
        : { type: deriveType(field.type) }),
    })),
  }
}

/** The Avro type of a column's non-null values. */
export function deriveType(type: FieldType): string | object {
  switch (type.kind) {
    case 'string':
    case 'boolean':
    case 'double':
      return type.kind
    case 'integer':
      return 'long'
    case 'decimal':
      return 'double'
    case 'uuid':
      return { type: 'string', logicalType: 'uuid' }
    case 'date':
      return { type: 'int', logicalType: 'date' }
    case 'timestamp':
      return { type: 'long', logicalType: type.local ? 'local-timestamp-millis' : 'timestamp-millis' }
    case 'time':
      return { type: 'int', logicalType: 'time-millis' }
    case 'json':
      return 'string'
    case 'list':
      throw new GenesisError('SCHEMA_INVALID', 'no schema can be derived for lists', {
        expected: 'value.schema',
        remedy: 'Set value.schema',
      })
  }
}
