import avro from 'avsc'
import type { ConnectorConfig } from '../config/connector.js'
import { messageIndexes } from '../encode/protobuf/plan.js'
import { avroName } from '../encode/schema-names.js'
import { protoSchema } from '../encode/value-formats.js'
import { valueSchema } from '../encode/value.js'
import { wirePrefixBytes } from '../encode/wire-format.js'
import type { Model } from '../model/model.js'
import type { Field } from '../record.js'
import { withoutProtoFields } from './strip-proto.js'
import type { StripValue } from './skip-fields.js'

/** Fields of a model's records that differ every time: the wall clock, and texts containing it. */
export function unrepeatableFields({ columns }: Pick<Model, 'columns'>): string[] {
  const found = new Set(columns.filter(({ source }) => source.from === 'clock').map(({ name }) => name))
  // Templates come in any order, and may refer to one another.
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const { name, source } of columns) {
      if (source.from !== 'template') continue
      if ([...source.template.matchAll(/\{([^}|]+)/g)].some(([, column]) => found.has(column))) found.add(name)
    }
  }
  return columns.filter(({ name, hidden }) => !hidden && found.has(name)).map(({ name }) => name)
}

/** Removes the named fields from the values of a connector's sink. */
export function stripperOf(connector: ConnectorConfig, fields: readonly Field[], names: readonly string[]): StripValue {
  const { sink } = connector
  const format = sink.type === 'kafka' ? connector.value.format : sink.format
  if (format === 'avro') {
    const { type } = valueSchema(connector, fields)
    const written = fieldNames(type, names)
    const prefix = sink.type === 'kafka' ? wirePrefixBytes : 0
    return tolerant((value) => {
      const row: unknown = type.fromBuffer(value.subarray(prefix))
      return Buffer.concat([value.subarray(0, prefix), asJson(row, written)])
    })
  }
  const written = new Set(names.flatMap((name) => [name, avroName(name), lastOf(fields, name)]))
  if (format === 'protobuf') {
    const { message, indexes } = protoSchema(connector, fields)
    const head = wirePrefixBytes + messageIndexes(indexes).length
    return tolerant((value) =>
      Buffer.concat([value.subarray(0, head), withoutProtoFields(value.subarray(head), message, written)]),
    )
  }
  if (format === 'json-schema') {
    return tolerant((value) => {
      const head = value.subarray(0, wirePrefixBytes)
      return Buffer.concat([head, asJson(JSON.parse(value.subarray(wirePrefixBytes).toString()), written)])
    })
  }
  if (format === 'string') {
    const column = connector.value.column ?? fields[0].name
    return names.includes(column) ? () => Buffer.alloc(0) : (value) => Buffer.from(value)
  }
  if (format === 'json') return tolerant((value) => asJson(JSON.parse(value.toString()), written))
  const left = fields.flatMap(({ name }, index) => (names.includes(name) ? [] : [index]))
  return tolerant((value) => {
    const cells = csvCells(value.toString())
    return Buffer.from(left.map((index) => cells[index]).join(','))
  })
}

/** What a column is called in the nested record that it is in. */
function lastOf(fields: readonly Field[], name: string): string {
  return fields.find((field) => field.name === name)?.path?.at(-1) ?? name
}

function tolerant(strip: (value: Buffer) => Buffer): StripValue {
  return (value) => {
    try {
      return strip(Buffer.from(value.buffer, value.byteOffset, value.byteLength))
    } catch {
      return value
    }
  }
}

function asJson(row: unknown, left: ReadonlySet<string>): Buffer {
  return Buffer.from(JSON.stringify(row, (name, value: unknown) => (left.has(name) ? undefined : value)))
}

/** The fields' names in the schema, where a column's name may only be an alias. */
function fieldNames(type: avro.Type, columns: readonly string[]): Set<string> {
  const names = new Set<string>()
  const seen = new Set<avro.Type>()
  const visit = (one: avro.Type): void => {
    if (seen.has(one)) return
    seen.add(one)
    if (one instanceof avro.types.UnwrappedUnionType || one instanceof avro.types.WrappedUnionType)
      one.types.forEach(visit)
    if (!(one instanceof avro.types.RecordType)) return
    for (const { name, aliases, type: inner } of one.fields) {
      if (columns.includes(name) || aliases.some((alias) => columns.includes(alias))) names.add(name)
      visit(inner)
    }
  }
  visit(type)
  return names
}

/** The cells of a CSV line as written, quotes included. */
function csvCells(line: string): string[] {
  return line.match(/(?<=^|,)("(?:[^"]|"")*"|[^,"\r\n]*)(?=,|\r?\n?$)/g) ?? []
}
