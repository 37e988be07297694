import avro from 'avsc'
import { GenesisError } from '../../errors.js'
import type { NamedSchema } from '../../model/schemas/named-schema.js'
import { readSchemaJson } from '../schema-file.js'
import { exactDefaults, withoutLongDefaults } from './defaults.js'

/** A parsed schema, with its name for messages. */
export interface AvroSchema {
  /** As written, minus value-generation hints: this is what is registered and stored in an object container's header. */
  readonly json: unknown
  readonly type: avro.Type
  /** The file's path, the registry's subject, or "the inline schema". */
  readonly place: string
  /** Bytes of defaults that `type` cannot represent exactly. */
  readonly defaults: ReadonlyMap<avro.types.Field, Buffer>
}

/**
 * A logical type that leaves values as the underlying type has them and only preserves the schema's attributes.
 * If the constructor throws, avsc falls back to the underlying type, as the specification requires.
 */
export class LogicalMark extends avro.types.LogicalType {
  readonly logical: string
  readonly precision: number
  readonly scale: number

  constructor(schema: avro.Schema, options?: unknown) {
    super(schema, options)
    const { logicalType, precision, scale } = schema as { logicalType: string; precision?: unknown; scale?: unknown }
    this.logical = logicalType
    this.precision = typeof precision === 'number' ? precision : 0
    this.scale = typeof scale === 'number' ? scale : 0
    if (!this.isValidMark()) throw new Error(`${logicalType} does not go with ${this.underlyingType.typeName}`)
  }

  protected override _fromValue(value: unknown): unknown {
    return value
  }

  protected override _toValue(value: unknown): unknown {
    return value
  }

  protected override _resolve(): undefined {
    return undefined
  }

  private isValidMark(): boolean {
    const { underlyingType: under } = this
    if (!logicalTypes[this.logical].includes(under.typeName)) return false
    if (this.logical === 'uuid') return !(under instanceof avro.types.FixedType) || under.size === 16
    if (this.logical !== 'decimal') return true
    const { precision, scale } = this
    if (!Number.isInteger(precision) || !Number.isInteger(scale)) return false
    if (precision < 1 || scale < 0 || scale > precision) return false
    return !(under instanceof avro.types.FixedType) || precision <= Math.floor(Math.log10(2) * (8 * under.size - 1))
  }
}

/** Supported logical types and their underlying types (Avro 1.12, "Logical types"). Others count as their underlying type. */
const logicalTypes: Readonly<Record<string, readonly string[]>> = {
  date: ['int'],
  'time-millis': ['int'],
  'time-micros': ['long'],
  'timestamp-millis': ['long'],
  'timestamp-micros': ['long'],
  'timestamp-nanos': ['long'],
  'local-timestamp-millis': ['long'],
  'local-timestamp-micros': ['long'],
  'local-timestamp-nanos': ['long'],
  decimal: ['bytes', 'fixed'],
  uuid: ['string', 'fixed'],
}
const marks = Object.fromEntries(Object.keys(logicalTypes).map((name) => [name, LogicalMark]))

/**
 * Parses a schema. `references` are the named types it uses, each only depending on earlier ones.
 * Throws SCHEMA_INVALID.
 */
export function parseSchema(json: unknown, place: string, references: readonly NamedSchema[] = []): AvroSchema {
  try {
    const registry: Record<string, avro.Type> = {}
    const options = { logicalTypes: marks, wrapUnions: true, registry }
    for (const { schema } of references) avro.Type.forSchema(withoutLongDefaults(schema) as avro.Schema, options)
    const type = avro.Type.forSchema(withoutLongDefaults(json) as avro.Schema, options)
    return { json: withoutHints(json), place, type, defaults: exactDefaults(json, type, place) }
  } catch (cause) {
    if (cause instanceof GenesisError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new GenesisError('SCHEMA_INVALID', `not a valid Avro schema: ${reason}`, { place, cause })
  }
}

/** The schema for readers: `arg.properties` is for generators. */
function withoutHints(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutHints)
  if (typeof json !== 'object' || json === null) return json
  const entries = Object.entries(json).filter(([key]) => key !== 'arg.properties')
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutHints(value)]))
}

/** Reads and parses an .avsc file. Throws SCHEMA_INVALID. */
export function readSchema(file: string, references: readonly NamedSchema[] = []): AvroSchema {
  return parseSchema(readSchemaJson(file), file, references)
}
