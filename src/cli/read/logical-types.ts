/** Avro's logical types in readable form; avsc leaves them to its users. */
import avro from 'avsc'
import { isObject } from '../../config/is-object.js'

class DateType extends avro.types.LogicalType {
  override _fromValue(days: number): string {
    return new Date(days * 86_400_000).toISOString().slice(0, 10)
  }
}

class TimeType extends avro.types.LogicalType {
  override _fromValue(milliseconds: number): string {
    return new Date(milliseconds).toISOString().slice(11, -1)
  }
}

class TimestampType extends avro.types.LogicalType {
  override _fromValue(milliseconds: number): string | number {
    const date = new Date(milliseconds)
    return Number.isNaN(date.getTime()) ? milliseconds : date.toISOString()
  }
}

class LocalTimestampType extends avro.types.LogicalType {
  override _fromValue(milliseconds: number): string | number {
    const date = new Date(milliseconds)
    return Number.isNaN(date.getTime()) ? milliseconds : date.toISOString().slice(0, -1)
  }
}

/** As digits, without rounding. */
class DecimalType extends avro.types.LogicalType {
  readonly #scale: number

  constructor(schema: avro.Schema, options?: object) {
    super(schema, options)
    this.#scale = (schema as { scale?: number }).scale ?? 0
  }

  override _fromValue(unscaled: Buffer): string {
    const value =
      unscaled.length === 0 ? 0n : BigInt.asIntN(unscaled.length * 8, BigInt(`0x${unscaled.toString('hex')}`))
    const digits = (value < 0n ? -value : value).toString().padStart(this.#scale + 1, '0')
    const whole = digits.slice(0, digits.length - this.#scale)
    const sign = value < 0n ? '-' : ''
    return this.#scale === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-this.#scale)}`
  }
}

/** All 64 bits: avsc's own long rejects values that a number cannot hold. */
const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (one: bigint, other: bigint) => (one < other ? -1 : one > other ? 1 : 0),
})

const logicalTypes: Readonly<Record<string, new (schema: avro.Schema, options?: object) => avro.types.LogicalType>> = {
  date: DateType,
  'time-millis': TimeType,
  'timestamp-millis': TimestampType,
  'local-timestamp-millis': LocalTimestampType,
  decimal: DecimalType,
}

/** Not by a registry of types, which avsc adds every schema's names to. */
function typeHook(schema: unknown): avro.Type | undefined {
  if (schema === 'long') return long
  if (!isObject(schema) || schema.type !== 'long') return undefined
  return typeof schema.logicalType === 'string' && schema.logicalType in logicalTypes ? undefined : long
}

/** For avsc's `forSchema`. Longs are bigints, decimals texts with all their digits, dates and times ISO 8601. */
export const readableTypes = { typeHook, logicalTypes }
