/** Matches a message of Protobuf with a layout: the steps that write a record, or every mismatch at once. */
import {
  isGoogleType,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
  type ProtoType,
} from '../../model/schemas/proto-file.js'
import type { Field, FieldType } from '../../record.js'
import { writeLong } from '../binary.js'
import { describeField, describeValue } from '../describe-field.js'
import { knownBounds } from '../known-bounds.js'
import { listed } from '../listed.js'
import { matchColumns, type Leaf, type Matching } from '../match-columns.js'
import { Mismatches } from '../mismatches.js'
import { avroName } from '../schema-names.js'
import { constant, type EncodeStep } from '../step.js'
import type { ValuePlan } from '../value-schema.js'
import { protoConversion, varint, type ProtoConversion } from './conversion.js'

type ListType = Extract<FieldType, { kind: 'list' }>

const none: Buffer = Buffer.alloc(0)

/** Throws SCHEMA_MISMATCH with every mismatch in `details.all`. */
export function planProto(fields: readonly Field[], { place, message, indexes }: ProtoSchema): ValuePlan {
  const mismatches = new Mismatches(place)
  const { steps, unusedColumns } = new Planner(fields, mismatches).root(message)
  mismatches.throwIfAny()
  return { steps: [constant(messageIndexes(indexes)), ...steps], unusedColumns }
}

/** Which message of the file follows, as Confluent's wire format has it: their number and each, as zig-zag varints; 0 for the first message. */
export function messageIndexes(indexes: readonly number[]): Buffer {
  const written = indexes.length === 1 && indexes[0] === 0 ? [0] : [indexes.length, ...indexes]
  const bytes = Buffer.alloc(10 * written.length)
  return bytes.subarray(
    0,
    written.reduce((p, index) => writeLong(bytes, p, index, 1), 0),
  )
}

class Planner {
  private matching: Matching = { columns: new Map(), ambiguous: new Map(), unused: [] }

  constructor(
    private readonly fields: readonly Field[],
    private readonly mismatches: Mismatches,
  ) {}

  root(message: ProtoMessage): ValuePlan {
    const names = this.fields.map(({ name }) => name)
    // A field of Protobuf has letters, digits and _ in its name.
    const paths = this.fields.map(({ name, path }) => path?.map(avroName).join('.') ?? name)
    this.matching = matchColumns(leavesOf(message, [], [message]), names, paths)
    this.mismatches.addAmbiguous(this.matching, names)
    const steps = this.#message(message, [], [message])
    return { steps, unusedColumns: this.matching.unused.map((column) => names[column]) }
  }

  #message(message: ProtoMessage, above: readonly string[], open: readonly ProtoMessage[]): EncodeStep[] {
    this.#checkOneofs(message, above)
    return [...message.fields]
      .sort((a, b) => a.number - b.number)
      .flatMap((field) => this.#field(field, [...above, field.name], open))
  }

  #field(field: ProtoField, path: readonly string[], open: readonly ProtoMessage[]): EncodeStep[] {
    const at = path.join('.')
    const column = this.matching.columns.get(at)
    if (column !== undefined) return this.#column(column, field, at)
    const inner = nestedIn(field, open)
    if (inner !== null && this.#isFilled(inner, path, [...open, inner])) {
      const before = tagOf(field.number, 2)
      return [{ step: 'message', before, steps: this.#message(inner, path, [...open, inner]) }]
    }
    if (field.label === 'required') {
      this.mismatches.add(at, 'no column for this required field', {
        found: `columns ${listed(this.fields.map(({ name }) => name))}`,
        expected: `a column ${at}`,
      })
    }
    return []
  }

  #isFilled(message: ProtoMessage, path: readonly string[], open: readonly ProtoMessage[]): boolean {
    return leavesOf(message, path, open).some((leaf) => this.matching.columns.has(leaf.path))
  }

  /** Of a oneof, one field at most is written. */
  #checkOneofs({ fields }: ProtoMessage, above: readonly string[]): void {
    const seen = new Map<string, string>()
    for (const { name, oneof } of fields) {
      const at = [...above, name].join('.')
      if (oneof === null || !this.matching.columns.has(at)) continue
      const first = seen.get(oneof)
      if (first === undefined) seen.set(oneof, at)
      else
        this.mismatches.add(at, 'two columns for one oneof', {
          found: `columns for ${first} and ${at}`,
          expected: `a column for one field of oneof ${oneof}`,
        })
    }
  }

  #column(column: number, field: ProtoField, at: string): EncodeStep[] {
    const own = this.fields[column]
    if (own.type.kind === 'list') return this.#list(own, own.type, column, field, at)
    if (field.label === 'repeated' || field.label === 'map') return this.#empty(own, field, at)
    if (own.nullable && (field.label === 'required' || field.label === 'implicit')) {
      this.mismatches.add(at, 'a nullable column does not fit', {
        found: describeField(own),
        expected: `optional ${describeType(field.type)} ${field.name}`,
      })
    }
    return this.#value(own, column, field.type, (wireType) => tagOf(field.number, wireType), at)
  }

  /** A column whose lists are all empty: nothing is written for it. */
  #empty(own: Field, field: ProtoField, at: string): EncodeStep[] {
    const isEmpty =
      own.type.kind === 'json' && own.dictionary?.every((value) => [null, '[]', '{}'].includes(value as string))
    if (isEmpty !== true) {
      this.mismatches.add(at, 'the column is not a list', {
        found: describeField(own),
        expected: field.label === 'map' ? 'a map' : 'a list',
      })
    }
    return []
  }

  /** The step of a single value after `tag`. A missing value is not written. */
  #value(own: Field, column: number, type: ProtoType, tag: (wireType: number) => Buffer, at: string): EncodeStep[] {
    const way = protoConversion(own, type)
    const needed = way === null || own.vector === 'dictionary' ? way : own.vector === 'text' ? way.text : way.number
    if (way === null || needed === null) {
      this.mismatches.add(at, 'the column does not convert', {
        found: `${describeField(own)}${way === null ? '' : ' with text that is not one of a known set'}`,
        expected: describeType(type),
      })
      return []
    }
    const unfit = unfitValues(own, way)
    if (unfit.length > 0) {
      this.mismatches.add(at, 'a value does not fit', {
        found: `${describeField(own)} with ${listed(unfit)}`,
        expected: describeType(type),
      })
      return []
    }
    return [this.#step(own, column, way, tag(way.wireType), type, at)]
  }

  #step(own: Field, column: number, way: ProtoConversion, tag: Buffer, type: ProtoType, at: string): EncodeStep {
    const known = own.dictionary
    const entry = (value: NonNullable<typeof known>[number]): Buffer =>
      value === null || value === undefined ? none : Buffer.concat([tag, way.render(value) ?? none])
    if (own.vector === 'dictionary') return { step: 'dictionary', column, entries: (known ?? []).map(entry) }
    const wrapping = { before: tag, after: none, missing: own.nullable ? none : null }
    if (own.vector === 'text') return { step: 'text', column, form: way.text ?? 'sized', ...wrapping }
    const isReal = way.number?.as === 'double' || way.number?.as === 'float'
    // A double is faster to write than to copy.
    if (known !== undefined && !known.includes(undefined) && !isReal)
      return { step: 'dictionary', column, entries: known.map(entry) }
    const form = way.number ?? { as: 'int64' }
    return {
      step: 'number',
      column,
      form,
      entries: null,
      place: this.mismatches.at(at),
      fits: describeType(type),
      ...wrapping,
    }
  }

  #list(own: Field, list: ListType, column: number, field: ProtoField, at: string): EncodeStep[] {
    const isMap = list.of.endsWith('map')
    if (field.label !== (isMap ? 'map' : 'repeated') || (isMap && field.key !== 'string')) {
      this.mismatches.add(at, 'a list does not fit', {
        found: describeField(own),
        expected: isMap ? `map<string, …> ${field.name}` : `repeated … ${field.name}`,
      })
      return []
    }
    const base = { step: 'list', column, after: none, missing: own.nullable ? none : null } as const
    const tag = tagOf(field.number, 2)
    if (!isMap && list.of === 'values' && field.isPacked) {
      // Without tags: numbers, one after the other.
      const items = this.#item(list.items[0], field.type, () => none, at)
      return [{ ...base, form: 'packed', before: tag, items }]
    }
    const items = isMap
      ? [{ step: 'message', before: tag, steps: this.#entry(list, field, at) } as const]
      : list.of === 'values'
        ? this.#item(list.items[0], field.type, (wireType) => tagOf(field.number, wireType), at)
        : this.#records(list.items, field.type, tag, at)
    return [{ ...base, form: 'repeated', before: none, items }]
  }

  /** An entry of a map: a message of key = 1 and value = 2. */
  #entry({ of, items }: ListType, field: ProtoField, at: string): EncodeStep[] {
    const last = items.length - 1
    const inside = new Planner(items, this.mismatches.inside(at, '{}'))
    const key = inside.#value(items[last], last, { kind: 'scalar', name: 'string' }, () => tagOf(1, 2), '')
    const value =
      of === 'map'
        ? inside.#item(items[0], field.type, (wireType) => tagOf(2, wireType), '')
        : this.#records(items.slice(0, last), field.type, tagOf(2, 2), at)
    return [...key, ...value]
  }

  /** One value of a list: never missing, since Protobuf has no null. */
  #item(own: Field, type: ProtoType, tag: (wireType: number) => Buffer, at: string): EncodeStep[] {
    if (own.nullable) {
      this.mismatches.add(at, 'items that can be null do not fit', {
        found: describeField(own),
        expected: 'items that are always there',
      })
      return []
    }
    // A list in a list is the only field of a message.
    if (own.type.kind === 'list') return this.#records([own], type, tag(2), at)
    return this.#value(own, 0, type, tag, at)
  }

  #records(items: readonly Field[], type: ProtoType, tag: Buffer, at: string): EncodeStep[] {
    if (type.kind !== 'message') {
      this.mismatches.add(at, 'records do not fit', { found: describeType(type), expected: 'a message' })
      return []
    }
    const { steps } = new Planner(items, this.mismatches.inside(at, '[]')).root(type.message)
    return [{ step: 'message', before: tag, steps }]
  }
}

/** Every field that is no message of its own fields, by its path. */
function leavesOf(message: ProtoMessage, above: readonly string[], open: readonly ProtoMessage[]): Leaf[] {
  return message.fields.flatMap((field) => {
    const path = [...above, field.name]
    const inner = nestedIn(field, open)
    if (inner !== null) return leavesOf(inner, path, [...open, inner])
    return [{ path: path.join('.'), paths: [path.join('.')], names: [field.name] }]
  })
}

/** The message that columns of a path go into; null: the field is a value, a list, or inside itself. */
function nestedIn({ type, label }: ProtoField, open: readonly ProtoMessage[]): ProtoMessage | null {
  if (type.kind !== 'message' || label === 'repeated' || label === 'map') return null
  const { message } = type
  return open.includes(message) || isGoogleType(message) ? null : message
}

/** The known values and the bounds of a column that a conversion does not take, as text. */
function unfitValues(own: Field, { render }: ProtoConversion): string[] {
  const known = (own.dictionary ?? []).filter((value) => value !== undefined && value !== null)
  const bounds = own.vector === 'number' ? (knownBounds(own) ?? []) : []
  return [...known, ...bounds.filter(Number.isFinite)]
    .filter((value) => render(value) === null)
    .map((value) => describeValue(own.type, value))
}

function describeType(type: ProtoType): string {
  if (type.kind === 'message') return type.message.fullName
  return type.kind === 'scalar' ? type.name : `${type.name} (${listed([...type.numbers.keys()])})`
}

/** What precedes a field: its number and how its value is laid out. */
function tagOf(number: number, wireType: number): Buffer {
  return varint(number * 8 + wireType)
}
