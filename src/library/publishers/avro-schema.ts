import { parseSchema, readSchema, type AvroSchema } from '../../encode/avro/schema.js'
import { deriveSchema } from '../../encode/avro/derive.js'
import type { Field } from '../../record.js'

/** Resolves an `avroSchema` option lazily. Throws SCHEMA_INVALID. */
export function schemaSource(given: object | string | undefined, fields: readonly Field[]): () => AvroSchema {
  return () => {
    if (typeof given === 'string') return readSchema(given)
    if (given !== undefined) return parseSchema(given, 'avroSchema')
    return parseSchema(deriveSchema(fields, { name: 'Record', namespace: 'genesis' }), 'the derived schema')
  }
}
