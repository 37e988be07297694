/** Reads a JSON Schema into the shapes of its properties, in Avro's terms: its keywords become `arg.properties`. */
import { isObject } from '../../config/is-object.js'
import { maxItems } from '../load/shape.js'
import {
  branchesOf,
  isRequired,
  originOf,
  propertiesOf,
  type JsonSchema,
  type SchemaNode,
  type SchemaObject,
} from '../schemas/json-schema.js'
import { jsonTypeOf } from '../schemas/json-schema-accepts.js'
import { fieldAt, plainScalar, type Json, type RecordShape, type Scalar, type SchemaShape } from './avro-shape.js'
import { maxListedTexts } from './arg-properties.js'
import type { SchemaSource } from './schema-source.js'
import { maxDigits } from './scalar-type.js'

/** The JSON Schema keywords for `arg.properties`, for messages. */
export const jsonSchemaWords: Readonly<Record<string, string>> = {
  options: 'enum',
  range: 'minimum and maximum',
  regex: 'pattern',
  length: 'length',
}

/** Formats, and the field names that suggest their values. */
const formatNames: Readonly<Record<string, string>> = {
  email: 'email',
  'idn-email': 'email',
  ipv4: 'ip',
  uri: 'url',
  url: 'url',
  iri: 'url',
}
const patterns: Readonly<Record<string, string>> = {
  time: '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z',
  hostname: '[a-z]{4,10}\\.example\\.com',
  ipv6: 'fd00(:[0-9a-f]{4}){7}',
  duration: 'PT[1-9][0-9]?M',
}
/** Maximum length of the texts that a name suggests. */
const maxNamedLength = 150

/** The shape of a schema's records. Throws SCHEMA_INVALID, naming the property. */
export function shapeOfJsonSchema(schema: JsonSchema, source: SchemaSource): RecordShape {
  const shape = new Reader(schema, source).shape(schema.root, '', 'record', [])
  if (shape.kind === 'record') return shape
  return source.invalid('', 'the schema is not an object with properties', {
    found: shape.kind,
    expected: '"type": "object" and "properties"',
  })
}

class Reader {
  constructor(
    readonly schema: JsonSchema,
    readonly source: SchemaSource,
  ) {}

  /** `at`: the dotted path; `name`: the name of a record without a title. */
  shape(node: SchemaNode, at: string, name: string, open: readonly SchemaNode[]): SchemaShape {
    const path = fieldAt(at)
    const origin = originOf(node, this.schema)
    if (open.includes(origin)) return { kind: 'recursion', path, properties: null, name }
    const enclosing = [...open, origin]
    const branches = branchesOf(node, this.schema).flatMap((branch) => typed(branch))
    const shapes = branches.map((branch) => this.#branch(branch, at, name, enclosing))
    if (shapes.length === 1) return shapes[0]
    if (shapes.length > 0) return { kind: 'union', path, properties: null, branches: shapes }
    return this.source.invalid(path, 'a schema that no value satisfies', { found: node })
  }

  #branch(branch: SchemaObject, at: string, name: string, open: readonly SchemaNode[]): SchemaShape {
    const path = fieldAt(at)
    if (branch.not !== undefined) this.source.invalid(path, '"not" is not supported', { found: { not: branch.not } })
    const properties = optionsOf(branch)
    switch (branch.type) {
      case 'null':
      case 'boolean':
        return { kind: branch.type, path, properties, ...plainScalar }
      case 'integer':
      case 'number':
        return this.#number(branch, path, properties)
      case 'array':
        return this.#array(branch, at, path, properties, open)
      case 'object':
        return this.#object(branch, at, path, properties, name, open)
      default:
        return this.#text(branch, path, properties)
    }
  }

  #object(
    branch: SchemaObject,
    at: string,
    path: string,
    properties: Json | null,
    name: string,
    open: readonly SchemaNode[],
  ): SchemaShape {
    const title = typeof branch.title === 'string' ? branch.title : name
    const fields = [...propertiesOf(branch)]
    if (fields.length > 0) {
      return {
        kind: 'record',
        path,
        properties,
        name: title,
        fields: fields.map(([inner, node]) => {
          const shape = this.shape(node, at === '' ? inner : `${at}.${inner}`, inner, open)
          return { name: inner, shape: isRequired(branch, inner) ? shape : optional(shape) }
        }),
      }
    }
    const { additionalProperties: values } = branch
    if (!isObject(values))
      return {
        kind: 'map',
        path,
        properties: { options: [{}] },
        items: { kind: 'null', path, properties: null, ...plainScalar },
      }
    return { kind: 'map', path, properties, items: this.shape(values, `${at}{}`, name, open) }
  }

  #array(
    branch: SchemaObject,
    at: string,
    path: string,
    properties: Json | null,
    open: readonly SchemaNode[],
  ): SchemaShape {
    const { items, uniqueItems, minItems, maxItems: max } = branch
    if (properties === null && uniqueItems === true)
      this.source.invalid(`${path}: uniqueItems`, 'unique items are not supported', {
        found: true,
        expected: 'false, or an enum of whole lists',
      })
    if (items === undefined || typeof items === 'boolean')
      this.source.invalid(path, 'an array without an item schema', { expected: '"items": a schema' })
    const min = typeof minItems === 'number' ? minItems : undefined
    const length =
      min === undefined && max === undefined
        ? {}
        : {
            length: {
              min: min ?? 0,
              max: Math.min(maxItems, typeof max === 'number' ? max : (min ?? 0) + 4) + 1,
            },
          }
    const shape = this.shape(items as SchemaNode, `${at}[]`, 'item', open)
    return { kind: 'array', path, properties: properties ?? length, items: shape }
  }

  #text(branch: SchemaObject, path: string, properties: Json | null): Scalar {
    const { format, pattern, minLength, maxLength } = branch
    const base = { kind: 'string', path, properties, ...plainScalar } as const
    if (properties !== null) return base
    const min = typeof minLength === 'number' ? minLength : 0
    const length = {
      ...(min > 0 && { min }),
      ...(typeof maxLength === 'number' && { max: maxLength + 1 }),
    }
    const isBounded = Object.keys(length).length > 0
    if (typeof pattern === 'string') return { ...base, properties: { regex: pattern, ...(isBounded && { length }) } }
    if (format === 'date') return { ...base, kind: 'int', logical: 'date' }
    if (format === 'date-time') return { ...base, kind: 'long', logical: 'timestamp-millis' }
    if (format === 'uuid') return { ...base, logical: 'uuid' }
    if (typeof format === 'string' && Object.hasOwn(patterns, format))
      return { ...base, properties: { regex: patterns[format] } }
    if (min > 1 || (typeof maxLength === 'number' && maxLength < maxNamedLength))
      return {
        ...base,
        properties: {
          length: { min, max: typeof maxLength === 'number' ? Math.min(maxLength, min + 15) + 1 : min + 8 },
        },
      }
    return {
      ...base,
      ...(typeof format === 'string' && Object.hasOwn(formatNames, format) && { nameHint: formatNames[format] }),
    }
  }

  #number(branch: SchemaObject, path: string, properties: Json | null): Scalar {
    const step = branch.multipleOf
    const scale = typeof step === 'number' ? Math.round(-Math.log10(step)) : null
    const isWhole = branch.type === 'integer' || (typeof step === 'number' && Number.isInteger(step))
    const isDecimal = !isWhole && scale !== null && scale > 0 && scale <= 9 && Number(`1e-${scale}`) === step
    const base: Scalar = isDecimal
      ? { kind: 'bytes', path, properties, ...plainScalar, logical: 'decimal', precision: maxDigits, scale }
      : { kind: isWhole ? 'long' : 'double', path, properties, ...plainScalar }
    if (properties !== null) return base
    const { low, high } = bounds(branch, isDecimal ? scale : isWhole ? 0 : null)
    if (low !== undefined && high !== undefined && low > high)
      this.source.invalid(path, 'no number lies within the bounds', { found: `from ${low} to ${high}` })
    if (typeof step === 'number' && !isDecimal && step !== 1)
      return { ...base, properties: { options: this.#multiples(step, low, high, path) } }
    if (low === undefined || high === undefined) return { ...base, bounds: { low, high } }
    const [from, to] = [low, high]
    if (from === to) return { ...base, properties: { options: [from] } }
    // The end of a range is exclusive, which makes no difference for reals.
    const unit = isDecimal ? 10 ** -scale : isWhole ? 1 : 0
    return { ...base, properties: { range: { min: from, max: to + unit } } }
  }

  #multiples(step: number, low: number | undefined, high: number | undefined, path: string): number[] {
    const first = Math.ceil((low ?? 0) / step - 1e-9)
    const last = high === undefined ? first + 100 : Math.floor(high / step + 1e-9)
    if (last - first >= maxListedTexts || last < first)
      this.source.invalid(`${path}: multipleOf`, 'this step is not supported', {
        found: step,
        expected: `1, 0.1, 0.01 …, or at most ${maxListedTexts} multiples between minimum and maximum`,
      })
    return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(15)))
  }
}

/** Infers a missing type from the other keywords. */
function typed(branch: SchemaObject): SchemaObject[] {
  if (branch.type !== undefined) return [branch]
  const values =
    branch.const !== undefined ? [branch.const] : Array.isArray(branch.enum) ? (branch.enum as unknown[]) : null
  if (values !== null) return [...new Set(values.map(jsonTypeOf))].map((type) => ({ ...branch, type }))
  if (propertiesOf(branch).size > 0 || branch.additionalProperties !== undefined) return [{ ...branch, type: 'object' }]
  if (branch.items !== undefined) return [{ ...branch, type: 'array' }]
  const isNumber = ['minimum', 'maximum', 'multipleOf'].some((key) => branch[key] !== undefined)
  return [{ ...branch, type: isNumber ? 'number' : 'string' }]
}

/** `enum` and `const` as options, only those of the branch's type; null: any value is valid. */
function optionsOf(branch: SchemaObject): Json | null {
  const given = branch.const !== undefined ? [branch.const] : branch.enum
  if (!Array.isArray(given)) return null
  const fits = (value: unknown): boolean => {
    const type = jsonTypeOf(value)
    return type === branch.type || (type === 'integer' && branch.type === 'number')
  }
  return { options: (given as unknown[]).filter(fits) }
}

function optional(shape: SchemaShape): SchemaShape {
  const none = { kind: 'null', path: shape.path, properties: null, ...plainScalar } as const
  if (shape.kind === 'null') return shape
  if (shape.kind !== 'union') return { kind: 'union', path: shape.path, properties: null, branches: [none, shape] }
  return shape.branches.some(({ kind }) => kind === 'null') ? shape : { ...shape, branches: [none, ...shape.branches] }
}

/** The lowest and the highest number. `scale`: the numbers' decimals; null: reals. In draft 4, exclusive bounds are flags. */
function bounds(branch: SchemaObject, scale: number | null): { low?: number; high?: number } {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = branch
  const grid = (value: number, isLow: boolean, isExclusive: boolean): number => {
    const sign = isLow ? 1 : -1
    if (scale === null) return isExclusive ? value + sign * Math.max(Math.abs(value), 1e-9) * 2 ** -40 : value
    const scaled = Number((value * 10 ** scale).toPrecision(15))
    const whole = isLow ? Math.ceil(scaled) : Math.floor(scaled)
    return (whole === scaled && isExclusive ? whole + sign : whole) / 10 ** scale
  }
  const lows = [
    ...(typeof minimum === 'number' ? [grid(minimum, true, exclusiveMinimum === true)] : []),
    ...(typeof exclusiveMinimum === 'number' ? [grid(exclusiveMinimum, true, true)] : []),
  ]
  const highs = [
    ...(typeof maximum === 'number' ? [grid(maximum, false, exclusiveMaximum === true)] : []),
    ...(typeof exclusiveMaximum === 'number' ? [grid(exclusiveMaximum, false, true)] : []),
  ]
  return {
    ...(lows.length > 0 && { low: Math.max(...lows) }),
    ...(highs.length > 0 && { high: Math.min(...highs) }),
  }
}
