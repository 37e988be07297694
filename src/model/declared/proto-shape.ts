/** Reads a Protobuf message into the shapes of its fields, in Avro's terms. */
import {
  isGoogleType,
  wrappedScalar,
  type ProtoField,
  type ProtoMessage,
  type ProtoSchema,
  type ProtoType,
} from '../schemas/proto-file.js'
import { fieldAt, plainScalar, type RecordShape, type Scalar, type SchemaShape } from './avro-shape.js'
import type { SchemaSource } from './schema-source.js'

const kinds: Readonly<Record<string, Pick<Scalar, 'kind' | 'bounds'>>> = {
  int32: { kind: 'int' },
  sint32: { kind: 'int' },
  sfixed32: { kind: 'int' },
  uint32: { kind: 'int', bounds: { low: 0 } },
  fixed32: { kind: 'int', bounds: { low: 0 } },
  int64: { kind: 'long' },
  sint64: { kind: 'long' },
  sfixed64: { kind: 'long' },
  uint64: { kind: 'long', bounds: { low: 0 } },
  fixed64: { kind: 'long', bounds: { low: 0 } },
  float: { kind: 'float' },
  double: { kind: 'double' },
  bool: { kind: 'boolean' },
  string: { kind: 'string' },
  bytes: { kind: 'bytes' },
}

/** The shape of a message. Throws SCHEMA_INVALID, naming the field. */
export function shapeOfProto({ message }: ProtoSchema, source: SchemaSource): RecordShape {
  return new Reader(source).record(message, '', [])
}

class Reader {
  constructor(readonly source: SchemaSource) {}

  record(message: ProtoMessage, at: string, open: readonly ProtoMessage[]): RecordShape {
    const seen = new Set<string>()
    // The first field of a oneof is always the one set.
    const written = message.fields.filter(({ oneof }) => {
      const isOther = oneof !== null && seen.has(oneof)
      if (oneof !== null) seen.add(oneof)
      return !isOther
    })
    return {
      kind: 'record',
      path: fieldAt(at),
      properties: null,
      name: message.fullName,
      fields: written.map((field) => ({
        name: field.name,
        shape: this.#field(field, at === '' ? field.name : `${at}.${field.name}`, [...open, message]),
      })),
    }
  }

  #field({ label, type, key }: ProtoField, at: string, open: readonly ProtoMessage[]): SchemaShape {
    const path = fieldAt(at)
    const base = { path, properties: null } as const
    if (label === 'repeated') return { kind: 'array', ...base, items: this.#type(type, `${at}[]`, open) }
    if (label === 'map') {
      if (key !== 'string')
        this.source.invalid(path, 'maps are supported only with string keys', {
          found: `map<${key ?? ''}, …>`,
          expected: 'map<string, …>',
        })
      return { kind: 'map', ...base, items: this.#type(type, `${at}{}`, open) }
    }
    const shape = this.#type(type, at, open)
    const isWrapper = type.kind === 'message' && wrappedScalar(type.message) !== null
    // A message nested in itself is left absent, which ends the recursion.
    if (!isWrapper && shape.kind !== 'recursion' && (label !== 'optional' || type.kind === 'message')) return shape
    if (label === 'required') return shape
    return { kind: 'union', ...base, branches: [{ kind: 'null', ...base, ...plainScalar }, shape] }
  }

  #type(type: ProtoType, at: string, open: readonly ProtoMessage[]): SchemaShape {
    const base = { path: fieldAt(at), properties: null } as const
    if (type.kind === 'enum') return { kind: 'enum', ...base, ...plainScalar, symbols: this.#symbols(type, at) }
    if (type.kind === 'scalar') return { ...base, ...plainScalar, ...kinds[type.name] }
    const { message } = type
    if (message.fullName === 'google.protobuf.Timestamp')
      return { kind: 'long', ...base, ...plainScalar, logical: 'timestamp-millis' }
    if (message.fullName === 'google.type.Date') return { kind: 'int', ...base, ...plainScalar, logical: 'date' }
    const wrapped = wrappedScalar(message)
    if (wrapped !== null) return { ...base, ...plainScalar, ...kinds[wrapped] }
    if (isGoogleType(message))
      this.source.invalid(base.path, 'this type is not supported', {
        found: message.fullName,
        expected: 'Timestamp, Date, a wrapper, or a message of the file',
      })
    if (open.includes(message)) return { kind: 'recursion', ...base, name: message.fullName }
    return this.record(message, at, open)
  }

  /** Without the symbol that means unspecified. */
  #symbols({ numbers }: Extract<ProtoType, { kind: 'enum' }>, at: string): string[] {
    const all = [...numbers.keys()]
    const said = all.filter((symbol) => numbers.get(symbol) !== 0 || !/(^|_)(UNSPECIFIED|UNKNOWN|NONE)$/i.test(symbol))
    if (all.length === 0) this.source.invalid(fieldAt(at), 'an enum without values')
    return said.length > 0 ? said : all
  }
}
