/** Brings a JSON Schema and a layout together: the steps that write a record, or every mismatch at once. */
import { exactJsonText } from '../../config/exact-json.js'
import type { Field, FieldType } from '../../record.js'
import { describeField } from '../describe-field.js'
import { itemSteps, jsonStep, objectSteps, type JsonMember, type JsonStepOptions } from '../json-object.js'
import { listed } from '../listed.js'
import { isAmbiguous, matchColumns, type Leaf, type Matching } from '../match-columns.js'
import { Mismatches } from '../mismatches.js'
import { constant, type EncodeStep } from '../step.js'
import type { ValuePlan } from '../value-schema.js'
import { accepts } from '../../model/schemas/json-schema-accepts.js'
import { allowsNull, misfitOf } from './fit.js'
import {
  branchesOf,
  isRequired,
  originOf,
  propertiesOf,
  resolved,
  type JsonSchema,
  type SchemaNode,
  type SchemaObject,
} from '../../model/schemas/json-schema.js'

type ListType = Extract<FieldType, { kind: 'list' }>

/** Throws SCHEMA_MISMATCH with every mismatch in `details.all`. */
export function planJsonSchema(fields: readonly Field[], schema: JsonSchema): ValuePlan {
  const mismatches = new Mismatches(schema.place)
  const plan = new Planner(fields, mismatches, schema).root(schema.root)
  mismatches.throwIfAny()
  return plan
}

class Planner {
  private matching: Matching = { columns: new Map(), ambiguous: new Map(), unused: [] }

  constructor(
    private readonly fields: readonly Field[],
    private readonly mismatches: Mismatches,
    private readonly schema: JsonSchema,
  ) {}

  root(node: SchemaNode): ValuePlan {
    const branch = objectIn(node, this.schema)
    if (branch === null) {
      this.mismatches.add('', 'the schema is not an object with properties', {
        found: exactJsonText(node),
        expected: '"type": "object" and "properties"',
      })
      return { steps: [], unusedColumns: [] }
    }
    const names = this.fields.map(({ name }) => name)
    const open = [originOf(node, this.schema)]
    this.matching = matchColumns(this.#leaves(branch, [], open), names)
    for (const [column, paths] of this.matching.ambiguous) {
      this.mismatches.add(paths[0], 'several nested properties match one column by name', {
        found: `column ${names[column]}, which fits ${listed(paths)}`,
        expected: `columns named by path, as ${paths[0]}`,
      })
    }
    const members = this.#members(branch, [], open)
    return { steps: objectSteps(members), unusedColumns: this.matching.unused.map((column) => names[column]) }
  }

  /** Every property that is no object with properties, in the schema's order; those of an object inside itself are left out. */
  #leaves(branch: SchemaObject, above: readonly string[], open: readonly SchemaNode[]): Leaf[] {
    return [...propertiesOf(branch)].flatMap(([name, node]) => {
      const path = [...above, name]
      const origin = originOf(node, this.schema)
      const inner = open.includes(origin) ? null : objectIn(node, this.schema)
      if (inner !== null) return this.#leaves(inner, path, [...open, origin])
      return [{ path: path.join('.'), paths: [path.join('.')], names: [name] }]
    })
  }

  #members(branch: SchemaObject, above: readonly string[], open: readonly SchemaNode[]): JsonMember[] {
    return [...propertiesOf(branch)].flatMap(([name, node]) => {
      const path = [...above, name]
      const required = isRequired(branch, name)
      const origin = originOf(node, this.schema)
      const within = [...open, origin]
      const inner = open.includes(origin) ? null : objectIn(node, this.schema)
      if (inner === null) return this.#member(node, path, required)
      // An object that nothing is known of is left out, if it may be.
      const filled = this.#leaves(inner, path, within).some((leaf) => this.matching.columns.has(leaf.path))
      return filled || required ? this.#members(inner, path, within) : []
    })
  }

  #member(node: SchemaNode, path: readonly string[], required: boolean): JsonMember[] {
    const at = path.join('.')
    const column = this.matching.columns.get(at)
    if (column === undefined) return required ? this.#default(node, path) : []
    const field = this.fields[column]
    const isOmitted = field.nullable && !required && !allowsNull(node, this.schema)
    const value = this.#value(field, column, node, at, isOmitted)
    const step: JsonMember['step'] = (before, after) => value({ before, after, ...(isOmitted && { missing: '' }) })
    return [{ path, step, isOmitted }]
  }

  /** What a property has that must be there and has no column. */
  #default(node: SchemaNode, path: readonly string[]): JsonMember[] {
    const own = resolved(node, this.schema)
    const isNull = branchesOf(node, this.schema).every(({ type }) => type === 'null')
    const given = typeof own === 'boolean' ? undefined : (own.const ?? own.default ?? (isNull ? null : undefined))
    if (given !== undefined && accepts(node, given, this.schema)) {
      const text = exactJsonText(given)
      return [{ path, step: (before, after) => constant(`${before}${text}${after}`), isOmitted: false }]
    }
    const at = path.join('.')
    if (!isAmbiguous(this.matching, at)) {
      this.mismatches.add(at, 'no column for this required property, and no default', {
        found: `columns ${listed(this.fields.map(({ name }) => name))}`,
        expected: `a column ${at}, or a default or const in the schema`,
      })
    }
    return []
  }

  /** How a column is written as a node has it; `canBeOmitted`: in the place of null. */
  #value(
    field: Field,
    column: number,
    node: SchemaNode,
    at: string,
    canBeOmitted: boolean,
  ): (options: JsonStepOptions) => EncodeStep {
    if (field.nullable && !canBeOmitted && !allowsNull(node, this.schema)) {
      this.mismatches.add(at, 'a column with missing values does not fit', {
        found: describeField(field),
        expected: `${exactJsonText(node)} or null, or a property that is not required`,
      })
    }
    if (field.type.kind === 'list') {
      const items = this.#items(field, field.type, node, at)
      return (options) => jsonStep(field, column, { ...options, items })
    }
    const misfit = misfitOf(field, node, this.schema)
    if (misfit !== null) {
      const { what, ...details } = misfit
      this.mismatches.add(at, what, details)
    }
    return (options) => jsonStep(field, column, options)
  }

  #items(field: Field, list: ListType, node: SchemaNode, at: string): EncodeStep[] {
    const { of, items } = list
    const isMap = of.endsWith('map')
    const wanted = isMap ? 'object' : 'array'
    const branch = branchesOf(node, this.schema).find(({ type }) => type === undefined || type === wanted)
    if (branch === undefined) {
      this.mismatches.add(at, 'a list does not fit', {
        found: describeField(field),
        expected: exactJsonText(node),
      })
      return []
    }
    const inner = ((isMap ? branch.additionalProperties : branch.items) ?? true) as SchemaNode
    const values = isMap ? items.slice(0, -1) : items
    const planner = new Planner(values, this.mismatches.inside(at, isMap ? '{}' : '[]'), this.schema)
    if (of === 'values' || of === 'map')
      return itemSteps(list, [planner.#value(items[0], 0, inner, '', false)({ before: '', after: '' })])
    const isOpen = inner === true || Object.keys(inner).length === 0
    return itemSteps(list, isOpen ? undefined : planner.root(inner).steps)
  }
}

/** The alternative that is an object with properties; null: none is. */
function objectIn(node: SchemaNode, schema: JsonSchema): SchemaObject | null {
  const objects = branchesOf(node, schema).filter(({ type }) => type === undefined || type === 'object')
  return objects.find((branch) => propertiesOf(branch).size > 0) ?? null
}
