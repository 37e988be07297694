import { GenesisError } from '../errors.js'
import type { Registry, SchemaType } from './registry.js'

/** What is asked of a registry. */
export type SubjectRegistry = Pick<Registry, 'register' | 'lookup' | 'latest' | 'compatibility'>

/** A schema as the registry has it. */
export interface SubjectSchema {
  /** What is registered: a JSON value, or the text of a .proto file. */
  readonly json: unknown
  readonly place: string
}

/** A subject, and which of its schemas is written with. */
export interface Subject<Schema extends SubjectSchema> {
  readonly name: string
  readonly type: SchemaType
  /** The connector's own schema; null: the newest that the subject has. */
  readonly own: Schema | null
  /** Whether the own schema is registered if the subject does not have it yet. */
  readonly autoRegister: boolean
  /** Reads a schema of the registry. `references`: the schemas that it uses, each after those it uses itself. Throws SCHEMA_INVALID. */
  readonly parse: (schema: unknown, place: string, references: readonly unknown[]) => Schema
}

export interface WriterSchema<Schema> {
  readonly id: number
  readonly schema: Schema
}

/** The schema that records are written with, and its id. Throws SUBJECT_MISSING, SCHEMA_INCOMPATIBLE or the registry's errors. */
export async function resolveSubject<Schema extends SubjectSchema>(
  subject: Subject<Schema>,
  registry: SubjectRegistry | null,
): Promise<WriterSchema<Schema>> {
  const { name, own, autoRegister, type } = subject
  const known = needed(registry)
  if (own === null) return newest(subject, known)
  const id = await (autoRegister ? known.register(name, own.json, type) : known.lookup(name, own.json, type))
  return { id, schema: own }
}

/** The same without registering anything: throws what `resolveSubject` would. */
export async function checkSubject<Schema extends SubjectSchema>(
  subject: Subject<Schema>,
  registry: SubjectRegistry | null,
): Promise<Schema> {
  const { name, own, autoRegister, type } = subject
  const known = needed(registry)
  if (own === null) return (await newest(subject, known)).schema
  if (!autoRegister) await known.lookup(name, own.json, type)
  else {
    const { compatible, messages } = await known.compatibility(name, own.json, type)
    if (!compatible) {
      throw new GenesisError('SCHEMA_INCOMPATIBLE', `the schema is not compatible with subject ${name}`, {
        place: own.place,
        found: messages.join(' ') || 'no reason given',
      })
    }
  }
  return own
}

async function newest<Schema extends SubjectSchema>(
  { name, type, parse }: Subject<Schema>,
  registry: SubjectRegistry,
): Promise<WriterSchema<Schema>> {
  const { id, schema, references } = await registry.latest(name, type)
  return { id, schema: parse(schema, `subject ${name}`, references) }
}

function needed(registry: SubjectRegistry | null): SubjectRegistry {
  if (registry !== null) return registry
  throw new GenesisError('CONFIG_INVALID', 'a format with schemas needs a schema registry', {
    remedy: 'Set registry.url (or SCHEMA_REGISTRY_URL), or value.format: json.',
  })
}
