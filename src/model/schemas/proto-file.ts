/** Reads a .proto file for the encoder: one message, with all types its fields refer to. */
import { createRequire } from 'node:module'
import type protobuf from 'protobufjs'
import { isObject } from '../../config/is-object.js'
import { GenesisError } from '../../errors.js'
import type { NamedSchema } from './named-schema.js'

export interface ProtoSchema {
  /** The schema text, which is what is registered. */
  readonly text: string
  /** The file's path, the registry's subject, or "the inline schema". */
  readonly place: string
  /** The message of a record. */
  readonly message: ProtoMessage
  /** The message's indexes, from the outermost enclosing message to itself. */
  readonly indexes: readonly number[]
}

export interface ProtoMessage {
  readonly fullName: string
  readonly name: string
  /** In file order. */
  readonly fields: readonly ProtoField[]
}

export interface ProtoField {
  readonly name: string
  readonly number: number
  /** `implicit`: a proto3 field that has a default instead of being absent. For a map, `type` is the type of its values. */
  readonly label: 'implicit' | 'optional' | 'required' | 'repeated' | 'map'
  readonly type: ProtoType
  /** The key type of a map; null: not a map. */
  readonly key: string | null
  /** Whether a repeated field uses packed encoding. */
  readonly isPacked: boolean
  /** The oneof it is in; null: none. */
  readonly oneof: string | null
}

export type ProtoType =
  | { readonly kind: 'scalar'; readonly name: string }
  | { readonly kind: 'enum'; readonly name: string; readonly numbers: ReadonlyMap<string, number> }
  /** `message` is resolved on access, because messages may be recursive. */
  | { readonly kind: 'message'; readonly message: ProtoMessage }

/** The date type of Google's APIs: an import that every registry and reader knows, like `knownImports`. */
const dateProto =
  'syntax = "proto3"; package google.type; message Date { int32 year = 1; int32 month = 2; int32 day = 3; }'
/** Imports that every registry and reader knows, and that are built into protobufjs. */
export const knownImports: readonly string[] = [
  'timestamp',
  'duration',
  'wrappers',
  'empty',
  'struct',
  'any',
  'field_mask',
].map((name) => `google/protobuf/${name}.proto`)

const require = createRequire(import.meta.url)

/** protobufjs, loaded on first use: loading takes about 40 ms in every thread. */
function library(): typeof protobuf {
  return require('protobufjs') as typeof protobuf
}

/** Whether a message is a well-known type of Google's, with special meaning. */
export function isGoogleType({ fullName }: ProtoMessage): boolean {
  return /^google\.(protobuf|type)\./.test(fullName)
}

const wrappers: ReadonlyMap<string, string> = new Map(
  ['Double', 'Float', 'Int64', 'UInt64', 'Int32', 'UInt32', 'Bool', 'String', 'Bytes'].map((name) => [
    `google.protobuf.${name}Value`,
    name.toLowerCase(),
  ]),
)

/** The scalar in a google.protobuf wrapper; null: not a wrapper. */
export function wrappedScalar({ fullName }: Pick<ProtoMessage, 'fullName'>): string | null {
  return wrappers.get(fullName) ?? null
}

/** A schema that contains the text of a .proto file, `{ protobuf, message }`; null: not such a schema. */
export function inlineProto(schema: unknown): { readonly protobuf: string; readonly message?: string } | null {
  if (!isObject(schema) || typeof schema.protobuf !== 'string') return null
  const { protobuf: text, message } = schema
  return { protobuf: text, ...(typeof message === 'string' && { message }) }
}

/** `message`: its name, full or within the package; null: the first of the file. `references`: files that it may import. Throws SCHEMA_INVALID. */
export function parseProto(
  text: string,
  place: string,
  message: string | null,
  references: readonly NamedSchema[] = [],
): ProtoSchema {
  const pb = library()
  const root = new pb.Root()
  const parsed = parsedProto(text, root, place)
  const own = parsed.package === undefined ? root : root.lookup(parsed.package)
  const messages = own instanceof pb.Namespace ? typesIn(own) : []
  addImports(root, parsed, { place, references, added: new Set() })
  try {
    root.resolveAll()
  } catch (cause) {
    throw new GenesisError('SCHEMA_INVALID', (cause as Error).message, {
      place,
      remedy: 'Import the file that defines it, or define it in this file',
      cause,
    })
  }
  const type = chosen(messages, parsed.package ?? '', message, place)
  return { text, place, message: new Reader(place).message(type), indexes: indexesOf(type, messages) }
}

function typesIn(namespace: protobuf.NamespaceBase): protobuf.Type[] {
  return namespace.nestedArray.filter((one): one is protobuf.Type => one instanceof library().Type)
}

/** The paths that a .proto file imports. */
export function importsIn(text: string): string[] {
  return importsOf(library().parse(text, new (library().Root)()))
}

function importsOf({ imports, weakImports }: protobuf.IParserResult): string[] {
  return [...(imports ?? []), ...(weakImports ?? [])]
}

interface Imports {
  readonly place: string
  readonly references: readonly NamedSchema[]
  readonly added: Set<string>
}

function addImports(root: protobuf.Root, parsed: protobuf.IParserResult, known: Imports): void {
  const { place, references, added } = known
  for (const name of importsOf(parsed)) {
    if (added.has(name)) continue
    added.add(name)
    const reference = references.find((one) => one.name === name)
    if (reference === undefined) addKnownImport(root, name, place)
    else addImports(root, parsedProto(String(reference.schema), root, `${place}: import ${name}`), known)
  }
}

function parsedProto(text: string, root: protobuf.Root, place: string): protobuf.IParserResult {
  try {
    return library().parse(text, root, { keepCase: true })
  } catch (cause) {
    throw new GenesisError('SCHEMA_INVALID', `not a .proto file: ${(cause as Error).message}`, { place, cause })
  }
}

function addKnownImport(root: protobuf.Root, name: string, place: string): void {
  if (name === 'google/type/date.proto') {
    library().parse(dateProto, root, { keepCase: true })
    return
  }
  const known = knownImports.includes(name) ? library().common.get(name) : null
  if (known === null)
    throw new GenesisError('SCHEMA_INVALID', 'unknown import', {
      place,
      found: `import ${JSON.stringify(name)}`,
      expected: 'google/protobuf/timestamp.proto, google/protobuf/wrappers.proto or google/type/date.proto',
      remedy: 'Put its file at that path below the folder of this .proto file, or name it in value.schema_references',
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

/** Types with a length prefix, which cannot be packed. */
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
      throw new GenesisError('SCHEMA_INVALID', 'groups are not supported', {
        place: `${this.place}: field ${nameOf(field)}`,
        found: `group ${resolvedType?.name ?? field.type}`,
        remedy: 'Replace it with a message and a field of that type',
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
