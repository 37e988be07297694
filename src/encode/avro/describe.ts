import avro from 'avsc'
import { listed } from '../listed.js'
import { LogicalMark } from './schema.js'

/** An Avro type for a message: `bytes/decimal(9,2)`, `["null","string"]`. */
export function describeType(type: avro.Type): string {
  if (type instanceof LogicalMark) {
    const digits = type.logical === 'decimal' ? `(${type.precision},${type.scale})` : ''
    return `${type.underlyingType.typeName}/${type.logical}${digits}`
  }
  if (type instanceof avro.types.EnumType) return `${type.name ?? 'enum'} (${listed(type.symbols)})`
  return type.name ?? JSON.stringify(type).replaceAll('"', type.typeName.startsWith('union') ? '"' : '')
}
