import type { Field, FieldType } from '../../record.js'
import { avroName, avroNames } from '../schema-names.js'
import type { RecordName } from '../value-schema.js'

type ListType = Extract<FieldType, { kind: 'list' }>

/** Numbers that Protobuf keeps for itself. */
const [firstReserved, lastReserved] = [19_000, 19_999]

/**
 * The proto3 file of a layout, for connectors that name none: a field for each column in its order, numbered from 1, a nullable one
 * `optional`. Strings stay strings, also where all values are known, so that new values need no new schema.
 */
export function deriveProto(fields: readonly Field[], { name, namespace }: RecordName): string {
  const message = messageOf(name, fields, '')
  const isTimed = message.includes(' google.protobuf.Timestamp ')
  return [
    'syntax = "proto3";',
    `package ${namespace};`,
    ...(isTimed ? ['import "google/protobuf/timestamp.proto";'] : []),
    message,
  ]
    .join('\n\n')
    .concat('\n')
}

interface Node {
  readonly name: string
  /** The column that it is; undefined: a nested record. */
  field?: Field
  readonly inner: Node[]
}

function messageOf(name: string, fields: readonly Field[], indent: string): string {
  return messageOfNodes(name, nodesOf(fields), indent)
}

function nodesOf(fields: readonly Field[]): Node[] {
  const top: Node = { name: '', inner: [] }
  for (const field of fields) {
    const path = field.path ?? [field.name]
    const level = path.slice(0, -1).reduce((above, name) => {
      const known = above.inner.find((node) => node.name === name && node.field === undefined)
      if (known !== undefined) return known
      const node: Node = { name, inner: [] }
      above.inner.push(node)
      return node
    }, top)
    level.inner.push({ name: path[path.length - 1], field, inner: [] })
  }
  return top.inner
}

function messageOfNodes(name: string, nodes: readonly Node[], indent: string): string {
  const inside = `${indent}  `
  const names = avroNames(nodes.map((node) => node.name))
  const taken = new Set([name, ...names])
  const nested: string[] = []
  /** Declares a message whose name suggests what it is for. */
  const declare = (wanted: string, write: (own: string) => string): string => {
    let own = wanted
    for (let n = 2; taken.has(own); n++) own = `${wanted}${n}`
    taken.add(own)
    nested.push(write(own))
    return own
  }
  const lines = nodes.map((node, index) => {
    const position = index + 1
    const number = position < firstReserved ? position : position + lastReserved - firstReserved + 1
    const type = typeOf(node, names[index], declare, inside)
    const comment = names[index] === node.name ? '' : ` // column ${JSON.stringify(node.name)}`
    return `${inside}${type} ${names[index]} = ${number};${comment}`
  })
  return [`${indent}message ${name} {`, ...lines, ...nested, `${indent}}`].join('\n')
}

type Declare = (wanted: string, write: (own: string) => string) => string

function typeOf({ field, inner }: Node, name: string, declare: Declare, indent: string): string {
  if (field === undefined) return declare(titled(name), (own) => messageOfNodes(own, inner, indent))
  if (field.type.kind === 'list') return listOf(field.type, name, declare, indent)
  return `${field.nullable ? 'optional ' : ''}${scalarOf(field.type)}`
}

function listOf({ of, items }: ListType, name: string, declare: Declare, indent: string): string {
  const last = items.length - 1
  const records = (fields: readonly Field[]): string => declare(titled(name), (own) => messageOf(own, fields, indent))
  // A list in a list is the only field of a message.
  const value = (item: Field): string => (item.type.kind === 'list' ? records([item]) : scalarOf(item.type))
  switch (of) {
    case 'values':
      return `repeated ${value(items[0])}`
    case 'records':
      return `repeated ${records(items)}`
    case 'map':
      return `map<string, ${value(items[0])}>`
    case 'record_map':
      return `map<string, ${records(items.slice(0, last))}>`
  }
}

/** `line_items` as `LineItems`. */
function titled(name: string): string {
  return avroName(name.replace(/(^|_)([a-z0-9])/gi, (_, __, letter: string) => letter.toUpperCase()))
}

/** The type of a column's present values. Decimals are exact as text; dates are text that sorts. */
function scalarOf(type: FieldType): string {
  switch (type.kind) {
    case 'integer':
      return 'int64'
    case 'boolean':
      return 'bool'
    case 'double':
      return 'double'
    case 'timestamp':
      // A clock without a zone is no point in time.
      return type.local ? 'string' : 'google.protobuf.Timestamp'
    case 'string':
    case 'uuid':
    case 'decimal':
    case 'date':
    case 'time':
    case 'json':
    case 'list':
      return 'string'
  }
}
