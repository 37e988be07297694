/** avsc with logical types over row values: what the compiled encoder's bytes are compared with. */
import avro from 'avsc'

type LogicalTypes = NonNullable<Parameters<typeof avro.Type.forSchema>[1]>['logicalTypes']

function timestamps(unitsPerMs: number): new (schema: avro.Schema, options?: unknown) => avro.types.LogicalType {
  return class extends avro.types.LogicalType {
    protected override _toValue(iso: string): number {
      return Date.parse(iso) * unitsPerMs
    }
    protected override _fromValue(units: number): string {
      return new Date(units / unitsPerMs).toISOString()
    }
  }
}

class DateType extends avro.types.LogicalType {
  protected override _toValue(iso: string): number {
    return Date.parse(`${iso}T00:00:00Z`) / 86_400_000
  }
  protected override _fromValue(days: number): string {
    return new Date(days * 86_400_000).toISOString().slice(0, 10)
  }
}

class TimeType extends avro.types.LogicalType {
  protected override _toValue(iso: string): number {
    return Date.parse(`1970-01-01T${iso}Z`)
  }
  protected override _fromValue(ms: number): string {
    return new Date(ms).toISOString().slice(11, 23)
  }
}

/** Values are unscaled bigints. */
class DecimalType extends avro.types.LogicalType {
  protected override _toValue(unscaled: bigint): Buffer {
    const fixed = this.underlyingType instanceof avro.types.FixedType ? this.underlyingType.size : null
    let length = fixed ?? 1
    if (fixed === null) while (BigInt.asIntN(length * 8, unscaled) !== unscaled) length++
    const hex = BigInt.asUintN(length * 8, unscaled)
      .toString(16)
      .padStart(length * 2, '0')
    return Buffer.from(hex, 'hex')
  }
  protected override _fromValue(bytes: Buffer): bigint {
    return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`))
  }
}

class UuidType extends avro.types.LogicalType {
  protected override _toValue(text: string): string | Buffer {
    return this.underlyingType instanceof avro.types.FixedType ? Buffer.from(text.replaceAll('-', ''), 'hex') : text
  }
  protected override _fromValue(value: string | Buffer): string {
    if (typeof value === 'string') return value
    return value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
  }
}

const logicalTypes: LogicalTypes = {
  date: DateType,
  'time-millis': TimeType,
  'timestamp-millis': timestamps(1),
  'timestamp-micros': timestamps(1000),
  'local-timestamp-millis': timestamps(1),
  'local-timestamp-micros': timestamps(1000),
  decimal: DecimalType,
  uuid: UuidType,
}

/** The type of a schema over row values: dates and timestamps as ISO text, decimals as unscaled bigints, unions wrapped. */
export function oracle(schema: unknown): avro.Type {
  return avro.Type.forSchema(schema as avro.Schema, { logicalTypes, wrapUnions: true })
}
