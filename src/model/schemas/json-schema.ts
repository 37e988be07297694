/** Reads a JSON Schema for the encoder: follows `$ref` and separates alternatives. */
import { exactJsonText } from '../../config/exact-json.js'
import { isObject } from '../../config/is-object.js'
import { GenesisError } from '../../errors.js'
import type { NamedSchema } from './named-schema.js'

/** A schema object, or the schema that accepts everything (true) or nothing (false). */
export type SchemaNode = Readonly<Record<string, unknown>> | boolean
export type SchemaObject = Readonly<Record<string, unknown>>

export interface JsonSchema {
  /** As written, which is what is registered. */
  readonly json: unknown
  /** The file's path, the registry's subject, or "the inline schema". */
  readonly place: string
  readonly root: SchemaNode
  /** Other schemas that it refers to, by name; their references to themselves include that name. */
  readonly others: ReadonlyMap<string, SchemaNode>
}

/** Keywords that constrain values in ways not supported here. Other unknown keywords do not constrain values and are ignored. */
const unsupported = new Set([
  ...['if', 'then', 'else', 'dependencies', 'dependentRequired', 'dependentSchemas', 'patternProperties'],
  ...['propertyNames', 'unevaluatedProperties', 'unevaluatedItems', 'prefixItems', 'contains', '$dynamicRef'],
  ...['$recursiveRef', 'minProperties', 'maxProperties'],
])
const inner = ['items', 'additionalProperties', 'not'] as const
const innerLists = ['oneOf', 'anyOf', 'allOf'] as const
const innerMaps = ['properties', '$defs', 'definitions'] as const
const typeNames: readonly unknown[] = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']

/** `references`: schemas that it may refer to. Throws SCHEMA_INVALID, with the path in the schema. */
export function parseJsonSchema(json: unknown, place: string, references: readonly NamedSchema[] = []): JsonSchema {
  if (!isNode(json)) throw invalid(place, '', 'not a JSON Schema', json, 'an object')
  const others = new Map(
    references.map(({ name, schema }) => {
      if (!isNode(schema)) throw invalid(`${place}: reference ${name}`, '', 'not a JSON Schema', schema, 'an object')
      return [name, named(schema, name) as SchemaNode]
    }),
  )
  const schema = { json, place, root: json, others }
  const seen = new Set<unknown>()
  check(json, '', schema, seen)
  for (const [name, other] of others) check(other, '', { ...schema, place: `${place}: reference ${name}` }, seen)
  return schema
}

/** The schema, with its references to itself including its name. */
function named(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((item) => named(item, name))
  if (!isObject(value)) return value
  const isOwn = (key: string, item: unknown): item is string =>
    key === '$ref' && typeof item === 'string' && item.startsWith('#')
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    isOwn(key, item) ? `${name}${item}` : named(item, name),
  ])
  return Object.fromEntries(entries)
}

/** Whether an object is a JSON Schema of records, not an Avro schema, which has no type "object" and none of these keys. */
export function isJsonSchema(document: SchemaObject): boolean {
  return (
    document.type === 'object' ||
    ['$schema', '$ref', '$defs', 'definitions', 'properties', 'allOf', 'oneOf', 'anyOf'].some((key) =>
      Object.hasOwn(document, key),
    )
  )
}

function isNode(value: unknown): value is SchemaNode {
  return isObject(value) || typeof value === 'boolean'
}

/** `at`: a JSON pointer. */
function check(node: SchemaNode, at: string, schema: JsonSchema, seen: Set<unknown>): void {
  if (typeof node === 'boolean' || seen.has(node)) return
  seen.add(node)
  const { place } = schema
  for (const name of Object.keys(node)) {
    if (!unsupported.has(name)) continue
    throw invalid(place, `${at}/${name}`, 'this keyword is not supported', name, undefined, {
      remedy: 'Remove it from the schema, or derive the schema from the model',
    })
  }
  const types = Array.isArray(node.type) ? (node.type as unknown[]) : node.type === undefined ? [] : [node.type]
  const wrong = types.find((type) => !typeNames.includes(type))
  if (wrong !== undefined) throw invalid(place, `${at}/type`, 'not a JSON type', wrong, typeNames.join(', '))
  if (node.$ref !== undefined) target(node, at, schema)
  if (typeof node.pattern === 'string') regexOf(node.pattern, `${at}/pattern`, place)
  const visit = (value: unknown, path: string): void => {
    if (!isNode(value)) throw invalid(place, path, 'not a schema', value, 'an object, true or false')
    check(value, path, schema, seen)
  }
  for (const name of inner) if (node[name] !== undefined) visit(node[name], `${at}/${name}`)
  for (const name of innerLists) {
    const list = node[name]
    if (list === undefined) continue
    if (!Array.isArray(list) || list.length === 0)
      throw invalid(place, `${at}/${name}`, 'not a list of schemas', list, 'at least one schema')
    list.forEach((value: unknown, index) => visit(value, `${at}/${name}/${index}`))
  }
  for (const name of innerMaps) {
    const map = node[name]
    if (map === undefined) continue
    if (!isObject(map)) throw invalid(place, `${at}/${name}`, 'not a map of schemas', map, 'an object')
    for (const [key, value] of Object.entries(map)) visit(value, `${at}/${name}/${key}`)
  }
}

function regexOf(pattern: string, at: string, place: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch (cause) {
    throw invalid(place, at, 'not a regular expression', pattern, undefined, { cause })
  }
}

/** What a node's `$ref` names. */
function target(node: SchemaObject, at: string, { root, place, others }: JsonSchema): SchemaNode {
  const { $ref: ref } = node
  const [, name, pointer = ''] = (typeof ref === 'string' ? /^([^#]*)(?:#(|\/.*))?$/.exec(ref) : null) ?? []
  const document = name === '' ? root : others.get(name)
  if (document === undefined)
    throw invalid(place, `${at}/$ref`, 'a reference outside the schema', ref, 'one such as #/$defs/address', {
      remedy: 'Name its file in value.schema_references, or copy the referenced schema to $defs',
    })
  let found: unknown = document
  for (const part of pointer.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    found = Array.isArray(found) ? found[Number(name)] : isObject(found) ? found[name] : undefined
  }
  if (!isNode(found)) throw invalid(place, `${at}/$ref`, 'a reference to nothing', ref, 'a schema')
  return found
}

/** The node that a `$ref` leads to, or the node itself: the same object for every reference to it. */
export function originOf(node: SchemaNode, schema: JsonSchema): SchemaNode {
  let own = node
  for (let hops = 0; typeof own === 'object' && own.$ref !== undefined && hops < 64; hops++)
    own = target(own, '', schema)
  return own
}

/** A node with `$ref` and `allOf` resolved into it. Circular references become the schema that accepts nothing. */
export function resolved(node: SchemaNode, schema: JsonSchema, open: readonly SchemaNode[] = []): SchemaNode {
  if (typeof node === 'boolean') return node
  if (open.includes(node)) return false
  const within = [...open, node]
  const { $ref: ref, allOf, ...own } = node
  const parts = [
    ...(ref === undefined ? [] : [target(node, '', schema)]),
    ...(Array.isArray(allOf) ? (allOf as SchemaNode[]) : []),
  ]
  return parts.reduce<SchemaNode>((all, part) => merged(resolved(part, schema, within), all), own)
}

/** Both schemas combined: the properties and required names of either; for all other keywords, the second takes precedence. */
function merged(one: SchemaNode, other: SchemaNode): SchemaNode {
  if (typeof one === 'boolean') return one ? other : false
  if (typeof other === 'boolean') return other ? one : false
  const required = [...listOf(one.required), ...listOf(other.required)]
  const properties = { ...mapOf(one.properties), ...mapOf(other.properties) }
  return {
    ...one,
    ...other,
    ...(required.length > 0 && { required }),
    ...(Object.keys(properties).length > 0 && { properties }),
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function mapOf(value: unknown): SchemaObject {
  return isObject(value) ? value : {}
}

/** A node's alternatives: the branches of oneOf and anyOf, split so that each has one type. */
export function branchesOf(node: SchemaNode, schema: JsonSchema): readonly SchemaObject[] {
  const whole = resolved(node, schema)
  if (whole === true) return [{}]
  if (whole === false) return []
  const { oneOf, anyOf, ...own } = whole
  const alternatives = (oneOf ?? anyOf) as readonly SchemaNode[] | undefined
  if (alternatives !== undefined) {
    return alternatives.flatMap((branch) => branchesOf(branch, schema).map((each) => merged(own, each) as SchemaObject))
  }
  return Array.isArray(own.type) ? own.type.map((type: unknown) => ({ ...own, type })) : [own]
}

/** The properties of an object, by name. */
export function propertiesOf(branch: SchemaObject): ReadonlyMap<string, SchemaNode> {
  return new Map(Object.entries(mapOf(branch.properties) as Readonly<Record<string, SchemaNode>>))
}

export function isRequired(branch: SchemaObject, name: string): boolean {
  return listOf(branch.required).includes(name)
}

function invalid(
  place: string,
  pointer: string,
  what: string,
  found: unknown,
  expected: string | undefined,
  more: { remedy?: string; cause?: unknown } = {},
): GenesisError {
  return new GenesisError('SCHEMA_INVALID', what, {
    place: pointer === '' ? place : `${place}: ${pointer}`,
    ...(found !== undefined && { found: exactJsonText(found) }),
    ...(expected !== undefined && { expected }),
    ...more,
  })
}
