/** The column types for Avro's scalars. */
import type { FieldType } from '../../record.js'
import type { Symbol } from '../artifact.js'
import { heldDecimal } from '../held.js'
import { unitsPerMs } from '../time/units.js'
import type { Scalar } from './avro-shape.js'
import type { SchemaSource } from './schema-source.js'

/** Maximum digits generated for a decimal: more cannot be represented exactly. */
export const maxDigits = 15

/** The type of the column for a scalar. An unknown logical type is ignored. */
export function typeOf(shape: Scalar): FieldType {
  const { kind, logical, scale } = shape
  switch (kind) {
    case 'boolean':
      return { kind: 'boolean' }
    case 'int':
      return { kind: logical === 'date' ? 'date' : 'integer' }
    case 'long':
      return { kind: logical !== null && logical in unitsPerMs ? 'timestamp' : 'integer' }
    case 'float':
    case 'double':
      return { kind: 'double' }
    case 'string':
      return { kind: logical === 'uuid' ? 'uuid' : 'string' }
    case 'bytes':
    case 'fixed':
      if (isDecimal(shape)) return { kind: 'decimal', scale }
      return { kind: logical === 'uuid' ? 'uuid' : 'string' }
    case 'enum':
    case 'null':
      return { kind: 'string' }
  }
}

export function isDecimal({ kind, logical, precision, scale }: Scalar): boolean {
  return (
    (kind === 'bytes' || kind === 'fixed') &&
    logical === 'decimal' &&
    precision >= 1 &&
    scale >= 0 &&
    scale <= precision
  )
}

/** Schema units per column unit: 1000 for microseconds in a column of milliseconds. */
export function unitsPerColumnUnit({ kind, logical }: Scalar): number {
  return kind === 'long' ? (unitsPerMs[logical ?? ''] ?? 1) : 1
}

/** A schema's option in the held form of its column. Throws SCHEMA_INVALID if it is not a value of the type. */
export function heldOption(
  option: unknown,
  shape: Scalar,
  at: string,
  source: SchemaSource,
): Exclude<Symbol, readonly number[]> {
  const wrong = (expected: string): never =>
    source.invalid(at, `not a value of ${shape.logical ?? shape.kind}`, { found: option, expected })
  switch (shape.kind) {
    case 'null':
      return option === null ? null : wrong('null')
    case 'boolean':
      return typeof option === 'boolean' ? option : wrong('true or false')
    case 'int':
    case 'long': {
      const limit = shape.kind === 'int' ? 2 ** 31 : 2 ** 53
      if (typeof option !== 'number' || !Number.isInteger(option) || option < -limit || option >= limit)
        return wrong(`an integer from -2^${shape.kind === 'int' ? 31 : 53} to 2^${shape.kind === 'int' ? 31 : 53} - 1`)
      return Math.floor(option / unitsPerColumnUnit(shape))
    }
    case 'float':
    case 'double':
      return typeof option === 'number' && Number.isFinite(option) ? option : wrong('a number')
    case 'enum':
      return shape.symbols.includes(option as string) ? (option as string) : wrong(`one of ${shape.symbols.join(', ')}`)
    case 'string':
    case 'bytes':
    case 'fixed': {
      if (!isDecimal(shape)) {
        if (typeof option !== 'string') return wrong('text')
        const isFit = shape.kind !== 'fixed' || shape.logical === 'uuid' || Buffer.byteLength(option) === shape.size
        return isFit ? option : wrong(`text of ${shape.size} bytes`)
      }
      const held = typeof option === 'number' ? heldDecimal(option, shape.scale) : NaN
      return Number.isSafeInteger(held) ? held : wrong(`a number with at most ${shape.scale} decimals`)
    }
  }
}
