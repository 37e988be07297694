/** Reads an Avro 1.12 schema (JSON) into the shapes of its fields, with named types resolved. */
import { isObject } from '../../config/is-object.js'
import type { SchemaSource } from './schema-source.js'

/** An object of a schema. */
export type Json = Readonly<Record<string, unknown>>

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
type Primitive = (typeof primitives)[number]

interface Base {
  /** Its location for messages: `field address.city`. */
  readonly path: string
  /** Its `arg.properties`; null: none. */
  readonly properties: Json | null
}

export interface Scalar extends Base {
  readonly kind: Primitive | 'enum' | 'fixed'
  /** The logical type; null: none, or not a known one for this type. */
  readonly logical: string | null
  readonly precision: number
  readonly scale: number
  /** For an enum. */
  readonly symbols: readonly string[]
  /** For a fixed, in bytes. */
  readonly size: number
  /** A name for its values, if the type says more about them than the field's name does. */
  readonly nameHint?: string
  /** Bounds of a number, inclusive. The values its name suggests are used only if they are within. */
  readonly bounds?: { readonly low?: number; readonly high?: number }
}

/** The properties of a scalar without a logical type. */
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
  /** A record nested in itself. */
  | (Base & { readonly kind: 'recursion'; readonly name: string })

export const argProperties = 'arg.properties'

/** The shape of a schema. Throws SCHEMA_INVALID, naming the field. */
export function shapeOf(schema: unknown, source: SchemaSource): SchemaShape {
  return new Reader(source).shape(schema, '', null, '', [])
}

class Reader {
  /** Definitions by full name, with the namespace that names inside them default to. */
  readonly #named = new Map<string, { json: Json; namespace: string }>()

  constructor(readonly source: SchemaSource) {}

  /** `own`: the field's properties, which take precedence over those of its type. `open`: the enclosing records. */
  shape(schema: unknown, at: string, own: Json | null, namespace: string, open: readonly string[]): SchemaShape {
    const path = fieldAt(at)
    if (Array.isArray(schema)) {
      if (schema.length === 0) this.source.invalid(path, 'a union without a type', { expected: 'at least one type' })
      const branches = schema.map((branch) => this.shape(branch, at, null, namespace, open))
      this.#checkUnion(branches, path)
      return { kind: 'union', path, properties: own, branches }
    }
    if (typeof schema === 'string') return this.#byName(schema, {}, at, own, namespace, open)
    if (!isObject(schema))
      this.source.invalid(path, 'not a type', { found: schema, expected: 'a name, an object or a list' })
    const properties = own ?? this.#properties(schema, path)
    const { type } = schema
    if (isObject(type) || Array.isArray(type)) return this.shape(type, at, properties, namespace, open)
    if (typeof type !== 'string') this.source.invalid(path, 'no type', { found: schema, expected: '"type"' })
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
        if (open.includes(full)) return { kind: 'recursion', ...base, name: full }
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
            expected: `an Avro type, or the name of a type defined earlier${this.#named.size === 0 ? '' : `: ${[...this.#named.keys()].join(', ')}`}`,
          })
        if (open.includes(full)) return { kind: 'recursion', ...base, name: full }
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
      const twice = symbols.find((symbol, index) => symbols.indexOf(symbol) < index) as unknown
      if (twice !== undefined)
        this.source.invalid(path, 'an enum with a symbol twice', { found: twice, expected: 'different symbols' })
      return { kind: 'enum', ...base, ...logicalOf({}), symbols: symbols as string[], size: 0 }
    }
    if (json.type === 'fixed') {
      const { size } = json
      if (!Number.isSafeInteger(size) || (size as number) < 0)
        this.source.invalid(path, 'a fixed without a size', { found: size, expected: 'a number of bytes' })
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
        if (names.has(field.name)) this.source.invalid(`field ${inner}`, 'two fields share this name')
        names.add(field.name)
        const shape = this.shape(field.type, inner, this.#properties(field, `field ${inner}`), namespace, [
          ...open,
          full,
        ])
        return { name: field.name, shape }
      }),
    }
  }

  /** Avro's rules: no union in a union, and no type twice but for named ones. */
  #checkUnion(branches: readonly SchemaShape[], path: string): void {
    const kinds = branches.map((branch) => ('name' in branch ? branch.name : branch.kind))
    if (branches.some(({ kind }) => kind === 'union'))
      this.source.invalid(path, 'a union in a union', { found: kinds.join(', '), expected: 'one union of all types' })
    // Named types of one kind differ by their names, which scalars do not keep.
    const twice = kinds.find((kind, index) => !['enum', 'fixed'].includes(kind) && kinds.indexOf(kind) < index)
    if (twice !== undefined)
      this.source.invalid(path, 'a union with a type twice', {
        found: kinds.join(', '),
        expected: 'types that readers can tell apart',
      })
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

/** A field's location in messages; '': the schema itself. */
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
