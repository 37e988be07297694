/** Makes the logical types of the demo's schemas readable; avsc leaves that to its users. */
import avro from 'avsc'

class DateType extends avro.types.LogicalType {
  override _fromValue(days: number): string {
    return new Date(days * 86_400_000).toISOString().slice(0, 10)
  }
}

class TimestampType extends avro.types.LogicalType {
  override _fromValue(milliseconds: number): string {
    return new Date(milliseconds).toISOString()
  }
}

class DecimalType extends avro.types.LogicalType {
  readonly #scale: number

  constructor(schema: avro.Schema, options?: object) {
    super(schema, options)
    this.#scale = (schema as { scale?: number }).scale ?? 0
  }

  override _fromValue(unscaled: Buffer): number {
    return unscaled.readIntBE(0, unscaled.length) / 10 ** this.#scale
  }
}

export const logicalTypes = { date: DateType, 'timestamp-millis': TimestampType, decimal: DecimalType }
