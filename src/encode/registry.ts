/** Client of a schema registry's REST API (Confluent's, which others implement too). */
import { setTimeout as sleep } from 'node:timers/promises'
import { exactJsonText, parseExactJson } from '../config/exact-json.js'
import type { WorkerConfig } from '../config/worker.js'
import type { ErrorCode } from '../errors.js'
import { GenesisError } from '../errors.js'
import type { NamedSchema } from '../model/schemas/named-schema.js'
import type * as Http from './registry-http.js'
import type { HttpAnswer, HttpOptions } from './registry-http.js'

/** A registered schema, with the schemas it refers to, each after its own dependencies. */
export interface RegisteredSchema {
  readonly id: number
  /** A JSON value; of Protobuf the text of a .proto file. */
  readonly schema: unknown
  readonly references: readonly NamedSchema[]
}

export interface Compatibility {
  readonly compatible: boolean
  /** The registry's reasons, if it gives any. */
  readonly messages: readonly string[]
}

/** What a schema is written in, in the API's words. */
export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF'

/** A schema that another one refers to, as the registry identifies it. */
export interface SchemaReference {
  readonly name: string
  readonly subject: string
  readonly version: number
}

/** How a schema is registered or looked up. */
export interface SchemaOptions {
  readonly references?: readonly SchemaReference[]
  /** Whether schemas that differ only in form are the same. @default false */
  readonly normalize?: boolean
}

/** What the API's own 404 says is missing: subject, version or schema. Any other 404 means that the server lacks the path. */
const missing = [40401, 40402, 40403]

/** Ids are 4 bytes in a record. */
const maxId = 2 ** 31 - 1

const attempts = 5
const firstDelayMs = 100
const maxDelayMs = 5_000

/** One HTTP exchange. Loaded on demand, with Node's modules for it: many commands never ask a registry. */
async function exchange(...call: Parameters<typeof Http.exchange>): Promise<HttpAnswer> {
  const http = await import('./registry-http.js')
  return http.exchange(...call)
}

/** The worker's registry, or null if it has none. */
export function createRegistry(options: WorkerConfig['registry']): Registry | null {
  return options.url === null ? null : new Registry({ ...options, url: options.url })
}

/**
 * Retries every call, with growing delays, on no response, 429 or 5xx; then throws
 * REGISTRY_UNREACHABLE. Messages contain no credentials. Tasks that start together share one request for an id.
 */
export class Registry {
  private readonly ids = new Map<string, Promise<number>>()
  readonly place: string

  constructor(
    private readonly options: HttpOptions,
    /** Delays between attempts; for tests. */
    private readonly pause: (ms: number) => Promise<unknown> = sleep,
  ) {
    let url: URL
    try {
      url = new URL(options.url)
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError(url.protocol)
    } catch {
      throw new GenesisError('CONFIG_INVALID', 'registry.url is not an http or https URL')
    }
    url.username = ''
    url.password = ''
    this.place = `registry ${url.href.replace(/\/$/, '')}`
  }

  /** The schema's id under the subject, registering it if necessary. Throws SCHEMA_INCOMPATIBLE. */
  register(subject: string, schema: unknown, type: SchemaType = 'AVRO', options: SchemaOptions = {}): Promise<number> {
    return this.once(keyOf('register', subject, schema, type, options), async () => {
      const path = `/subjects/${encodeURIComponent(subject)}/versions${queryOf(options)}`
      const post = (): Promise<HttpAnswer> => this.call('POST', path, written(schema, type, options))
      let answer = await post()
      if (answer.status === 200) return this.idOf(answer)
      if (answer.status !== 409) throw this.rejected(`subject ${subject}`, answer)
      const { compatible, messages } = await this.compatibility(subject, schema, type, options)
      if (compatible) {
        // Another worker registered it at the same moment.
        answer = await post()
        if (answer.status === 200) return this.idOf(answer)
      }
      const reasons = messages.length > 0 ? messages.join(' ') : messageOf(answer)
      throw this.error('SCHEMA_INCOMPATIBLE', `the schema is not compatible with subject ${subject}`, {
        found: reasons,
        remedy: 'Make the schema compatible, or send to another topic or subject.',
      })
    })
  }

  /** The id of exactly this schema under the subject. Throws SUBJECT_MISSING. */
  lookup(subject: string, schema: unknown, type: SchemaType = 'AVRO', options: SchemaOptions = {}): Promise<number> {
    return this.once(keyOf('lookup', subject, schema, type, options), async () =>
      this.idOf(await this.found(subject, schema, type, options)),
    )
  }

  /** The version of exactly this schema under the subject, for schemas that refer to it. Throws SUBJECT_MISSING. */
  versionOf(subject: string, schema: unknown, type: SchemaType, options: SchemaOptions = {}): Promise<number> {
    return this.once(keyOf('version', subject, schema, type, options), async () => {
      const { version } = objectOf(await this.found(subject, schema, type, options))
      if (typeof version === 'number' && Number.isInteger(version)) return version
      throw this.error('REGISTRY_REJECTED', 'the response has no version', { expected: "Confluent's REST API" })
    })
  }

  private async found(subject: string, schema: unknown, type: SchemaType, options: SchemaOptions): Promise<HttpAnswer> {
    const path = `/subjects/${encodeURIComponent(subject)}${queryOf(options)}`
    const answer = await this.call('POST', path, written(schema, type, options))
    if (answer.status === 200) return answer
    if (!isMissing(answer)) throw this.rejected(`subject ${subject}`, answer)
    const what = codeOf(answer) === 40403 ? 'does not have this schema' : 'does not exist'
    throw this.error('SUBJECT_MISSING', `subject ${subject} ${what}`, {
      remedy: 'Register the schema, or set auto_register or use_latest.',
    })
  }

  /** The subject's latest schema. Throws SUBJECT_MISSING. */
  async latest(subject: string, type: SchemaType = 'AVRO'): Promise<RegisteredSchema> {
    return this.version(subject, 'latest', type)
  }

  /** The Avro schema with this id. Throws REGISTRY_REJECTED if there is none. */
  async byId(id: number): Promise<RegisteredSchema> {
    const answer = await this.call('GET', `/schemas/ids/${id}`)
    if (answer.status !== 200) throw this.rejected(`schema ${id}`, answer)
    return this.schemaOf(`schema ${id}`, id, answer, 'AVRO')
  }

  /** What the registry has under an id, in a form that can be compared; null: nothing. One attempt, which does not keep the process alive. */
  async contentOf(id: number): Promise<string | null> {
    const answer = await exchange({ ...this.options, isBackground: true }, 'GET', `/schemas/ids/${id}`)
    if (isMissing(answer)) return null
    if (answer.status !== 200) throw this.rejected(`schema ${id}`, answer)
    const { schema, schemaType, references } = objectOf(answer)
    if (typeof schema !== 'string') throw this.noSchema(answer)
    return exactJsonText([schemaType ?? 'AVRO', schema, Array.isArray(references) ? references : []])
  }

  /** Whether the schema could be registered under the subject, given its compatibility setting; a new subject takes any. */
  async compatibility(
    subject: string,
    schema: unknown,
    type: SchemaType = 'AVRO',
    options: SchemaOptions = {},
  ): Promise<Compatibility> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions?verbose=true${options.normalize ? '&normalize=true' : ''}`
    const answer = await this.call('POST', path, written(schema, type, options))
    if (isMissing(answer)) return { compatible: true, messages: [] }
    if (answer.status !== 200) throw this.rejected(`subject ${subject}`, answer)
    // Confluent's registry returns messages, Apicurio's a reason.
    const { is_compatible: compatible, messages, reason } = objectOf(answer)
    if (typeof compatible !== 'boolean')
      throw this.error('REGISTRY_REJECTED', 'the response does not say whether the schema is compatible', {
        found: foundIn(answer),
        expected: "Confluent's REST API",
      })
    const given: unknown[] = Array.isArray(messages) ? messages : typeof reason === 'string' ? [reason] : []
    return { compatible, messages: given.map(String) }
  }

  private async version(subject: string, version: number | 'latest', type: SchemaType): Promise<RegisteredSchema> {
    const answer = await this.call('GET', `/subjects/${encodeURIComponent(subject)}/versions/${version}`)
    if (isMissing(answer)) {
      throw this.error('SUBJECT_MISSING', `subject ${subject} has no schema`, { remedy: 'Register one first.' })
    }
    if (answer.status !== 200) throw this.rejected(`subject ${subject}`, answer)
    return this.schemaOf(`subject ${subject}`, this.idOf(answer), answer, type)
  }

  private async schemaOf(what: string, id: number, answer: HttpAnswer, type: SchemaType): Promise<RegisteredSchema> {
    const { schema: text, schemaType, references } = objectOf(answer)
    if ((schemaType ?? 'AVRO') !== type) {
      throw this.error('REGISTRY_REJECTED', `${what} is not ${schemaNames[type]} schema`, {
        found: JSON.stringify(schemaType ?? 'AVRO'),
        expected: type,
      })
    }
    if (typeof text !== 'string') throw this.noSchema(answer)
    let schema: unknown = text
    try {
      if (type !== 'PROTOBUF') schema = parseExactJson(text)
    } catch {
      // The short form of a primitive type, as returned by some registries.
    }
    const needed = new Map<string, NamedSchema>()
    for (const { name, subject, version } of Array.isArray(references) ? (references as SchemaReference[]) : []) {
      const found = await this.version(subject, version, type)
      for (const one of [...found.references, { name, schema: found.schema }])
        if (!needed.has(one.name)) needed.set(one.name, one)
    }
    return { id, schema, references: [...needed.values()] }
  }

  /** The response, once another attempt would not change it. */
  private async call(method: 'GET' | 'POST', path: string, body?: object): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      let failure: { found: string; cause?: unknown }
      try {
        const answer = await exchange(this.options, method, path, body)
        if (answer.status !== 429 && answer.status < 500) return answer
        failure = { found: `status ${answer.status} (${messageOf(answer)})` }
      } catch (cause) {
        failure = { found: cause instanceof Error ? reasonOf(cause) : String(cause), cause }
      }
      if (attempt === attempts) {
        throw this.error('REGISTRY_UNREACHABLE', `no response in ${attempts} attempts`, {
          ...failure,
          remedy: 'Check registry.url, and that the registry is up.',
        })
      }
      await this.pause(Math.min(maxDelayMs, firstDelayMs * 2 ** (attempt - 1)) * (0.5 + Math.random()))
    }
  }

  private async once(key: string, resolve: () => Promise<number>): Promise<number> {
    const known = this.ids.get(key) ?? resolve()
    this.ids.set(key, known)
    try {
      return await known
    } finally {
      // It may change, so later callers ask again.
      this.ids.delete(key)
    }
  }

  private idOf(answer: HttpAnswer): number {
    const { id } = objectOf(answer)
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= maxId) return id
    throw this.error('REGISTRY_REJECTED', 'the response has no schema id', {
      found: foundIn(answer),
      expected: "Confluent's REST API",
    })
  }

  private noSchema(answer: HttpAnswer): GenesisError {
    return this.error('REGISTRY_REJECTED', 'the response has no schema', {
      found: foundIn(answer),
      expected: "Confluent's REST API",
    })
  }

  private rejected(what: string, answer: HttpAnswer): GenesisError {
    return this.error('REGISTRY_REJECTED', `the request for ${what} was refused`, {
      found: `status ${answer.status} (${messageOf(answer)})`,
      remedy: remedyOf(answer),
    })
  }

  private error(code: ErrorCode, what: string, details: ConstructorParameters<typeof GenesisError>[2]): GenesisError {
    return new GenesisError(code, what, { place: this.place, ...details })
  }
}

const schemaNames: Readonly<Record<SchemaType, string>> = { AVRO: 'an Avro', JSON: 'a JSON', PROTOBUF: 'a Protobuf' }

function written(schema: unknown, type: SchemaType, { references = [] }: SchemaOptions): object {
  return {
    schema: textOf(schema, type),
    ...(type !== 'AVRO' && { schemaType: type }),
    ...(references.length > 0 && { references }),
  }
}

function queryOf({ normalize = false }: SchemaOptions): string {
  return normalize ? '?normalize=true' : ''
}

/** The cache key of a call. */
function keyOf(call: string, subject: string, schema: unknown, type: SchemaType, options: SchemaOptions): string {
  return `${call} ${subject} ${type} ${textOf(schema, type)} ${JSON.stringify(options)}`
}

function textOf(schema: unknown, type: SchemaType): string {
  return type === 'PROTOBUF' ? String(schema) : exactJsonText(schema)
}

function objectOf({ body }: HttpAnswer): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
}

function codeOf(answer: HttpAnswer): number {
  return Number(objectOf(answer).error_code)
}

function isMissing(answer: HttpAnswer): boolean {
  return answer.status === 404 && missing.includes(codeOf(answer))
}

function remedyOf(answer: HttpAnswer): string | undefined {
  if (answer.status === 401 || answer.status === 403) return "Check the registry's credentials and permissions."
  if (answer.status !== 404 || isMissing(answer)) return undefined
  return 'There is no registry API at this address; its path may be missing, such as /apis/ccompat/v7.'
}

/** The beginning of a response that was not understood, on one line. */
function foundIn({ body }: HttpAnswer): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const line = text.replace(/\s+/g, ' ').trim()
  return line === '' ? 'an empty body' : line.length > 60 ? `${line.slice(0, 60)}…` : line
}

/** The registry's message, on one line. */
function messageOf(answer: HttpAnswer): string {
  const { message } = objectOf(answer)
  const text = typeof message === 'string' ? message : typeof answer.body === 'string' ? answer.body : ''
  return text.replace(/\s+/g, ' ').trim().slice(0, 500) || 'no message'
}

/** An error covering several addresses has no message of its own. */
function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException
  return error.message !== '' ? error.message : (code ?? error.name)
}
