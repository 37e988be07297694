/** A .proto file as the encoder reads it: one message, with everything that its fields refer to. */
import { createRequire } from 'node:module'
import type protobuf from 'protobufjs'
import { isObject } from '../../config/is-object.js'
import { GenesisError } from '../../errors.js'

export interface ProtoSchema {
  /** What is registered. */
  readonly text: string
  /** The file's path, the registry's subject, or "the inline schema". */
  readonly place: string
  /** Of a record. */
  readonly message: ProtoMessage
  /** Where the message is in the file: its index, after that of each message that it is in. */
  readonly indexes: readonly number[]
}

export interface ProtoMessage {
  readonly fullName: string
  readonly name: string
  /** In the order of the file. */
  readonly fields: readonly ProtoField[]
}

export interface ProtoField {
  readonly name: string
  readonly number: number
  /** `implicit`: proto3's fields that have a default instead of being absent. Of a map `type` is that of its values. */
  readonly label: 'implicit' | 'optional' | 'required' | 'repeated' | 'map'
  readonly type: ProtoType
  /** The keys of a map. */
  readonly key: string | null
  /** Whether numbers of a repeated field are in one run. */
  readonly isPacked: boolean
  /** The oneof it is in; null: none. */
  readonly oneof: string | null
}

export type ProtoType =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'enum'; readonly name: string; readonly numbers: ReadonlyMap<string, number> }
  /** `message` is read when it is asked for: a message may be inside itself. */
  | { readonly kind: 'message'; readonly message: ProtoMessage }

/** Imports that every registry and reader has: what protobufjs knows, and the dates of Google's APIs. */
const dateProto =
  'syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }'
const knownImports = ['timestamp', 'duration', 'wrappers', 'empty', 'struct', 'any', 'field_mask'].map(
  (name) => `google/protobuf/${name}.proto`,
)

const require = createRequire(import.meta.url)

/** protobufjs, not before it is needed: loading it takes some 40 ms, in every thread. */
function library(): typeof protobuf {
  return require('protobufjs') as typeof protobuf
}

/** Whether a message is one of Google's, with a meaning of its own. */
export function isGoogleType({ fullName }: ProtoMessage): boolean {
  return /^google\.(protobuf|type)\./.test(fullName)
}

const wrappers: ReadonlyMap<string, string> = new Map(
  ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map((name) => [
    `google.protobuf.${name}Value`,
    name.toLowerCase(),
  ]),
)

/** The scalar that a wrapper of google.protobuf holds; null: it is none. */
export function wrappedScalar({ fullName }: ProtoMessage): string | null {
  return wrappers.get(fullName) ?? null
}

/** The path and the message that `orders.proto#shop.Order` names; null: it is no .proto file. Message null: the first of the file. */
export function protoPath(path: string): { readonly file: string; readonly message: string | null } | null {
  const match = /^(.*\.proto)(?:#([\w.]+))?$/i.exec(path)
  return match && { file: match[1], message: match[2] ?? null }
}

/** A schema that holds the text of a .proto file, `{ protobuf, message }`; null: it is none. */
export function inlineProto(schema: unknown): { readonly protobuf: string; readonly message?: string } | null {
  if (!isObject(schema) || typeof schema.protobuf !== 'string') return null
  const { protobuf: text, message } = schema
  return { protobuf: text, ...(typeof message === 'string' && { message }) }
}

/** `message`: its name, full or within the package; null: the first of the file. Throws SCHEMA_INVALID. */
export function parseProto(text: string, place: string, message: string | null): ProtoSchema {
  const pb = library()
  const root = new pb.Root()
  let parsed: protobuf.IParserResult
  try {
    parsed = pb.parse(text, root, { keepCase: true })
  } catch (cause) {
    throw new GenesisError('SCHEMA_INVALID', `not a .proto file: ${(cause as Error).message}`, { place, cause })
  }
  const own = parsed.package === undefined ? root : root.lookup(parsed.package)
  const messages = own instanceof pb.Namespace ? typesIn(own) : []
  for (const name of [...(parsed.imports ?? []), ...(parsed.weakImports ?? [])]) addImport(root, name, place)
  try {
    root.resolveAll()
  } catch (cause) {
    throw new GenesisError('SCHEMA_INVALID', (cause as Error).message, {
      place,
      remedy: 'Name the import that has it, or put it into this file',
      cause,
    })
  }
  const type = chosen(messages, parsed.package ?? '', message, place)
  return { text, place, message: new Reader(place).message(type), indexes: indexesOf(type, messages) }
}

function typesIn(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.filter((one): one is protobuf.Type => one instanceof library().Type)
}

function addImport(root: protobuf.Root, name: string, place: string): void {
  if (name === 'google/type/date.proto') {
    library().parse(dateProto, root, { keepCase: true })
    return
  }
  const known = knownImports.includes(name) ? library().common.get(name) : null
  if (known === null)
    throw new GenesisError('SCHEMA_INVALID', 'an import that is not known here', {
      place,
      found: `import ${JSON.stringify(name)}`,
      expected: 'google/protobuf/timestamp.proto, google/protobuf/wrappers.proto or google/type/date.proto',
      remedy: 'Put the messages of the import into this file',
    })
  root.addJSON(known.nested ?? {})
}

function chosen(
  messages: readonly protobuf.Type[],
  namespace: string,
  wanted: string | null,
  place: string,
): protobuf.Type {
  if (messages.length === 0)
    throw new GenesisError('SCHEMA_INVALID', 'a .proto file without a message', { place, expected: 'message …' })
  if (wanted === null) return messages[0]
  const all = messages.flatMap(withNested)
  const found = all.find((type) => nameOf(type) === wanted || `${namespace}.${wanted}` === nameOf(type))
  if (found !== undefined) return found
  throw new GenesisError('SCHEMA_INVALID', 'the .proto file has no such message', {
    place,
    found: wanted,
    expected: `one of ${all.map(nameOf).join(', ')}`,
  })
}

function withNested(type: protobuf.Type): protobuf.Type[] {
  return [type, ...typesIn(type).flatMap(withNested)]
}

function nameOf(type: protobuf.ReflectionObject): string {
  return type.fullName.replace(/^\./, '')
}

function indexesOf(type: protobuf.Type, messages: readonly protobuf.Type[]): number[] {
  const { parent } = type
  if (parent instanceof library().Type) return [...indexesOf(parent, messages), typesIn(parent).indexOf(type)]
  return [messages.indexOf(type)]
}

/** What has a length of its own is in no run. */
const texts: ReadonlySet<string> = new Set(['string', 'bytes'])

class Reader {
  readonly #messages = new Map<protobuf.Type, ProtoMessage>()

  constructor(readonly place: string) {}

  message(type: protobuf.Type): ProtoMessage {
    const known = this.#messages.get(type)
    if (known !== undefined) return known
    const fields: ProtoField[] = []
    const message = { fullName: nameOf(type), name: type.name, fields }
    this.#messages.set(type, message)
    fields.push(...type.fieldsArray.map((field) => this.#field(field)))
    return message
  }

  #field(field: protobuf.Field): ProtoField {
    const { resolvedType, partOf } = field
    if (field.delimited)
      throw new GenesisError('SCHEMA_INVALID', 'groups are not written', {
        place: `${this.place}: field ${nameOf(field)}`,
        found: `group ${resolvedType?.name ?? field.type}`,
        remedy: 'Make it a message, and a field of that type',
      })
    const isMap = field instanceof library().MapField
    const type = this.#type(field)
    const label = isMap
      ? 'map'
      : field.repeated
        ? 'repeated'
        : field.required
          ? 'required'
          : field.hasPresence || type.kind === 'message'
            ? 'optional'
            : 'implicit'
    return {
      name: field.name,
      number: field.id,
      label,
      type,
      key: isMap ? field.keyType : null,
      isPacked: field.packed && type.kind !== 'message' && !(type.kind === 'scalar' && texts.has(type.name)),
      oneof: partOf === null || partOf.isProto3Optional ? null : partOf.name,
    }
  }

  #type({ resolvedType, type }: protobuf.Field): ProtoType {
    if (resolvedType instanceof library().Type) return { kind: 'message', message: this.message(resolvedType) }
    if (resolvedType instanceof library().Enum)
      return { kind: 'enum', name: resolvedType.name, numbers: new Map(Object.entries(resolvedType.values)) }
    return { kind: 'scalar', name: type }
  }
}
