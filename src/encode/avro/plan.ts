/** Matches a schema with a layout: the steps that write a record, or every mismatch at once. */
import avro from 'avsc'
import type { Field, FieldType } from '../../record.js'
import type { EncodeStep } from '../step.js'
import { constant } from '../step.js'
import { branchIndex, columnSteps } from './column.js'
import { describeField } from '../describe-field.js'
import { listed } from '../listed.js'
import { isAmbiguous, matchColumns, type Matching } from '../match-columns.js'
import { Mismatches } from '../mismatches.js'
import type { ValuePlan } from '../value-schema.js'
import { branchesOf, leavesOf } from './leaves.js'
import type { AvroSchema } from './schema.js'

/** Throws SCHEMA_MISMATCH with every mismatch in `details.all`. */
export function planAvro(fields: readonly Field[], schema: AvroSchema): ValuePlan {
  const mismatches = new Mismatches(schema.place)
  const plan = new Planner(fields, mismatches, schema.defaults).root(schema.type)
  mismatches.throwIfAny()
  return plan
}

type ListType = Extract<FieldType, { kind: 'list' }>

const none = Buffer.alloc(0)

class Planner {
  private matching: Matching = { columns: new Map(), ambiguous: new Map(), unused: [] }

  constructor(
    private readonly fields: readonly Field[],
    private readonly mismatches: Mismatches,
    private readonly defaults: AvroSchema['defaults'],
  ) {}

  root(type: avro.Type): ValuePlan {
    const branches = branchesOf(type)
    const at = branches.findIndex((branch) => branch instanceof avro.types.RecordType)
    const record = branches[at]
    if (!(record instanceof avro.types.RecordType)) return this.rootColumn(type)
    const names = this.fields.map((field) => field.name)
    this.matching = matchColumns(leavesOf(record), names)
    this.mismatches.addAmbiguous(this.matching, names)
    const steps = [...branchStep(type, record), ...this.record(record, '', [record])]
    return { steps, unusedColumns: this.matching.unused.map((column) => names[column]) }
  }

  /** A non-record schema takes the only column. */
  private rootColumn(type: avro.Type): ValuePlan {
    if (this.fields.length !== 1) {
      this.mismatches.add('', 'the schema is not a record', { found: JSON.stringify(type), expected: 'a record' })
      return { steps: [], unusedColumns: [] }
    }
    return { steps: this.column(0, type, ''), unusedColumns: [] }
  }

  private record(record: avro.types.RecordType, path: string, open: readonly avro.Type[]): EncodeStep[] {
    return record.fields.flatMap((field) => this.field(field, path === '' ? field.name : `${path}.${field.name}`, open))
  }

  private field(field: avro.types.Field, path: string, open: readonly avro.Type[]): EncodeStep[] {
    const column = this.matching.columns.get(path)
    if (column !== undefined) return this.column(column, field.type, path)
    if (field.type.typeName === 'null') return []
    const branches = branchesOf(field.type)
    const records = branches.filter(
      (branch): branch is avro.types.RecordType => branch instanceof avro.types.RecordType && !open.includes(branch),
    )
    const nested = records.find((branch) => this.isFilled(branch, path, [...open, branch]))
    const value: unknown = field.defaultValue()
    if (nested === undefined && value !== undefined)
      return [constant(this.defaults.get(field) ?? field.type.toBuffer(value))]
    const record = nested ?? (records.length === branches.length ? records[0] : undefined)
    if (record !== undefined)
      return [...branchStep(field.type, record), ...this.record(record, path, [...open, record])]
    // A recursive record without a column for it.
    const isEndless = records.length === 0 && branches.some((branch) => branch instanceof avro.types.RecordType)
    const nullAt = branches.findIndex((branch) => branch.typeName === 'null')
    if (isEndless && nullAt >= 0) return [constant(branchIndex(nullAt))]
    if (!isAmbiguous(this.matching, path)) {
      this.mismatches.add(path, 'no column for this field, and no default', {
        found: `columns ${listed(this.fields.map(({ name }) => name))}`,
        expected: `a column ${path}, or a default in the schema`,
      })
    }
    return []
  }

  /** Whether any column goes into this record, at any depth. */
  private isFilled(record: avro.types.RecordType, path: string, open: readonly avro.Type[]): boolean {
    return record.fields.some((field) => {
      const below = `${path}.${field.name}`
      if (this.matching.columns.has(below)) return true
      return branchesOf(field.type).some(
        (branch) =>
          branch instanceof avro.types.RecordType &&
          !open.includes(branch) &&
          this.isFilled(branch, below, [...open, branch]),
      )
    })
  }

  private column(index: number, type: avro.Type, path: string): EncodeStep[] {
    const field = this.fields[index]
    if (field.type.kind === 'list') return this.list(field, field.type, index, type, path)
    const result = columnSteps(field, index, type, this.mismatches.at(path))
    if (Array.isArray(result)) return result
    this.mismatches.add(path, result.what, {
      found: `${describeField(field)}${result.found === undefined ? '' : ` with ${result.found}`}`,
      expected: result.expected,
    })
    return []
  }

  /** A list as an array or map: a step around the steps of its items. */
  private list(field: Field, { of, items }: ListType, column: number, type: avro.Type, path: string): EncodeStep[] {
    const branches = branchesOf(type)
    const at = branches.findIndex((branch) =>
      of.endsWith('map') ? branch instanceof avro.types.MapType : branch instanceof avro.types.ArrayType,
    )
    const nullAt = branches.findIndex((branch) => branch.typeName === 'null')
    const branch = branches[at]
    if (branch === undefined || (field.nullable && nullAt < 0)) {
      this.mismatches.add(path, field.nullable ? 'a nullable list does not fit' : 'a list does not fit', {
        found: describeField(field),
        expected: of.endsWith('map') ? 'a map' : 'an array',
      })
      return []
    }
    const prefix = (index: number): Buffer => (branch === type ? none : branchIndex(index))
    return [
      {
        step: 'list',
        column,
        form: 'avro',
        items: this.items(items, branch, path),
        before: prefix(at),
        after: none,
        missing: field.nullable ? prefix(nullAt) : null,
      },
    ]
  }

  private items(items: readonly Field[], type: avro.Type, path: string): EncodeStep[] {
    const inner = (fields: readonly Field[], itemType: avro.Type, name: string): EncodeStep[] => {
      const planner = new Planner(fields, this.mismatches.inside(path, name), this.defaults)
      const isRecord = branchesOf(itemType).some((one) => one instanceof avro.types.RecordType)
      const isSingle = fields.length === 1 && (!isRecord || fields[0].type.kind === 'json')
      return isSingle ? planner.column(0, itemType, '') : [...planner.root(itemType).steps]
    }
    if (type instanceof avro.types.ArrayType) return inner(items, type.itemsType, '[]')
    if (!(type instanceof avro.types.MapType)) return []
    const last = items.length - 1
    const key = columnSteps(items[last], last, avro.Type.forSchema('string'), this.mismatches.at(path))
    return [...(Array.isArray(key) ? key : []), ...inner(items.slice(0, last), type.valuesType as avro.Type, '{}')]
  }
}

/** The record's union branch; empty if there is no union. */
function branchStep(type: avro.Type, record: avro.Type): EncodeStep[] {
  return type === record ? [] : [constant(branchIndex(branchesOf(type).indexOf(record)))]
}
