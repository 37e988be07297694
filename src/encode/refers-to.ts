import { isObject } from '../config/is-object.js'
import { importsIn } from '../model/schemas/proto-file.js'
import type { SchemaType } from './registry.js'

/** Whether a schema mentions another one by name: in an import, a `$ref` or a type name. */
export function refersTo(schema: unknown, name: string, type: SchemaType): boolean {
  switch (type) {
    case 'PROTOBUF':
      return importsIn(String(schema)).includes(name)
    case 'JSON':
      return some(schema, (key, value) => key === '$ref' && typeof value === 'string' && value.split('#')[0] === name)
    case 'AVRO':
      return mentions(schema, name, '')
  }
}

function some(value: unknown, is: (key: string, value: unknown) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => some(item, is))
  return isObject(value) && Object.entries(value).some(([key, item]) => is(key, item) || some(item, is))
}

/** Type names are texts in the place of a type; a name without a dot is in the enclosing namespace. */
function mentions(schema: unknown, name: string, namespace: string): boolean {
  if (typeof schema === 'string') return schema === name || `${namespace}.${schema}` === name
  if (Array.isArray(schema)) return schema.some((branch) => mentions(branch, name, namespace))
  if (!isObject(schema)) return false
  const own = typeof schema.name === 'string' ? schema.name : ''
  const named = own.includes('.') ? own.slice(0, own.lastIndexOf('.')) : schema.namespace
  const inner = schema.fields !== undefined && typeof named === 'string' ? named : namespace
  const fields = Array.isArray(schema.fields) ? (schema.fields as unknown[]) : []
  return (
    [schema.type, schema.items, schema.values].some((part) => mentions(part, name, namespace)) ||
    fields.some((field) => isObject(field) && mentions(field.type, name, inner))
  )
}
