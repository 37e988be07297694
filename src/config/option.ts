/**
 * One row per option: what a key of a configuration file means. A tree of them is a convict schema as it stands; the
 * checks, the JSON Schema and the reference pages are all made from it.
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
  | 'pem'
  | 'count'
  | 'number'
  | 'threads'
  | 'flag'
  | 'duration'
  | 'timeout'
  | 'size'
  | 'list'
  | 'map'
  | 'object'
  | 'maps'
  | 'schema'

/** `V` is the type of the checked value. */
export interface Option<V = unknown> {
  readonly doc: string
  /** The name of a format of formats.ts, or the allowed values. */
  readonly format: FormatName | string[]
  /** As written in a file; null where there is none. */
  readonly default: unknown
  /** Null is a value: the option is not used. */
  readonly nullable: boolean
  readonly required: boolean
  /** The environment variable that overrides the file. */
  readonly env?: string
  /** Never shown in a message or a log. */
  readonly sensitive: boolean
  /** What a value looks like, for the message that it is missing. */
  readonly example?: string
  /** The flag of `genesis stream` for the same thing, with its dashes. */
  readonly flag?: string
  /** The option of the library for the same thing; a dot for one in an object. A unit at its end is that of its number. */
  readonly code?: string
  /** The library's default where it is another one, as the library has it. */
  readonly codeDefault?: unknown
  /** Names of Kafka Connect and kafka-connect-datagen for the same thing, accepted over REST and in properties files. */
  readonly aliases?: readonly string[]
  /** How much it matters to a user (org.apache.kafka.common.config.ConfigDef.Importance). @default 'low'; required: 'high' */
  readonly importance?: 'high' | 'medium' | 'low'
  readonly minimum?: number
  readonly maximum?: number
  /** The keys of each, where the value is a map or a list of maps (format maps). */
  readonly items?: OptionTree
  /** Never present: carries V to the compiler. */
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

/** An option that is null where it is not given. */
export function optional<V>(format: FormatName, doc: string, details: Details = {}): Option<V | null> {
  return { doc, format, default: null, nullable: true, required: false, sensitive: false, ...details }
}

/** One map of options, or a list of them, held as a list of what was written; `checkItems` checks it. */
export function maps(items: OptionTree, doc: string): Option<readonly unknown[]> {
  return { doc, format: 'maps', default: [], nullable: true, required: false, sensitive: false, items }
}

/** An option without which there is no configuration. */
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

/** Every option of a tree with its dotted key, in the order of the tree. */
export function* optionsOf(tree: OptionTree, prefix = ''): Generator<[key: string, option: Option]> {
  for (const [name, node] of Object.entries(tree)) {
    if (isOption(node)) yield [prefix + name, node]
    else yield* optionsOf(node, `${prefix}${name}.`)
  }
}
