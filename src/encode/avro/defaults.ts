/**
 * Defaults that a JSON number parser gets wrong: longs beyond ±(2^53 − 1), which are bigints here (see parseExactJson), and bytes, whose
 * characters are code points up to 255 (Avro 1.12, "Complex Types", default).
 */
import avro from 'avsc'
import { isObject } from '../../config/is-object.js'
import { GenesisError } from '../../errors.js'

const maxLong = 2n ** 63n - 1n

/** The schema in a form avsc can read: with 0 in place of each bigint. */
export function withoutLongDefaults(json: unknown): unknown {
  if (typeof json === 'bigint') return 0
  if (Array.isArray(json)) return json.map(withoutLongDefaults)
  if (!isObject(json)) return json
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, withoutLongDefaults(value)]))
}

/**
 * The bytes of each field default that avsc cannot represent, by field. `type` is avsc's parse of the schema `json`. Throws SCHEMA_INVALID
 * if a default does not fit its field.
 */
export function exactDefaults(json: unknown, type: avro.Type, place: string): Map<avro.types.Field, Buffer> {
  const found = new Map<avro.types.Field, Buffer>()
  const seen = new Set<unknown>()
  const visit = (node: unknown, at: avro.Type, path: string): void => {
    if (seen.has(node) || typeof node !== 'object' || node === null) return
    seen.add(node)
    const bare = 'underlyingType' in at ? (at.underlyingType as avro.Type) : at
    if (Array.isArray(node) && bare instanceof avro.types.WrappedUnionType)
      node.forEach((branch, i) => visit(branch, bare.types[i], path))
    if (!isObject(node)) return
    if (bare instanceof avro.types.ArrayType) visit(node.items, bare.itemsType, path)
    if (bare instanceof avro.types.MapType) visit(node.values, bare.valuesType as avro.Type, path)
    if (!(bare instanceof avro.types.RecordType) || !Array.isArray(node.fields)) {
      // A type may be nested as { type: { type: … } }.
      if (isObject(node.type)) visit(node.type, at, path)
      return
    }
    bare.fields.forEach((field, i) => {
      const written: unknown = (node.fields as unknown[])[i]
      if (!isObject(written)) return
      const inner = path === '' ? field.name : `${path}.${field.name}`
      const bytes = bytesOf(written.default, field, `${place}: field ${inner}`)
      if (bytes !== null) found.set(field, bytes)
      visit(written.type, field.type, inner)
    })
  }
  visit(json, type, '')
  return found
}

function bytesOf(value: unknown, { type }: avro.types.Field, place: string): Buffer | null {
  const isUnion = type instanceof avro.types.WrappedUnionType
  // A default belongs to a union's first branch.
  const first = isUnion ? type.types[0] : type
  const bare = 'underlyingType' in first ? (first.underlyingType as avro.Type) : first
  const { typeName } = bare
  if (typeof value === 'string' && (typeName === 'bytes' || typeName === 'fixed')) {
    const wide = Array.from(value).find((character) => character.codePointAt(0)! > 255)
    if (wide === undefined) return null
    throw new GenesisError('SCHEMA_INVALID', `a ${typeName} default with a character that is not a byte`, {
      place,
      found: JSON.stringify(wide),
      expected: 'characters up to \\u00ff, one per byte',
    })
  }
  if (typeof value !== 'bigint') {
    if (!holdsBigint(value)) return null
    throw new GenesisError('SCHEMA_INVALID', 'a long beyond ±(2^53 − 1) inside a default', {
      place,
      expected: 'such a long only as the whole default of a field',
    })
  }
  const branch = Buffer.alloc(isUnion ? 1 : 0)
  if (typeName === 'double' || typeName === 'float') return Buffer.concat([branch, bare.toBuffer(Number(value))])
  if (typeName !== 'long' || value > maxLong || value < -maxLong - 1n)
    throw new GenesisError('SCHEMA_INVALID', `not a valid ${typeName} default`, {
      place,
      found: String(value),
      expected: typeName === 'long' ? 'a 64-bit integer' : undefined,
    })
  return Buffer.concat([branch, zigzag(value)])
}

function holdsBigint(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsBigint)
}

/** A long in Avro's encoding. */
function zigzag(value: bigint): Buffer {
  let rest = value < 0n ? -2n * value - 1n : 2n * value
  const bytes: number[] = []
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)])
}
