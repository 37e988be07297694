/**
 * Reads Protobuf messages with the schema as the registry's client has parsed it. Adds what the client lacks: Google's own types, which
 * registries do not have, and messages other than the first of a file.
 */
import { createRequire } from 'node:module'
import type protobuf from 'protobufjs'
import { knownImports, wrappedScalar } from '../../model/schemas/proto-file.js'

const require = createRequire(import.meta.url)
const dateFields = Object.fromEntries(
  ['year', 'month', 'day'].map((name, index) => [name, { type: 'int32', id: index + 1 }]),
)
const complete = new WeakSet<protobuf.Root>()

/** `first`: the first message of the file. `bytes`: from the message indexes on. Throws if there is no such message. */
export function decodeMessage(first: protobuf.Type, bytes: Buffer): unknown {
  addKnownTypes(first.root)
  const { indexes, end } = readIndexes(bytes)
  const type = messageAt(first, indexes)
  return plainMessage(type.decode(bytes.subarray(end)), type)
}

function addKnownTypes(root: protobuf.Root): void {
  if (complete.has(root)) return
  complete.add(root)
  const { common } = require('protobufjs') as typeof protobuf
  const files = [
    ...knownImports.map((name) => common.get(name)?.nested ?? {}),
    { google: { nested: { type: { nested: { Date: { fields: dateFields } } } } } },
  ]
  for (const file of files) {
    const isThere = namesIn(file).some((name) => root.lookup(name) !== null)
    if (!isThere) root.addJSON(file)
  }
}

/** The full names of a file's definitions. */
function namesIn(nested: object, above = ''): string[] {
  return Object.entries(nested as Record<string, { nested?: object }>).flatMap(([name, one]) => {
    const isNamespace = Object.keys(one).length === 1 && one.nested !== undefined
    return isNamespace ? namesIn(one.nested ?? {}, `${above}${name}.`) : [`${above}${name}`]
  })
}

/** Confluent's message indexes: their number, then each index, as zigzag varints; a single 0 for the first message. */
function readIndexes(bytes: Buffer): { indexes: number[]; end: number } {
  let at = 0
  const next = (): number => {
    let [value, shift] = [0, 0]
    for (let byte = 128; byte >= 128; shift += 7) {
      byte = at < bytes.length ? bytes[at++] : 0
      value += (byte & 127) * 2 ** shift
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
  const count = next()
  const indexes = count === 0 ? [0] : Array.from({ length: Math.min(count, bytes.length) }, next)
  return { indexes, end: at }
}

function messageAt(first: protobuf.Type, indexes: readonly number[]): protobuf.Type {
  let siblings = typesIn(first.parent)
  let found: protobuf.Type | undefined
  for (const index of indexes) {
    found = siblings[index]
    if (found === undefined) break
    siblings = typesIn(found)
  }
  if (found === undefined) throw new Error(`the schema has no message ${indexes.join('.')}`)
  return found
}

/** Recognised by shape, because the client has its own copy of protobufjs. */
function typesIn(namespace: protobuf.NamespaceBase | null): protobuf.Type[] {
  return (namespace?.nestedArray ?? []).filter((one): one is protobuf.Type => 'fieldsArray' in one)
}

/** The values present, under the client's names, which are those of Protobuf's JSON. */
function plainMessage(message: protobuf.Message, type: protobuf.Type): unknown {
  const values = message as unknown as Record<string, unknown>
  const known = plainGoogle(values, type.fullName.replace(/^\./, ''))
  if (known !== undefined) return known
  const fields = type.fieldsArray.filter(({ name }) => Object.hasOwn(values, name))
  return Object.fromEntries(fields.map((field) => [field.name, plainField(values[field.name], field)]))
}

function plainField(value: unknown, field: protobuf.Field): unknown {
  if (Array.isArray(value)) return value.map((item) => plainValue(item, field))
  if (!field.map) return plainValue(value, field)
  return Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, plainValue(item, field)]))
}

function plainValue(value: unknown, { resolvedType, type }: protobuf.Field): unknown {
  if (resolvedType !== null && 'fieldsArray' in resolvedType)
    return plainMessage(value as protobuf.Message, resolvedType)
  if (resolvedType !== null) return resolvedType.valuesById[value as number] ?? value
  return /64$/.test(type) ? digitsOf(value) : value
}

/** The digits of a number, or of one of the client's own 64-bit integers. */
function digitsOf(value: unknown): bigint {
  return BigInt((value as { toString(): string }).toString())
}

/** A message of one of Google's types, as in Protobuf's own JSON; undefined: another type. */
function plainGoogle(values: Readonly<Record<string, unknown>>, fullName: string): unknown {
  const [, own] = /^google\.(?:protobuf|type)\.(\w+)$/.exec(fullName) ?? []
  const part = (key: string): bigint => digitsOf(values[key] ?? 0)
  if (own === 'Timestamp') {
    const date = new Date(Number(part('seconds')) * 1000)
    if (Number.isNaN(date.getTime())) return undefined
    const nanos = String(part('nanos')).padStart(9, '0')
    const digits = nanos.endsWith('000000') ? nanos.slice(0, 3) : nanos.replace(/(000)+$/, '')
    return `${date.toISOString().slice(0, 19)}.${digits}Z`
  }
  if (own === 'Date')
    return [part('year'), part('month'), part('day')]
      .map((value, index) => String(value).padStart(index === 0 ? 4 : 2, '0'))
      .join('-')
  const scalar = wrappedScalar({ fullName })
  if (scalar === null) return undefined
  const value = values['value'] ?? { string: '', bool: false, bytes: Buffer.alloc(0) }[scalar] ?? 0
  return scalar.endsWith('64') ? digitsOf(value) : value
}
