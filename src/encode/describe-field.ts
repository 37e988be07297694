import type { Field, FieldType, Value } from '../record.js'
import { plainTextOf } from './text-steps.js'

/** A column for a message: `nullable decimal column price`. */
export function describeField(field: Field): string {
  return `${field.nullable ? 'nullable ' : ''}${describeKind(field.type)} column ${field.name}`
}

function describeKind(type: FieldType): string {
  return type.kind === 'decimal' ? `decimal (scale ${type.scale})` : type.kind
}

/** A present value for a message, as a row has it. */
export function describeValue(type: FieldType, held: NonNullable<Value>): string {
  return typeof held === 'string' ? JSON.stringify(held) : plainTextOf(type, held)
}
