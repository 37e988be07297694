/** An Avro schema as what its fields can hold: the JSON of Avro 1.12, with named types looked up. */
import { isObject } from '../../config/is-object.js'
import type { SchemaSource } from './complaint.js'

/** An object of a schema. */
export type Json = Readonly<Record<string, unknown>>

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
type Primitive = (typeof primitives)[number]

interface Base {
  /** Where it stands, for messages: `field address.city`. */
  readonly path: string
  /** What `arg.properties` says of it; null: nothing. */
  readonly properties: Json | null
}

export interface Scalar extends Base {
  readonly kind: Primitive | 'enum' | 'fixed'
  /** Null: none that is known of this type. */
  readonly logical: string | null
  readonly precision: number
  readonly scale: number
  /** Of an enum. */
  readonly symbols: readonly string[]
  /** Bytes of a fixed. */
  readonly size: number
  /** What its values would be called, where its type tells more than the field's name. */
  readonly called?: string
  /** The bound of a number that has one: values that its name suggests are taken if they keep to it. */
  readonly within?: { readonly low?: number; readonly high?: number }
}

/** What a scalar has of which nothing more is known than its kind. */
export const plainScalar = { logical: null, precision: 0, scale: 0, symbols: [], size: 0 } as const

export interface RecordShape extends Base {
  readonly kind: 'record'
  readonly name: string
  readonly fields: readonly { readonly name: string; readonly shape: SchemaShape }[]
}

export type SchemaShape =
  | Scalar
  | RecordShape
  | (Base & { readonly kind: 'array' | 'map'; readonly items: SchemaShape })
  | (Base & { readonly kind: 'union'; readonly branches: readonly SchemaShape[] })
  /** A record inside itself. */
  | (Base & { readonly kind: 'again'; readonly name: string })

export const argProperties = 'arg.properties'

/** The shape of a schema. Throws SCHEMA_INVALID, naming the field. */
export function shapeOf(schema: unknown, source: SchemaSource): SchemaShape {
  return new Reader(source).shape(schema, '', null, '', [])
}

class Reader {
  /** Definitions by full name, with the namespace that their own names are in. */
  readonly #named = new Map<string, { json: Json; namespace: string }>()

  constructor(readonly source: SchemaSource) {}

  /** `own`: properties that stand at the field, which go before those of its type. `open`: the records that it is in. */
  shape(schema: unknown, at: string, own: Json | null, namespace: string, open: readonly string[]): SchemaShape {
    const path = fieldAt(at)
    if (Array.isArray(schema)) {
      if (schema.length === 0) this.source.invalid(path, 'a union without a type', { expected: 'at least one type' })
      const branches = schema.map((branch) => this.shape(branch, at, null, namespace, open))
      return { kind: 'union', path, properties: own, branches }
    }
    if (typeof schema === 'string') return this.#byName(schema, {}, at, own, namespace, open)
    if (!isObject(schema))
      this.source.invalid(path, 'not a type', { found: schema, expected: 'a name, an object or a list' })
    const properties = own ?? this.#properties(schema, path)
    const { type } = schema
    if (isObject(type) || Array.isArray(type)) return this.shape(type, at, properties, namespace, open)
    if (typeof type !== 'string')
      this.source.invalid(path, 'a type without its name', { found: schema, expected: '"type"' })
    return this.#byName(type, schema, at, properties, namespace, open)
  }

  #byName(
    type: string,
    schema: Json,
    at: string,
    properties: Json | null,
    namespace: string,
    open: readonly string[],
  ): SchemaShape {
    const path = fieldAt(at)
    const base = { path, properties }
    switch (type) {
      case 'array':
      case 'map': {
        const key = type === 'array' ? 'items' : 'values'
        const inner = `${at}${type === 'array' ? '[]' : '{}'}`
        if (schema[key] === undefined)
          this.source.invalid(path, `${type} without ${key}`, { expected: `"${key}": a type` })
        return { kind: type, ...base, items: this.shape(schema[key], inner, null, namespace, open) }
      }
      case 'enum':
      case 'fixed':
      case 'record':
      case 'error': {
        const full = this.#fullName(schema, path, namespace)
        if (open.includes(full)) return { kind: 'again', ...base, name: full }
        const space = full.includes('.') ? full.slice(0, full.lastIndexOf('.')) : ''
        this.#named.set(full, { json: schema, namespace: space })
        return this.#definition(schema, full, at, properties, space, open)
      }
      default: {
        const primitive = primitives.find((name) => name === type)
        if (primitive !== undefined) return { kind: primitive, ...base, ...logicalOf(schema), symbols: [], size: 0 }
        const full = type.includes('.') || namespace === '' ? type : `${namespace}.${type}`
        const known = this.#named.get(full) ?? this.#named.get(type)
        if (known === undefined)
          this.source.invalid(path, 'unknown type', {
            found: type,
            expected: `a type of Avro, or the name of one that stands before it${this.#named.size === 0 ? '' : `: ${[...this.#named.keys()].join(', ')}`}`,
          })
        if (open.includes(full)) return { kind: 'again', ...base, name: full }
        const own = properties ?? this.#properties(known.json, path)
        return this.#definition(known.json, full, at, own, known.namespace, open)
      }
    }
  }

  #definition(
    json: Json,
    full: string,
    at: string,
    properties: Json | null,
    namespace: string,
    open: readonly string[],
  ): SchemaShape {
    const path = fieldAt(at)
    const base = { path, properties }
    if (json.type === 'enum') {
      const { symbols } = json
      if (!Array.isArray(symbols) || symbols.length === 0 || symbols.some((symbol) => typeof symbol !== 'string'))
        this.source.invalid(path, 'an enum without symbols', { found: symbols, expected: 'a list of names' })
      return { kind: 'enum', ...base, ...logicalOf({}), symbols: symbols as string[], size: 0 }
    }
    if (json.type === 'fixed') {
      const { size } = json
      if (!Number.isSafeInteger(size) || (size as number) < 0)
        this.source.invalid(path, 'a fixed without its size', { found: size, expected: 'a number of bytes' })
      return { kind: 'fixed', ...base, ...logicalOf(json), symbols: [], size: size as number }
    }
    const { fields } = json
    if (!Array.isArray(fields))
      this.source.invalid(path, 'a record without fields', { found: fields, expected: 'a list' })
    const names = new Set<string>()
    return {
      kind: 'record',
      ...base,
      name: full,
      fields: (fields as unknown[]).map((field) => {
        if (!isObject(field) || typeof field.name !== 'string')
          this.source.invalid(path, 'a field without a name', {
            found: field,
            expected: 'an object with name and type',
          })
        const inner = at === '' ? field.name : `${at}.${field.name}`
        if (names.has(field.name)) this.source.invalid(`field ${inner}`, 'two fields have this name')
        names.add(field.name)
        const shape = this.shape(field.type, inner, this.#properties(field, `field ${inner}`), namespace, [
          ...open,
          full,
        ])
        return { name: field.name, shape }
      }),
    }
  }

  #fullName(schema: Json, path: string, namespace: string): string {
    const { name, namespace: own } = schema
    if (typeof name !== 'string' || name === '')
      this.source.invalid(path, `${String(schema.type)} without a name`, { found: name, expected: '"name"' })
    const space = typeof own === 'string' ? own : namespace
    return name.includes('.') || space === '' ? name : `${space}.${name}`
  }

  #properties(json: Json, path: string): Json | null {
    const properties = json[argProperties]
    if (properties === undefined) return null
    if (!isObject(properties))
      this.source.invalid(`${path}${path === '' ? '' : ': '}${argProperties}`, 'not properties', {
        found: properties,
        expected: 'an object such as {"options": ["a", "b"]}',
      })
    return properties
  }
}

/** A field's place in messages; '': the schema itself. */
export function fieldAt(at: string): string {
  return at === '' ? '' : `field ${at}`
}

function logicalOf({ logicalType, precision, scale }: Json): Pick<Scalar, 'logical' | 'precision' | 'scale'> {
  return {
    logical: typeof logicalType === 'string' ? logicalType : null,
    precision: typeof precision === 'number' ? precision : 0,
    scale: typeof scale === 'number' ? scale : 0,
  }
}
