import type { Field, FieldType } from '../../record.js'
import { avroName, avroNames } from '../schema-names.js'
import type { RecordName } from '../value-schema.js'

type ListType = Extract<FieldType, { kind: 'list' }>

/**
 * The Avro schema derived from a layout, for connectors without one: a field per column, in order; nullable ones as
 * ["null", T] with default null. Strings stay strings even if all values are known, so that new values need no new
 * schema; a decimal becomes a double, which every consumer can read, unless its places are fixed, as those of prices are. Records in lists have names of their own.
 */
export function deriveSchema(fields: readonly Field[], { name, namespace }: RecordName): object {
  const names = avroNames(fields.map((field) => field.name))
  const nested = new NestedTypes(name)
  return {
    type: 'record',
    name,
    namespace,
    fields: fields.map((field, index) => ({
      name: names[index],
      ...(names[index] === field.name ? {} : { doc: `Column ${JSON.stringify(field.name)}` }),
      ...nested.fieldOf(field, [names[index]]),
    })),
  }
}

/** The same for all columns and tables, so that larger numbers need no new schema. */
const fixedDigits = 18

/** The Avro type of a column's non-null single values. */
export function deriveType(type: Exclude<FieldType, ListType>): string | object {
  switch (type.kind) {
    case 'string':
    case 'boolean':
    case 'double':
      return type.kind
    case 'integer':
      return 'long'
    case 'decimal':
      return type.fixed
        ? { type: 'bytes', logicalType: 'decimal', precision: fixedDigits, scale: type.scale }
        : 'double'
    case 'uuid':
      return { type: 'string', logicalType: 'uuid' }
    case 'date':
      return { type: 'int', logicalType: 'date' }
    case 'timestamp':
      return { type: 'long', logicalType: type.local ? 'local-timestamp-millis' : 'timestamp-millis' }
    case 'time':
      return { type: 'int', logicalType: 'time-millis' }
    case 'json':
      return 'string'
  }
}

/** In the items of lists, columns with a path belong to nested records, and their names do not include the path. */
class NestedTypes {
  readonly #taken: Set<string>

  constructor(name: string) {
    this.#taken = new Set([name])
  }

  /** Type and default of a field. `path`: the names that lead to it. */
  fieldOf({ type, nullable }: Field, path: readonly string[]): { type: unknown; default?: null } {
    const own = type.kind === 'list' ? this.#list(type, path) : deriveType(type)
    return nullable ? { type: ['null', own], default: null } : { type: own }
  }

  #list({ of, items }: ListType, path: readonly string[]): object {
    switch (of) {
      case 'values':
        return { type: 'array', items: this.fieldOf(items[0], path).type }
      case 'records':
        return { type: 'array', items: this.#record(items, 0, path) }
      case 'map':
        return { type: 'map', values: this.fieldOf(items[0], path).type }
      case 'record_map':
        return { type: 'map', values: this.#record(items.slice(0, -1), 0, path) }
    }
  }

  /** `depth`: how many names of the columns' paths lead to the record. */
  #record(fields: readonly Field[], depth: number, path: readonly string[]): object {
    const members = new Map<string, Field[]>()
    for (const field of fields) {
      const name = (field.path ?? [field.name])[depth]
      members.set(name, [...(members.get(name) ?? []), field])
    }
    const names = avroNames([...members.keys()])
    return {
      type: 'record',
      name: this.#nameOf(path),
      fields: [...members.values()].map((group, index) => {
        const inner = [...path, names[index]]
        const isNested = (group[0].path?.length ?? 1) > depth + 1
        const type = isNested ? { type: this.#record(group, depth + 1, inner) } : this.fieldOf(group[0], inner)
        return { name: names[index], ...type }
      }),
    }
  }

  #nameOf(path: readonly string[]): string {
    const wanted = avroName(path.join('_'))
    let name = wanted
    for (let n = 2; this.#taken.has(name); n++) name = `${wanted}_${n}`
    this.#taken.add(name)
    return name
  }
}
