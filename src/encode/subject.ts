import { GenesisError } from '../errors.js'
import type { NamedSchema } from '../model/schemas/named-schema.js'
import type { Registry, SchemaOptions, SchemaReference, SchemaType } from './registry.js'
import { refersTo } from './refers-to.js'

/** What is asked of a registry. */
export type SubjectRegistry = Pick<Registry, 'register' | 'lookup' | 'versionOf' | 'latest' | 'compatibility'>

/** A schema as the registry has it. */
export interface SubjectSchema {
  /** What is registered: a JSON value, or the text of a .proto file. */
  readonly json: unknown
  readonly place: string
  /** The schemas it refers to, each after those it refers to itself; their subjects have their names. @default none */
  readonly references?: readonly NamedSchema[]
}

/** A subject, and which of its schemas is written with. */
export interface Subject<Schema extends SubjectSchema> {
  readonly name: string
  readonly type: SchemaType
  /** The connector's own schema; null: the newest that the subject has. */
  readonly own: Schema | null
  /** Whether the own schema is registered if the subject does not have it yet. */
  readonly autoRegister: boolean
  /** Whether the registry treats schemas that differ only in form as the same. */
  readonly normalize: boolean
  /** Reads a schema of the registry. `references`: the schemas that it uses, each after those it uses itself. Throws SCHEMA_INVALID. */
  readonly parse: (schema: unknown, place: string, references: readonly NamedSchema[]) => Schema
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
  const references: SchemaReference[] = []
  for (const reference of own.references ?? []) {
    const options = optionsFor(reference.schema, references, subject)
    if (autoRegister) await known.register(reference.name, reference.schema, type, options)
    references.push(await referenceTo(reference, known, subject, options))
  }
  const options = optionsFor(own.json, references, subject)
  const id = await (autoRegister
    ? known.register(name, own.json, type, options)
    : known.lookup(name, own.json, type, options))
  return { id, schema: own }
}

/** The same without registering anything: throws what `resolveSubject` would, as far as the registry has what the schema refers to. */
export async function checkSubject<Schema extends SubjectSchema>(
  subject: Subject<Schema>,
  registry: SubjectRegistry | null,
): Promise<Schema> {
  const { own, autoRegister } = subject
  const known = needed(registry)
  if (own === null) return (await newest(subject, known)).schema
  const references: SchemaReference[] = []
  let isComplete = true
  for (const reference of own.references ?? []) {
    const options = optionsFor(reference.schema, references, subject)
    try {
      references.push(await referenceTo(reference, known, subject, options))
    } catch (error) {
      if (!autoRegister || !(error instanceof GenesisError && error.code === 'SUBJECT_MISSING')) throw error
      // A schema that refers to a new one can only be checked once that is registered.
      if (isComplete) await checkCompatible(reference.name, reference.schema, own.place, known, subject, options)
      isComplete = false
    }
  }
  if (!isComplete) return own
  const options = optionsFor(own.json, references, subject)
  if (autoRegister) await checkCompatible(subject.name, own.json, own.place, known, subject, options)
  else await known.lookup(subject.name, own.json, subject.type, options)
  return own
}

type Asked = Pick<Subject<SubjectSchema>, 'type' | 'normalize'>

/** How a schema that may refer to some of `references` is asked for. */
function optionsFor(
  schema: unknown,
  references: readonly SchemaReference[],
  { type, normalize }: Asked,
): SchemaOptions {
  return { references: references.filter(({ name }) => refersTo(schema, name, type)), normalize }
}

async function referenceTo(
  { name, schema }: NamedSchema,
  registry: SubjectRegistry,
  { type }: Asked,
  options: SchemaOptions,
): Promise<SchemaReference> {
  return { name, subject: name, version: await registry.versionOf(name, schema, type, options) }
}

async function checkCompatible(
  name: string,
  schema: unknown,
  place: string,
  registry: SubjectRegistry,
  { type }: Asked,
  options: SchemaOptions,
): Promise<void> {
  const { compatible, messages } = await registry.compatibility(name, schema, type, options)
  if (compatible) return
  throw new GenesisError('SCHEMA_INCOMPATIBLE', `the schema is not compatible with subject ${name}`, {
    place,
    found: messages.join(' ') || 'no reason given',
  })
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
