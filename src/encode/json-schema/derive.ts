import { ownWriter } from '../../model/time/spelling.js'
import type { Field, FieldType } from '../../record.js'

const draft = 'http://json-schema.org/draft-07/schema#'

/**
 * The JSON Schema of a layout, for connectors that name none, as Confluent's JsonSchemaConverter would write it: an object without other
 * properties, a nullable column as oneOf null and its type and not required. Strings stay strings, also where all values are known.
 */
export function deriveJsonSchema(fields: readonly Field[], title: string): object {
  return { $schema: draft, title, ...objectOf(fields) }
}

/** The schema of a column's present values. */
export function deriveJsonType(type: FieldType): object {
  switch (type.kind) {
    case 'string':
    case 'boolean':
    case 'integer':
      return { type: type.kind }
    case 'decimal':
    case 'double':
      return { type: 'number' }
    case 'uuid':
      return { type: 'string', format: 'uuid' }
    case 'date':
    case 'timestamp':
    case 'time':
      return { type: 'string', ...formatOf(type) }
    case 'json':
      return {}
    case 'list':
      return listOf(type)
  }
}

/** The format that a column's texts have; a time without a zone is none of RFC 3339. */
function formatOf(type: FieldType): { format?: string } {
  const format = jsonFormatOf(type)
  return format === null ? {} : { format }
}

/** JSON Schema's name for the form of a column's texts; null: it has none. */
export function jsonFormatOf(type: FieldType): string | null {
  if (type.kind === 'uuid') return 'uuid'
  if (ownWriter(type) !== null) return null
  return type.kind === 'date' ? 'date' : type.kind === 'timestamp' ? 'date-time' : null
}

interface Level {
  readonly properties: Record<string, object>
  readonly required: string[]
  readonly levels: Map<string, Level>
}

/** Columns of nested records are in objects of their own, which are always there. */
function objectOf(fields: readonly Field[]): object {
  const top: Level = { properties: {}, required: [], levels: new Map() }
  for (const field of fields) {
    const path = field.path ?? [field.name]
    const level = path.slice(0, -1).reduce(levelIn, top)
    const name = path[path.length - 1]
    put(level.properties, name, nullable(field))
    if (!field.nullable) level.required.push(name)
  }
  return closed(top)
}

function levelIn(above: Level, name: string): Level {
  const known = above.levels.get(name)
  if (known !== undefined) return known
  const level: Level = { properties: {}, required: [], levels: new Map() }
  above.levels.set(name, level)
  above.required.push(name)
  put(above.properties, name, {})
  return level
}

function closed({ properties, required, levels }: Level): object {
  for (const [name, level] of levels) put(properties, name, closed(level))
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false }
}

/** A property of any name, `__proto__` too. */
function put(properties: Record<string, object>, name: string, value: object): void {
  Object.defineProperty(properties, name, { value, enumerable: true, configurable: true, writable: true })
}

function nullable(field: Field): object {
  const type = deriveJsonType(field.type)
  // What takes everything takes null.
  if (!field.nullable || field.type.kind === 'json') return type
  return { oneOf: [{ type: 'null' }, type] }
}

function listOf({ of, items }: Extract<FieldType, { kind: 'list' }>): object {
  switch (of) {
    case 'values':
      return { type: 'array', items: nullable(items[0]) }
    case 'records':
      return { type: 'array', items: objectOf(items) }
    case 'map':
      return { type: 'object', additionalProperties: nullable(items[0]) }
    case 'record_map':
      return { type: 'object', additionalProperties: objectOf(items.slice(0, -1)) }
  }
}
