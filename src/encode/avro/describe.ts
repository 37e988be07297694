import avro from 'avsc'
import type { Field, FieldType, Value } from '../../record.js'
import { plainTextOf } from '../text-steps.js'
import { LogicalMark } from './schema.js'

/** A column for a message: `nullable decimal column price`. */
export function describeField(field: Field): string {
  return `${field.nullable ? 'nullable ' : ''}${describeKind(field.type)} column ${field.name}`
}

function describeKind(type: FieldType): string {
  return type.kind === 'decimal' ? `decimal (scale ${type.scale})` : type.kind
}

/** An Avro type for a message: `bytes/decimal(9,2)`, `["null","string"]`. */
export function describeType(type: avro.Type): string {
  if (type instanceof LogicalMark) {
    const digits = type.logical === 'decimal' ? `(${type.precision},${type.scale})` : ''
    return `${type.underlyingType.typeName}/${type.logical}${digits}`
  }
  if (type instanceof avro.types.EnumType) return `${type.name ?? 'enum'} (${listed(type.symbols)})`
  return type.name ?? JSON.stringify(type).replaceAll('"', type.typeName.startsWith('union') ? '"' : '')
}

/** The first few items of a list, and how many more there are. */
export function listed(items: readonly string[], most = 8): string {
  const shown = items.slice(0, most).join(', ')
  return items.length > most ? `${shown} and ${items.length - most} more` : shown
}

/** A non-null value for a message, formatted as in a row. */
export function describeValue(type: FieldType, held: NonNullable<Value>): string {
  return typeof held === 'string' ? JSON.stringify(held) : plainTextOf(type, held)
}
