/** Which columns fit which types of Protobuf, and how they are written: the table in docs/formats.md, as code. */
import { dayMs } from '../../model/time/day.js'
import { ownWriter } from '../../model/time/spelling.js'
import type { Field, FieldType, Value } from '../../record.js'
import { wrappedScalar, type ProtoType } from '../../model/schemas/proto-file.js'
import { knownBounds } from '../known-bounds.js'
import { renderNumber } from '../number-form.js'
import type { NumberForm, TextForm } from '../step.js'
import { writeBase128 } from './wire.js'

/** How a column is written as a type, whatever its values are. */
export interface ProtoConversion {
  /** 0: varint, 1: eight bytes, 2: after its length, 5: four bytes. */
  readonly wireType: number
  /** How a number vector is written; null: only pre-rendered values can be. */
  readonly number: NumberForm | null
  /** How a text vector is written; null: only pre-rendered values can be. */
  readonly text: TextForm | null
  /** The bytes of a present value in held form; null if it does not fit. */
  readonly render: (value: NonNullable<Value>) => Buffer | null
}

const integers: Readonly<Record<string, NumberForm>> = {
  int32: { as: 'base128', bits: 32, isSigned: true },
  int64: { as: 'base128', bits: 64, isSigned: true },
  uint32: { as: 'base128', bits: 32, isSigned: false },
  uint64: { as: 'base128', bits: 64, isSigned: false },
  sint32: { as: 'varint', bits: 32, factor: 1 },
  sint64: { as: 'varint', bits: 64, factor: 1 },
  fixed32: { as: 'fixed', bits: 32, isSigned: false },
  fixed64: { as: 'fixed', bits: 64, isSigned: false },
  sfixed32: { as: 'fixed', bits: 32, isSigned: true },
  sfixed64: { as: 'fixed', bits: 64, isSigned: true },
}

/** How `field`, which is no list, is written as `type`; null: the two do not convert. */
export function protoConversion(field: Field, type: ProtoType): ProtoConversion | null {
  if (type.kind === 'scalar') return ofScalar(field, type.name)
  if (type.kind === 'enum') return field.type.kind === 'string' ? ofEnum(type.numbers) : null
  const { fullName } = type.message
  const { kind } = field.type
  if (fullName === 'google.protobuf.Timestamp') {
    if (kind === 'timestamp') return ofNumber(2, { as: 'timestamp-message', ms: 1 })
    return kind === 'date' ? ofNumber(2, { as: 'timestamp-message', ms: dayMs }) : null
  }
  if (fullName === 'google.type.Date') return kind === 'date' ? ofNumber(2, { as: 'date-message' }) : null
  const scalar = wrappedScalar(type.message)
  const inner = scalar === null ? null : ofScalar(field, scalar)
  return inner && wrapped(inner)
}

function ofScalar(field: Field, name: string): ProtoConversion | null {
  const { type } = field
  const form = integers[name] as NumberForm | undefined
  switch (type.kind) {
    case 'string':
    case 'uuid':
    case 'json':
      return name === 'string' || name === 'bytes' ? ofText() : null
    case 'boolean':
      return name === 'bool' ? ofBoolean : null
    case 'integer':
    case 'decimal':
    case 'double':
      if (name === 'string') return ofNumberText(type)
      if (name === 'double' || name === 'float') return ofReal(field, name)
      return form !== undefined && scaleOf(type) === 0 ? ofNumber(wireTypeOf(form), form) : null
    case 'date':
    case 'timestamp':
    case 'time':
      if (name === 'string') return ofNumberText(type)
      return form === undefined ? null : ofNumber(wireTypeOf(form), form)
    case 'list':
      return null
  }
}

/** Decimals of an integer or a decimal; a real has any number of them. */
function scaleOf(type: FieldType): number {
  return type.kind === 'integer' ? 0 : type.kind === 'decimal' ? type.scale : NaN
}

function ofReal(field: Field, as: 'double' | 'float'): ProtoConversion | null {
  const { type } = field
  const bounds = knownBounds(field)
  // An integer must stay what it is: up to 2^24 every one is a float.
  const isExact = bounds !== null && bounds[0] >= -0x1000000 && bounds[1] <= 0x1000000
  if (as === 'float' && type.kind === 'integer' && !isExact) return null
  const divisor = type.kind === 'decimal' ? 10 ** type.scale : 1
  return ofNumber(as === 'double' ? 1 : 5, { as, divisor })
}

function wireTypeOf(form: NumberForm): number {
  return form.as === 'fixed' ? (form.bits === 32 ? 5 : 1) : 0
}

function ofNumber(wireType: number, form: NumberForm): ProtoConversion {
  const render = (value: NonNullable<Value>): Buffer | null =>
    typeof value === 'number' ? renderNumber(form, value) : null
  return { wireType, number: form, text: null, render }
}

/** Numbers, dates and times as text: exact, in their own spelling or ISO 8601. */
function ofNumberText(type: FieldType): ProtoConversion {
  return ofNumber(2, { as: 'sealed', tag: null, of: textForm(type) })
}

function textForm(type: FieldType): NumberForm {
  const writer = ownWriter(type)
  if (writer !== null) return { as: 'spelled', writer, prefixed: false }
  if (type.kind === 'double') return { as: 'real' }
  if (type.kind === 'date' || type.kind === 'timestamp') return { as: type.kind, prefixed: false }
  if (type.kind === 'decimal') return { as: 'digits', scale: type.scale, fixed: type.fixed }
  return { as: 'digits', scale: 0 }
}

function ofText(): ProtoConversion {
  const render = (value: NonNullable<Value>): Buffer | null =>
    typeof value === 'string' ? sized(Buffer.from(value)) : null
  return { wireType: 2, number: null, text: 'sized', render }
}

/** Bytes after their length. */
export function sized(bytes: Buffer): Buffer {
  return Buffer.concat([varint(bytes.length), bytes])
}

export function varint(value: number): Buffer {
  const bytes = Buffer.alloc(10)
  return bytes.subarray(0, writeBase128(bytes, 0, value))
}

const ofBoolean: ProtoConversion = {
  wireType: 0,
  number: null,
  text: null,
  render: (value) => (typeof value === 'boolean' ? Buffer.from([value ? 1 : 0]) : null),
}

function ofEnum(numbers: ReadonlyMap<string, number>): ProtoConversion {
  const render = (value: NonNullable<Value>): Buffer | null => {
    const number = numbers.get(String(value))
    return number === undefined ? null : varint(number)
  }
  return { wireType: 0, number: null, text: null, render }
}

/** The value of a wrapper: field 1 of a message. */
function wrapped({ wireType, number, render }: ProtoConversion): ProtoConversion {
  const tag = (1 << 3) | wireType
  const whole = (value: NonNullable<Value>): Buffer | null => {
    const bytes = render(value)
    return bytes && sized(Buffer.concat([Buffer.from([tag]), bytes]))
  }
  return {
    wireType: 2,
    number: number && { as: 'sealed', tag, of: number },
    text: number === null && wireType === 2 ? 'wrapped' : null,
    render: whole,
  }
}
