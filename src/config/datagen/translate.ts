/**
 * Translates configurations of kafka-connect-datagen to our options (github.com/confluentinc/kafka-connect-datagen,
 * DatagenConnectorConfig and DatagenTask), as documented in docs/datagen.md.
 */
import { isObject } from '../is-object.js'
import type { RawConfig, RawValue } from '../raw-connector.js'
import { nearest } from '../nearest.js'
import { datagenSchema, replacedOptions } from './options.js'
import { quickstarts } from './quickstarts.js'

export interface Translated {
  /** By our keys, and Connect's that we also have. */
  readonly config: RawConfig
  /** The keys as sent, by the keys they became. */
  readonly sentAs: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
}

export interface Problem {
  readonly key: string
  readonly what: string
  readonly found?: string
  readonly expected?: string
  readonly remedy?: string
}

/** Keys of kafka-connect-datagen and of converters that have an effect here. */
export function isDatagenKey(key: string): boolean {
  return Object.hasOwn(datagenSchema, key) || /^(key|value)\.converter(\.schemas\.enable)?$/.test(key)
}

/** Converter settings: known ones become options, the others have no effect. */
function isConverterKey(key: string): boolean {
  return /^(key|value|header)\.converter(\.|$)/.test(key)
}

/** Our formats by Connect's converters. */
const converters: Readonly<Record<string, string>> = {
  'io.confluent.connect.avro.AvroConverter': 'avro',
  'io.confluent.connect.json.JsonSchemaConverter': 'json-schema',
  'io.confluent.connect.protobuf.ProtobufConverter': 'protobuf',
  'org.apache.kafka.connect.json.JsonConverter': 'json',
  'org.apache.kafka.connect.storage.StringConverter': 'string',
  'org.apache.kafka.connect.converters.LongConverter': 'long',
}
const keyFormats = ['avro', 'json-schema', 'protobuf', 'json', 'string', 'long']
const valueFormats = ['avro', 'json', 'json-schema', 'protobuf']
const sources = ['schema.string', 'schema.filename', 'quickstart'] as const
const defaultInterval = 500
/** Stand-ins for invalid values. */
const unknown = { topic: 'unknown', schema: '{}' } as const

/** `hasFile`: whether the schemas folder has a file of this name. */
export function fromDatagen(given: RawConfig, hasFile: (name: string) => boolean): Translated {
  return new Translation(given, hasFile).translate()
}

class Translation {
  readonly #config: Record<string, RawValue> = {}
  readonly #sentAs = new Map<string, string>()
  readonly #problems: Problem[] = []

  constructor(
    readonly given: RawConfig,
    readonly hasFile: (name: string) => boolean,
  ) {}

  translate(): Translated {
    for (const [key, item] of Object.entries(this.given)) {
      if (isDatagenKey(key) || isConverterKey(key)) continue
      if (replacedOptions.has(key))
        this.#wrong(key, 'not supported by this connector class', { expected: 'the options of datagen' })
      else this.#config[key] = item
    }
    const topic = this.#text('kafka.topic')
    if (topic === undefined) this.#wrong('kafka.topic', 'missing key', { expected: 'a topic' })
    this.#set('topic', topic ?? unknown.topic, 'kafka.topic')
    this.#schema()
    // Avoids a second error for a missing key; a configuration with errors does not run.
    this.#config['value.schema'] ??= unknown.schema
    const tasks = Math.max(1, this.#whole('tasks.max', 1))
    const iterations = this.#whole('iterations', -1)
    if (iterations > 0) this.#set('throughput.max_records', String(iterations * tasks), 'iterations')
    const interval = this.#whole('max.interval', defaultInterval)
    // Waits are uniform up to the interval, so half of it on average.
    if (interval > 0 && this.given['throughput.rate'] === undefined && this.given['throughput.interval'] === undefined)
      this.#set('throughput.rate', String((2000 * tasks) / interval), 'max.interval')
    this.#seed()
    this.#converter('key', keyFormats, 'key_format')
    this.#converter('value', valueFormats, 'value.format')
    this.#set('headers', JSON.stringify(headers), 'connector.class')
    return { config: this.#config, sentAs: this.#sentAs, problems: this.#problems }
  }

  #schema(): void {
    const set = sources.filter((key) => this.#text(key) !== undefined)
    if (set.length !== 1)
      return this.#wrong(set[1] ?? 'quickstart', `Must set exactly one of ${sources.join(', ')}`, {
        found: set.length === 0 ? 'none' : set.join(' and '),
      })
    const [key] = set
    const text = this.#text(key) ?? ''
    if (key === 'quickstart') {
      const name = text.toLowerCase()
      if (Object.hasOwn(quickstarts, name)) return this.#ready(name, key)
      const known = Object.keys(quickstarts)
      return this.#wrong(key, 'unknown quickstart', {
        found: text,
        expected: nearest(name, known) ?? `one of ${known.join(', ')}`,
      })
    }
    if (key === 'schema.filename') {
      // kafka-connect-datagen finds its own schemas by file name.
      const ready = Object.keys(quickstarts).find((name) => quickstarts[name].file === text)
      if (ready !== undefined && !this.hasFile(text))
        return this.#ready(ready, key, this.#text('schema.keyfield') ?? null)
      this.#set('value.schema', text, key)
    } else if (!holdsObject(text))
      return this.#wrong(key, 'not an Avro schema', { found: text.slice(0, 60), expected: 'a JSON object' })
    else this.#set('value.schema', text, key)
    this.#set('key', this.#text('schema.keyfield') ?? null, 'schema.keyfield')
  }

  #ready(
    name: string,
    sentAs: string,
    keyField: string | null = this.#text('schema.keyfield') ?? quickstarts[name].key,
  ): void {
    this.#set('value.schema', JSON.stringify(quickstarts[name].schema), sentAs)
    this.#set('key', keyField, this.#text('schema.keyfield') === undefined ? sentAs : 'schema.keyfield')
  }

  #seed(): void {
    const seed = this.#text('random.seed')
    if (seed === undefined) return
    if (!/^[-+]?\d+$/.test(seed))
      return this.#wrong('random.seed', 'not a number', { found: seed, expected: 'an integer' })
    // A long has 64 bits, a seed 53.
    this.#set('seed', String(BigInt.asUintN(53, BigInt(seed.replace('+', '')))), 'random.seed')
  }

  #converter(side: 'key' | 'value', formats: readonly string[], target: string): void {
    const key = `${side}.converter`
    const given = this.#text(key)
    for (const [name, item] of Object.entries(this.given)) {
      if (!name.startsWith(`${key}.`)) continue
      const setting = name.slice(key.length + 1)
      if (setting === 'auto.register.schemas' || setting === 'use.latest.version') {
        if (side === 'value') this.#config[name] = item
      }
    }
    if (given === undefined) return
    const simple = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
    const full = Object.keys(converters).find((name) => name === given || simple(name) === given)
    const format = full === undefined ? undefined : converters[full]
    if (format === undefined || !formats.includes(format)) {
      const known = Object.keys(converters).filter((name) => formats.includes(converters[name]))
      return this.#wrong(key, `this converter is not supported for ${side}s`, {
        found: given,
        expected: `one of ${known.join(', ')}`,
      })
    }
    if (format === 'json' && this.#text(`${key}.schemas.enable`) !== 'false')
      this.#wrong(`${key}.schemas.enable`, 'embedding the schema in each record is not supported', {
        found: this.#text(`${key}.schemas.enable`) ?? 'nothing (default: true)',
        expected: 'false',
      })
    this.#set(target, format, key)
  }

  /** A value as text; undefined if empty. */
  #text(key: string): string | undefined {
    const item = this.given[key]
    if (item === undefined || item === null || item === '') return undefined
    return typeof item === 'object' ? JSON.stringify(item) : String(item)
  }

  #whole(key: string, usual: number): number {
    const text = this.#text(key)
    if (text === undefined) return usual
    if (/^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text)
    // The placeholder's value is known when the task starts; tasks.max has its own check.
    if (key !== 'tasks.max') this.#wrong(key, 'not a number', { found: text, expected: 'an integer' })
    return usual
  }

  #set(key: string, item: RawValue, sentAs: string): void {
    if (item === null) return
    this.#config[key] = item
    this.#sentAs.set(key, sentAs)
  }

  #wrong(key: string, what: string, details: Omit<Problem, 'key' | 'what'>): void {
    this.#problems.push({ key, what, ...details })
  }
}

/** kafka-connect-datagen's utility headers. Streams never restart here, so a task has a single generation. */
const headers = {
  'task.generation': '0',
  'task.id': { position: 'task' },
  'current.iteration': { position: 'iteration' },
}

function holdsObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}
