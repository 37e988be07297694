import type { Registry } from '../registry.js'
import { GenesisError } from '../../errors.js'
import type { AvroSchema } from './schema.js'
import { parseSchema } from './schema.js'

/** The registry calls needed here. */
export type SubjectRegistry = Pick<Registry, 'register' | 'lookup' | 'latest' | 'compatibility'>

/** A subject, and which of its schemas to write with. */
export interface Subject {
  readonly name: string
  /** The connector's own schema; null: the subject's latest. */
  readonly own: AvroSchema | null
  /** Whether to register the own schema if the subject lacks it. */
  readonly autoRegister: boolean
}

export interface WriterSchema {
  readonly id: number
  readonly schema: AvroSchema
}

/** The schema to write records with, and its id. Throws SUBJECT_MISSING, SCHEMA_INCOMPATIBLE or the registry's errors. */
export async function resolveSubject(subject: Subject, registry: SubjectRegistry | null): Promise<WriterSchema> {
  const { name, own, autoRegister } = subject
  const known = needed(registry)
  if (own === null) return newest(name, known)
  const id = await (autoRegister ? known.register(name, own.json) : known.lookup(name, own.json))
  return { id, schema: own }
}

/** The same without registering anything: throws whatever `resolveSubject` would. */
export async function checkSubject(subject: Subject, registry: SubjectRegistry | null): Promise<AvroSchema> {
  const { name, own, autoRegister } = subject
  const known = needed(registry)
  if (own === null) return (await newest(name, known)).schema
  if (!autoRegister) await known.lookup(name, own.json)
  else {
    const { compatible, messages } = await known.compatibility(name, own.json)
    if (!compatible) {
      throw new GenesisError('SCHEMA_INCOMPATIBLE', `the schema is not compatible with subject ${name}`, {
        place: own.place,
        found: messages.join(' ') || 'no reason given',
      })
    }
  }
  return own
}

async function newest(name: string, registry: SubjectRegistry): Promise<WriterSchema> {
  const { id, schema, references } = await registry.latest(name)
  return { id, schema: parseSchema(schema, `subject ${name}`, references) }
}

function needed(registry: SubjectRegistry | null): SubjectRegistry {
  if (registry !== null) return registry
  throw new GenesisError('CONFIG_INVALID', 'Avro in a topic needs a schema registry', {
    remedy: 'Set registry.url (or SCHEMA_REGISTRY_URL), or value.format: json.',
  })
}
