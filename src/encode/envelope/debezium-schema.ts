import { isObject } from '../../config/is-object.js'
import { GenesisError } from '../../errors.js'
import type { NamedSchema } from '../../model/schemas/named-schema.js'
import { parseSchema, type AvroSchema } from '../avro/schema.js'

/**
 * The schema of Debezium's envelope around records of a schema, as its PostgreSQL and MySQL connectors register it (Debezium 3,
 * "Data change events"), but for the parts of `source` that only a database has. Throws SCHEMA_INVALID.
 */
export function debeziumSchema({ json, type, place }: AvroSchema, references: readonly NamedSchema[] = []): AvroSchema {
  const name = type.name
  if (!isObject(json) || name === undefined || type.typeName !== 'record')
    throw new GenesisError('SCHEMA_INVALID', "only records go into Debezium's envelope", {
      place,
      found: type.typeName,
      expected: 'a record',
    })
  const source = { type: 'record', name: 'Source', namespace: 'io.genesis', fields: sourceFields }
  const envelope = {
    type: 'record',
    name: 'Envelope',
    ...(name.includes('.') && { namespace: name }),
    fields: [
      { name: 'before', type: ['null', { ...json, name, namespace: undefined }], default: null },
      { name: 'after', type: ['null', name], default: null },
      { name: 'source', type: source },
      { name: 'op', type: 'string' },
      { name: 'ts_ms', type: ['null', 'long'], default: null },
    ],
  }
  return parseSchema(envelope, `the Debezium envelope of ${place}`, references)
}

const sourceFields = [
  ...['version', 'connector', 'name'].map((name) => ({ name, type: 'string' })),
  { name: 'ts_ms', type: 'long' },
  ...['snapshot', 'db', 'table'].map((name) => ({ name, type: 'string' })),
]
