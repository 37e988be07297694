/** The formats of keys whose schemas are in a registry: each a single value, never null. */
import type { ConnectorConfig } from '../config/connector.js'
import { GenesisError } from '../errors.js'
import { parseJsonSchema, type JsonSchema } from '../model/schemas/json-schema.js'
import type { NamedSchema } from '../model/schemas/named-schema.js'
import { parseProto, type ProtoSchema } from '../model/schemas/proto-file.js'
import type { Field } from '../record.js'
import { deriveType } from './avro/derive.js'
import { parseSchema, type AvroSchema } from './avro/schema.js'
import { describeField } from './describe-field.js'
import { deriveJsonType } from './json-schema/derive.js'
import { misfitOf } from './json-schema/fit.js'
import { asKey, avroKeyStep } from './key.js'
import { deriveProto } from './protobuf/derive.js'
import { planProto } from './protobuf/plan.js'
import type { SchemaType } from './registry.js'
import { avroName } from './schema-names.js'
import type { EncodeStep } from './step.js'
import type { Subject, SubjectSchema } from './subject.js'
import { textStep } from './text-steps.js'

interface KeySchema extends SubjectSchema {
  /** Writes a key after `prefix`. Throws SCHEMA_MISMATCH. */
  readonly step: (field: Field, column: number, prefix: Buffer) => EncodeStep
}

interface KeyFormat {
  readonly type: SchemaType
  /** `name`: of what a schema needs a name for. */
  readonly derive: (field: Field, name: string) => KeySchema
  readonly parse: (schema: unknown, place: string, references: readonly NamedSchema[]) => KeySchema
}

const derivedPlace = 'the derived key schema'

const keyFormats: Readonly<Record<'avro' | 'json-schema' | 'protobuf', KeyFormat>> = {
  avro: {
    type: 'AVRO',
    derive: ({ type }) => {
      if (type.kind === 'list') throw new GenesisError('INTERNAL', 'a key that is a list')
      return ofAvro(parseSchema(deriveType(type), derivedPlace))
    },
    parse: (schema, place, references) => ofAvro(parseSchema(schema, place, references)),
  },
  'json-schema': {
    type: 'JSON',
    derive: ({ type }) => ofJson(parseJsonSchema(deriveJsonType(type), derivedPlace)),
    parse: (schema, place, references) => ofJson(parseJsonSchema(schema, place, references)),
  },
  protobuf: {
    type: 'PROTOBUF',
    derive: (field, name) => {
      const text = deriveProto([alone(field)], { name: avroName(`${name}_key`), namespace: 'genesis' })
      return ofProto(parseProto(text, derivedPlace, null))
    },
    parse: (schema, place, references) => ofProto(parseProto(String(schema), place, null, references)),
  },
}

/** An Avro, JSON Schema or Protobuf key's subject in the registry: the column's own type, without null; null: the key has no schema. */
export function keySubject(
  connector: Pick<ConnectorConfig, 'name' | 'topic' | 'keyFormat' | 'value'>,
  field: Field,
): Subject<KeySchema> | null {
  const { keyFormat, value } = connector
  if (keyFormat !== 'avro' && keyFormat !== 'json-schema' && keyFormat !== 'protobuf') return null
  const { type, derive, parse } = keyFormats[keyFormat]
  const target = connector.topic ?? connector.name
  const own = value.useLatest ? null : derive(field, target)
  return { name: `${target}-key`, type, own, autoRegister: value.autoRegister, normalize: value.normalize, parse }
}

/** The column as a record's only field, which is always there. */
function alone({ path, ...field }: Field): Field {
  return { ...field, name: path?.at(-1) ?? field.name, nullable: false }
}

function ofAvro(schema: AvroSchema): KeySchema {
  const { json, place } = schema
  return { json, place, step: (field, column, prefix) => avroKeyStep(field, column, schema, prefix) }
}

function ofJson(schema: JsonSchema): KeySchema {
  const { json, place, root } = schema
  return {
    json,
    place,
    step: (field, column, prefix) => {
      const misfit = misfitOf(field, root, schema)
      if (misfit === null) return asKey(textStep(field, column, 'json', '', ''), field, prefix)
      const { what, ...details } = misfit
      throw new GenesisError('SCHEMA_MISMATCH', `the key: ${what}`, { place, ...details })
    },
  }
}

function ofProto(schema: ProtoSchema): KeySchema {
  const { text, place } = schema
  return {
    json: text,
    place,
    step: (field, column, prefix) => {
      const [indexes, step, ...others] = planProto([alone(field)], schema).steps
      if (others.length === 0 && indexes.step === 'constant' && step !== undefined && 'column' in step)
        return asKey({ ...step, column }, field, Buffer.concat([prefix, indexes.bytes]))
      throw new GenesisError('SCHEMA_MISMATCH', 'the key: no field for the column', {
        place,
        found: describeField(field),
        expected: `a field ${alone(field).name}`,
      })
    },
  }
}
