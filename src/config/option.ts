/**
 * One row per option: the meaning of a key in a configuration file. A tree of rows is a valid convict schema; checks,
 * JSON Schema and reference pages are all generated from it.
 */

/** The rows of formats.ts. */
export type FormatName =
  | 'text'
  | 'name'
  | 'topic'
  | 'path'
  | 'url'
  | 'ws-url'
  | 'endpoint'
  | 'origins'
  | 'columns'
  | 'key'
  | 'pem'
  | 'count'
  | 'number'
  | 'threads'
  | 'flag'
  | 'duration'
  | 'timeout'
  | 'size'
  | 'list'
  | 'addresses'
  | 'map'
  | 'object'
  | 'maps'
  | 'schema'

/** `V`: the type of the checked value. */
export interface Option<V = unknown> {
  readonly doc: string
  /** The name of a format in formats.ts, or the allowed values. */
  readonly format: FormatName | string[]
  /** As written in a file; null: none. */
  readonly default: unknown
  /** Null is allowed: the option is unset. */
  readonly nullable: boolean
  readonly required: boolean
  /** The environment variable that overrides the file. */
  readonly env?: string
  /** Never shown in messages or logs. */
  readonly sensitive: boolean
  /** An example value, for the message that it is missing. */
  readonly example?: string
  /** The equivalent flag of `genesis stream`, with its dashes. */
  readonly flag?: string
  /** The equivalent option of the library; a dot for one in an object. A unit suffix is the unit of its number. */
  readonly code?: string
  /** The library's default in the library's unit, if different. */
  readonly codeDefault?: unknown
  /** Kafka Connect's and kafka-connect-datagen's names for it, accepted over REST and in properties files. */
  readonly aliases?: readonly string[]
  /** Importance to users (org.apache.kafka.common.config.ConfigDef.Importance). @default 'low'; required: 'high' */
  readonly importance?: 'high' | 'medium' | 'low'
  readonly minimum?: number
  readonly maximum?: number
  /** For format maps, whose value is a map or a list of maps: the keys of each. */
  readonly items?: OptionTree
  /** Never present: carries V for the compiler. */
  readonly type?: V
}

export interface OptionTree {
  readonly [key: string]: Option | OptionTree
}

/** The checked values of a tree, by the keys of the file. */
export type Values<T> = { [K in keyof T]: T[K] extends Option<infer V> ? V : Values<T[K]> }

type Details = Partial<
  Pick<
    Option,
    'env' | 'example' | 'flag' | 'code' | 'codeDefault' | 'aliases' | 'importance' | 'minimum' | 'maximum' | 'sensitive'
  >
>

/** An option with a default. */
export function option<V>(format: FormatName, doc: string, value: unknown, details: Details = {}): Option<V> {
  return { doc, format, default: value, nullable: false, required: false, sensitive: false, ...details }
}

/** An option that is null if unset. */
export function optional<V>(format: FormatName, doc: string, details: Details = {}): Option<V | null> {
  return { doc, format, default: null, nullable: true, required: false, sensitive: false, ...details }
}

/** One map of options, or a list of them, held as a list as written; `checkItems` checks it. */
export function maps(items: OptionTree, doc: string): Option<readonly unknown[]> {
  return { doc, format: 'maps', default: [], nullable: true, required: false, sensitive: false, items }
}

/** A mandatory option. */
export function required<V>(format: FormatName, doc: string, details: Details = {}): Option<V> {
  return { doc, format, default: null, nullable: false, required: true, sensitive: false, ...details }
}

/** One of a few words. */
export function choice<const W extends string>(words: readonly W[], doc: string, value: W, details: Details = {}) {
  return choiceOption<W>(words, doc, value, details)
}

/** One of a few words, or null. */
export function optionalChoice<const W extends string>(words: readonly W[], doc: string, details: Details = {}) {
  return choiceOption<W | null>(words, doc, null, details)
}

function choiceOption<V>(words: readonly string[], doc: string, value: V, details: Details): Option<V> {
  return {
    doc,
    format: [...words],
    default: value,
    nullable: value === null,
    required: false,
    sensitive: false,
    ...details,
  }
}

export function isOption(node: Option | OptionTree): node is Option {
  return 'default' in node
}

/** All options of a tree by dotted key, in tree order. */
export function* optionsOf(tree: OptionTree, prefix = ''): Generator<[key: string, option: Option]> {
  for (const [name, node] of Object.entries(tree)) {
    if (isOption(node)) yield [prefix + name, node]
    else yield* optionsOf(node, `${prefix}${name}.`)
  }
}
