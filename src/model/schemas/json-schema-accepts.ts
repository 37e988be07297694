import { exactJsonText } from '../../config/exact-json.js'
import { isObject } from '../../config/is-object.js'
import { resolved, type JsonSchema, type SchemaNode, type SchemaObject } from './json-schema.js'

/** Whether a JSON value satisfies a node. Formats are not checked. */
export function accepts(node: SchemaNode, value: unknown, schema: JsonSchema): boolean {
  const own = resolved(node, schema)
  if (typeof own === 'boolean') return own
  return (
    acceptsType(own, value) &&
    acceptsAny(own, value, schema) &&
    (typeof value !== 'number' || acceptsNumber(own, value)) &&
    (typeof value !== 'string' || acceptsText(own, value)) &&
    (!Array.isArray(value) || acceptsArray(own, value, schema)) &&
    (!isObject(value) || acceptsObject(own, value, schema))
  )
}

/** The JSON type of a value; integers are `integer`, although they are also numbers. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function acceptsType({ type }: SchemaObject, value: unknown): boolean {
  if (type === undefined) return true
  const own = jsonTypeOf(value)
  const types: unknown[] = Array.isArray(type) ? type : [type]
  return types.includes(own) || (own === 'integer' && types.includes('number'))
}

function acceptsAny(node: SchemaObject, value: unknown, schema: JsonSchema): boolean {
  const count = (list: unknown): number =>
    (list as SchemaNode[]).filter((branch) => accepts(branch, value, schema)).length
  if (Array.isArray(node.enum) && !textsOf(node.enum).has(exactJsonText(value))) return false
  if (node.const !== undefined && exactJsonText(node.const) !== exactJsonText(value)) return false
  if (node.not !== undefined && accepts(node.not as SchemaNode, value, schema)) return false
  if (node.anyOf !== undefined && count(node.anyOf) === 0) return false
  return node.oneOf === undefined || count(node.oneOf) === 1
}

/** Caches the texts of enums, which are checked for every value of a column. */
const knownTexts = new WeakMap<readonly unknown[], ReadonlySet<string>>()

/** The values of an enum as JSON. */
function textsOf(values: readonly unknown[]): ReadonlySet<string> {
  const known = knownTexts.get(values)
  if (known !== undefined) return known
  const texts = new Set(values.map((value) => exactJsonText(value ?? null)))
  knownTexts.set(values, texts)
  return texts
}

/** Whether a number is within a node's bounds, which are inclusive unless `exclusive…`. In draft 4, exclusive bounds are flags. */
export function acceptsNumber(node: SchemaObject, value: number): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = node
  if (typeof minimum === 'number' && (exclusiveMinimum === true ? value <= minimum : value < minimum)) return false
  if (typeof maximum === 'number' && (exclusiveMaximum === true ? value >= maximum : value > maximum)) return false
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return false
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return false
  return typeof multipleOf !== 'number' || isMultiple(value, multipleOf)
}

/** Allows for steps such as 0.01, which have no exact binary representation. */
function isMultiple(value: number, step: number): boolean {
  const times = value / step
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times))
}

function acceptsText({ minLength, maxLength, pattern }: SchemaObject, value: string): boolean {
  const length = Array.from(value).length
  if (typeof minLength === 'number' && length < minLength) return false
  if (typeof maxLength === 'number' && length > maxLength) return false
  return typeof pattern !== 'string' || new RegExp(pattern, 'u').test(value)
}

function acceptsArray(node: SchemaObject, value: readonly unknown[], schema: JsonSchema): boolean {
  const { items, minItems, maxItems, uniqueItems } = node
  if (typeof minItems === 'number' && value.length < minItems) return false
  if (typeof maxItems === 'number' && value.length > maxItems) return false
  if (uniqueItems === true && new Set(value.map((item) => exactJsonText(item ?? null))).size < value.length)
    return false
  return items === undefined || value.every((item) => accepts(items as SchemaNode, item, schema))
}

function acceptsObject(node: SchemaObject, value: SchemaObject, schema: JsonSchema): boolean {
  const properties = isObject(node.properties) ? node.properties : {}
  const names = Object.keys(value)
  if (Array.isArray(node.required) && node.required.some((name) => !Object.hasOwn(value, name as string))) return false
  return names.every((name) => {
    if (Object.hasOwn(properties, name)) return accepts(properties[name] as SchemaNode, value[name], schema)
    const { additionalProperties: others } = node
    return others === undefined || accepts(others as SchemaNode, value[name], schema)
  })
}
