/**
 * Which columns fit which Avro types, and how to write them: the table in docs/avro.md, as code.
 */
import avro from 'avsc'
import { ownWriter, type SpellingWriter } from '../../model/time/spelling.js'
import { unitsPerMs } from '../../model/time/units.js'
import type { Field, Value } from '../../record.js'
import { writeUuid } from '../binary.js'
import { knownBounds } from '../known-bounds.js'
import { renderNumber } from '../number-form.js'
import type { NumberForm, TextForm } from '../step.js'
import { LogicalMark } from './schema.js'

/** How to write a column as a type, independent of its values. */
export interface Conversion {
  /** Distance of the type from the column's own: the nearest union branch wins. */
  readonly distance: number
  /** How to write a number vector; null if only pre-rendered values work. */
  readonly number: NumberForm | null
  /** How to write a text vector; null if only pre-rendered values work. */
  readonly text: TextForm | null
  /** The bytes of a non-null value in held form; null if it does not fit. */
  readonly render: (value: NonNullable<Value>) => Buffer | null
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const longBytes = { as: 'varint', bits: 64, factor: 1 } as const

/** How to write `field` as `type` (not a union), or null: no conversion exists. */
export function conversion(field: Field, type: avro.Type): Conversion | null {
  const mark = type instanceof LogicalMark ? type : null
  const under = mark?.underlyingType ?? type
  const logical = mark?.logical ?? under.typeName
  switch (field.type.kind) {
    case 'string':
      if (logical === 'string') return ofText(0)
      if (logical === 'bytes') return ofText(1)
      if (logical === 'uuid') return { ...ofUuid(under), text: null }
      if (under instanceof avro.types.FixedType && mark === null)
        return ofFixed(under.size, field.type.size === under.size)
      return under instanceof avro.types.EnumType ? ofEnum(under) : null
    case 'uuid':
      if (logical === 'uuid') return ofUuid(under)
      return logical === 'string' ? ofText(1) : logical === 'bytes' ? ofText(2) : null
    case 'boolean':
      return logical === 'boolean' ? ofBoolean : null
    case 'integer':
      return ofScaled(field, 0, logical, mark, under)
    case 'decimal':
      return ofScaled(field, field.type.scale, logical, mark, under)
    case 'double':
      if (logical === 'double' || logical === 'float')
        return ofNumber({ as: logical, divisor: 1 }, +(logical !== 'double'))
      return null
    case 'date':
      return ofDate(logical, ownWriter(field.type))
    case 'timestamp':
      return ofTimestamp(logical, ownWriter(field.type), field.type.local === true)
    case 'time':
      return ofTime(logical, ownWriter(field.type))
    case 'json':
      return ofJson(type)
    case 'list':
      return null
  }
}

/** Values whose shape matches the type. */
function ofJson(type: avro.Type): Conversion {
  const render = (value: NonNullable<Value>): Buffer | null => {
    const own = avroValue(JSON.parse(String(value)), type)
    return own !== undefined && type.isValid(own) ? type.toBuffer(own) : null
  }
  return { distance: 0, number: null, text: null, render }
}

/** A JSON value as avsc represents it; undefined: not of the type. */
function avroValue(value: unknown, type: avro.Type): unknown {
  if (type instanceof avro.types.ArrayType)
    return Array.isArray(value) ? value.map((item) => avroValue(item, type.itemsType)) : undefined
  if (type instanceof avro.types.WrappedUnionType) {
    for (const branch of type.types) {
      const own = avroValue(value, branch)
      if (own === null && branch.typeName === 'null') return null
      if (own !== undefined && own !== null && branch.isValid(own)) return { [branch.branchName ?? '']: own }
    }
    return undefined
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (type instanceof avro.types.MapType)
    return isObject
      ? Object.fromEntries(
          Object.entries(value).map(([key, item]) => [key, avroValue(item, type.valuesType as avro.Type)]),
        )
      : undefined
  if (type instanceof avro.types.RecordType) {
    if (!isObject) return undefined
    return Object.fromEntries(
      type.fields.map((field) => [field.name, avroValue((value as Record<string, unknown>)[field.name], field.type)]),
    )
  }
  return value
}

function ofNumber(form: NumberForm, distance: number): Conversion {
  const render = (value: NonNullable<Value>): Buffer | null =>
    typeof value === 'number' ? renderNumber(form, value) : null
  return { distance, number: form, text: null, render }
}

function ofText(distance: number): Conversion {
  const render = (value: NonNullable<Value>): Buffer | null => {
    if (typeof value !== 'string') return null
    const text = Buffer.from(value)
    const length = renderNumber(longBytes, text.length)
    return length && Buffer.concat([length, text])
  }
  return { distance, number: null, text: 'prefixed', render }
}

/** Text known to have the right size, as it is. */
function ofFixed(size: number, isKnown: boolean): Conversion {
  const render = (value: NonNullable<Value>): Buffer | null => {
    const bytes = Buffer.from(String(value))
    return bytes.length === size ? bytes : null
  }
  return { distance: 1, number: null, text: isKnown ? 'raw' : null, render }
}

function ofUuid(under: avro.Type): Conversion {
  const fixed = under instanceof avro.types.FixedType
  const asText = ofText(0)
  const render = (value: NonNullable<Value>): Buffer | null => {
    if (typeof value !== 'string' || !uuidPattern.test(value)) return null
    if (!fixed) return asText.render(value)
    const bytes = Buffer.alloc(16)
    writeUuid(bytes, 0, Buffer.from(value), 0)
    return bytes
  }
  return { distance: 0, number: null, text: fixed ? 'uuid' : 'prefixed', render }
}

function ofEnum(type: avro.types.EnumType): Conversion {
  const render = (value: NonNullable<Value>): Buffer | null => {
    const index = type.symbols.indexOf(String(value))
    return index < 0 ? null : renderNumber(longBytes, index)
  }
  return { distance: 0, number: null, text: null, render }
}

const ofBoolean: Conversion = {
  distance: 0,
  number: null,
  text: null,
  render: (value) => (typeof value === 'boolean' ? Buffer.from([value ? 1 : 0]) : null),
}

/** Integers and decimals: held × 10^-scale. */
function ofScaled(
  field: Field,
  scale: number,
  logical: string,
  mark: LogicalMark | null,
  under: avro.Type,
): Conversion | null {
  const integer = field.type.kind === 'integer'
  const bounds = knownBounds(field)
  switch (logical) {
    case 'int':
      // If the numbers are unknown, long is nearer.
      return scale === 0 ? ofNumber({ as: 'varint', bits: 32, factor: 1 }, bounds === null || !integer ? 1 : 0) : null
    case 'long':
      return scale === 0 ? ofNumber(longBytes, integer ? 0 : 1) : null
    case 'time-millis':
    case 'time-micros':
      return scale === 0 ? ofNumber({ as: 'varint', bits: logical === 'time-millis' ? 32 : 64, factor: 1 }, 2) : null
    case 'double':
      return ofNumber({ as: 'double', divisor: 10 ** scale }, integer ? 2 : 1)
    case 'float': {
      // An integer must stay exact: up to 2^24 every one is a float.
      const exact = bounds !== null && bounds[0] >= -0x1000000 && bounds[1] <= 0x1000000
      return !integer || exact ? ofNumber({ as: 'float', divisor: 10 ** scale }, 3) : null
    }
    case 'decimal': {
      if (mark === null || mark.scale < scale) return null
      const size = under instanceof avro.types.FixedType ? under.size : null
      const shift = mark.scale - scale
      return ofNumber({ as: 'unscaled', shift, precision: mark.precision, size }, integer ? 1 : 0)
    }
    default:
      return null
  }
}

const day = 86_400_000

function ofDate(logical: string, writer: SpellingWriter | null): Conversion | null {
  if (logical === 'date') return ofNumber({ as: 'varint', bits: 32, factor: 1 }, 0)
  if (logical in unitsPerMs) return ofNumber({ as: 'varint', bits: 64, factor: day * unitsPerMs[logical] }, 1)
  if (logical === 'string') return ofNumber(textForm('date', writer), 2)
  if (logical === 'int') return ofNumber({ as: 'varint', bits: 32, factor: 1 }, 3)
  return logical === 'long' ? ofNumber(longBytes, 3) : null
}

/** Avro marks timestamps without a zone with "local-": the nearer type is the column's own. */
function ofTimestamp(logical: string, writer: SpellingWriter | null, isLocal: boolean): Conversion | null {
  if (logical in unitsPerMs) {
    const distance = isLocal && !logical.startsWith('local-') ? 1 : 0
    return ofNumber({ as: 'varint', bits: 64, factor: unitsPerMs[logical] }, distance)
  }
  if (logical === 'string') return ofNumber(textForm('timestamp', writer), 2)
  return logical === 'long' ? ofNumber(longBytes, 3) : null
}

function ofTime(logical: string, writer: SpellingWriter | null): Conversion | null {
  if (logical === 'time-millis') return ofNumber({ as: 'varint', bits: 32, factor: 1 }, 0)
  if (logical === 'time-micros') return ofNumber({ as: 'varint', bits: 64, factor: 1000 }, 0)
  if (logical === 'string' && writer !== null) return ofNumber({ as: 'spelled', writer, prefixed: true }, 1)
  if (logical === 'int') return ofNumber({ as: 'varint', bits: 32, factor: 1 }, 2)
  return logical === 'long' ? ofNumber(longBytes, 2) : null
}

function textForm(as: 'date' | 'timestamp', writer: SpellingWriter | null): NumberForm {
  return writer === null ? { as, prefixed: true } : { as: 'spelled', writer, prefixed: true }
}
