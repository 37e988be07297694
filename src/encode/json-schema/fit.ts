/** Whether a column's values satisfy a JSON Schema: what docs/schemas.md says, as code. */
import { exactJsonText } from '../../config/exact-json.js'
import type { Field, FieldType, Value } from '../../record.js'
import { describeField, describeValue } from '../describe-field.js'
import { listed } from '../listed.js'
import { knownBounds } from '../known-bounds.js'
import { jsonTextOf } from '../text-steps.js'
import { accepts, acceptsNumber } from '../../model/schemas/json-schema-accepts.js'
import { jsonFormatOf } from './derive.js'
import { branchesOf, type JsonSchema, type SchemaNode, type SchemaObject } from '../../model/schemas/json-schema.js'

export interface Misfit {
  readonly what: string
  readonly found: string
  readonly expected: string
}

/** Formats that a validator may hold texts to, of those that columns have or might be taken for. */
const judgedFormats = new Set(['date', 'date-time', 'time', 'uuid'])

export function allowsNull(node: SchemaNode, schema: JsonSchema): boolean {
  return accepts(node, null, schema)
}

/** Why a column's present values, which are no lists, do not satisfy a node; null: they do. */
export function misfitOf(field: Field, node: SchemaNode, schema: JsonSchema): Misfit | null {
  const known = (field.dictionary ?? []).filter((value) => value !== undefined && value !== null)
  const unfit = known.filter((value) => !accepts(node, jsonValue(field.type, value), schema))
  if (unfit.length > 0) {
    const values = unfit.map((value) => describeValue(field.type, value))
    return misfit('a value does not fit', field, node, listed(values))
  }
  // Every value is known, and fits.
  if (field.vector === 'dictionary' || field.type.kind === 'json') return null
  const branches = branchesOf(node, schema)
  const fitting = branches.filter((branch) => hasType(branch, field.type))
  if (fitting.length === 0) return misfit('the column does not convert', field, node)
  const open = fitting.filter(({ enum: values, const: value }) => values === undefined && value === undefined)
  if (open.length === 0)
    return misfit('the column does not convert', field, node, 'values that are none of a known set')
  const bounds = (field.vector === 'number' ? knownBounds(field) : null) ?? []
  const isNumber = ['integer', 'decimal', 'double'].includes(field.type.kind)
  const outside = bounds.filter(
    (value) =>
      isNumber &&
      Number.isFinite(value) &&
      !open.some((branch) => acceptsNumber({ ...branch, multipleOf: undefined }, jsonNumber(field.type, value))),
  )
  if (outside.length === 0) return null
  return misfit('a value does not fit', field, node, listed(outside.map((value) => describeValue(field.type, value))))
}

function misfit(what: string, field: Field, node: SchemaNode, found?: string): Misfit {
  return {
    what,
    found: `${describeField(field)}${found === undefined ? '' : ` with ${found}`}`,
    expected: exactJsonText(node),
  }
}

function jsonValue(type: FieldType, value: NonNullable<Value>): unknown {
  return JSON.parse(jsonTextOf(type, value))
}

function jsonNumber(type: FieldType, held: number): number {
  return type.kind === 'decimal' ? held / 10 ** type.scale : held
}

function hasType({ type, format }: SchemaObject, own: FieldType): boolean {
  switch (own.kind) {
    case 'boolean':
      return type === undefined || type === 'boolean'
    case 'integer':
      return type === undefined || type === 'integer' || type === 'number'
    case 'decimal':
    case 'double':
      return type === undefined || type === 'number' || (type === 'integer' && own.kind === 'decimal' && own.scale <= 0)
    case 'string':
      return type === undefined || type === 'string'
    case 'uuid':
    case 'date':
    case 'timestamp':
    case 'time':
      if (type !== undefined && type !== 'string') return false
      return typeof format !== 'string' || !judgedFormats.has(format) || format === jsonFormatOf(own)
    case 'list':
    case 'json':
      return false
  }
}
