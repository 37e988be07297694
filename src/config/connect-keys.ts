/**
 * Configurations as sent over REST: a flat map of strings, with our keys and Kafka Connect's names for them. They are
 * stored and shown as sent; this translates them.
 */
import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { GenesisError } from '../errors.js'
import { connectorClass, connectorClassOf, datagenClass } from './connector-class.js'
import { datagenSchema } from './datagen/options.js'
import { fromDatagen, isDatagenKey } from './datagen/translate.js'
import { connectorSchema } from './connector-schema.js'
import { isNestedTooDeep, maxNesting } from './json-nesting.js'
import { distance } from './nearest.js'
import { optionsOf, type Option } from './option.js'
import type { RawConfig, RawValue } from './raw-connector.js'
import type { ConfigSource } from './source.js'

/** Folders of a worker in which configurations over REST may name files, and what else they may read; null: none. */
export interface RestFolders {
  readonly models: string
  readonly schemas: string
  /** For output of file sinks. */
  readonly files: string | null
  /** For `${file:…}`. */
  readonly secrets: string | null
  /** Environment variables that `${env:…}` may read. */
  readonly variables: RegExp | null
  /** For a configuration from a file: paths are relative to its folder, and nothing is forbidden. */
  readonly isOfFile?: true
}

export interface ConnectKeys {
  /** By our keys. Places refer to the keys as sent. */
  readonly source: ConfigSource
  readonly errors: readonly GenesisError[]
}

/** Options of a connector by key and by alias. */
const options: ReadonlyMap<string, Option> = new Map(optionsOf(connectorSchema))
const aliases: ReadonlyMap<string, string> = new Map(
  [...options].flatMap(([key, { aliases = [] }]) => aliases.map((alias) => [alias, key] as const)),
)

/** Connect's own keys that have no effect here, or ask for what holds anyway. */
const harmless: ReadonlySet<string> = new Set([
  'connector.class',
  'connector.plugin.version',
  'name',
  'tasks.max.enforce',
  'config.action.reload',
  'header.converter',
  'errors.log.enable',
  'errors.log.include.messages',
  'exactly.once.support',
])

/** Keys that would change every record and are not supported: refusing is better than ignoring them silently. */
const refused: ReadonlyMap<string, string> = new Map([
  ['transforms', 'transformations are not supported'],
  ['predicates', 'transformations are not supported'],
  ['references', 'references are supported in connector files only'],
])

/** Unknown keys: kept and shown, but without effect. */
export function unknownKeys(config: RawConfig): readonly string[] {
  const isKnown = (key: string): boolean =>
    targetOf(key) !== null || harmless.has(key) || refused.has(key) || (isDatagen(config) && isDatagenKey(key))
  return Object.keys(config).filter((key) => !isKnown(key))
}

function isDatagen(config: RawConfig): boolean {
  const given = config['connector.class']
  return typeof given === 'string' && connectorClassOf(given) === datagenClass
}

export function connectKeys(name: string, given: RawConfig, folders: RestFolders): ConnectKeys {
  const errors: GenesisError[] = []
  const value: Record<string, unknown> = {}
  const sent = new Map<string, string>()
  const fail = (key: string, what: string, details: { found?: string; expected?: string; remedy?: string }): void => {
    errors.push(new GenesisError('CONFIG_INVALID', what, { place: `${name}: ${key}`, ...details }))
  }
  const config: Record<string, RawValue> = { ...given }
  for (const [key, item] of Object.entries(given)) {
    if (typeof item !== 'string' || !isNestedTooDeep(item)) continue
    fail(key, 'JSON that is nested too deep', {
      found: `more than ${maxNesting} levels`,
      expected: `at most ${maxNesting}`,
    })
    config[key] = '{}'
  }
  const problem = nameProblem(name)
  if (problem !== null)
    fail('name', 'not a valid name', { found: JSON.stringify(name.slice(0, maxNameLength)), expected: problem })
  checkClass(config['connector.class'], fail)
  if (config['exactly.once.support'] === 'required' && config.delivery === 'at-least-once')
    fail('exactly.once.support', 'delivery is not exactly-once', {
      found: 'at-least-once',
      expected: 'exactly-once',
    })
  const schemaFile = (file: string): boolean => {
    const path = folders.isOfFile ? resolve(folders.schemas, file) : below(folders.schemas, file)
    return path !== null && existsSync(path)
  }
  const datagen = isDatagen(config) ? fromDatagen(config, schemaFile) : null
  for (const { key, what, ...details } of datagen?.problems ?? []) fail(key, what, details)
  for (const [key, item] of Object.entries(datagen?.config ?? config)) {
    if (isUnset(item)) continue
    const what = refused.get(key)
    if (what !== undefined) {
      fail(key, what, { expected: `no ${key}` })
      continue
    }
    const target = targetOf(key)
    if (target === null) {
      const meant = harmless.has(key) ? undefined : nearKey(key, datagen === null ? [] : Object.keys(datagenSchema))
      if (meant !== undefined) fail(key, 'unknown key', { found: key, remedy: `Did you mean ${meant}?` })
      continue
    }
    const other = sent.get(target)
    if (other !== undefined) {
      fail(key, 'option set twice', { found: `${other} and ${key}`, expected: 'one of the two' })
      continue
    }
    sent.set(target, datagen?.sentAs.get(key) ?? key)
    const outside = folders.isOfFile ? null : outsideOf(target, item, folders)
    if (outside !== null) {
      fail(datagen?.sentAs.get(key) ?? key, outside.what, outside)
      // Avoids a second error for a missing key. The value is never used: a configuration with errors does not run.
      if (options.get(target)?.required === true) value[target] = 'refused'
    } else value[target] = folders.isOfFile ? withUnit(key, item) : located(target, withUnit(key, item), folders)
  }
  const place: ConfigSource['place'] = (path) => {
    const key = path.join('.')
    return key === '' ? name : `${name}: ${sent.get(key) ?? key}`
  }
  return { source: { value, file: null, place }, errors }
}

function checkClass(
  given: unknown,
  fail: (key: string, what: string, details: { found?: string; expected?: string }) => void,
): void {
  if (given === undefined || given === null || given === '')
    return fail('connector.class', 'missing key', { found: 'no connector.class', expected: connectorClass })
  if (typeof given !== 'string' || connectorClassOf(given) === undefined)
    fail('connector.class', 'unknown connector class', {
      found: JSON.stringify(given),
      expected: `${connectorClass} or ${datagenClass}`,
    })
}

/** The name is part of transactional ids, labels and checkpoint keys. */
const maxNameLength = 512

/** As Connect's names (org.apache.kafka.connect.runtime.ConnectorConfig), but with a maximum length. */
function nameProblem(name: string): string | null {
  if (name === '') return 'a non-empty name'
  if (name === '.' || name === '..') return 'a name other than . and ..'
  if (name.length > maxNameLength) return `at most ${maxNameLength} characters`
  return /\p{Cc}/u.test(name) ? 'a name without control characters' : null
}

/** Empty text counts as unset: templates of properties files cannot omit keys. */
function isUnset(item: unknown): boolean {
  return item === null
}

/**
 * Our key for it: that of an option, of an entry of its map (`topic_creation.config.retention.ms`), or of one of
 * several sinks.
 */
function targetOf(key: string): string | null {
  if (key === 'name' || refused.has(key)) return null
  if (options.has(key)) return key
  const alias = aliases.get(key)
  if (alias !== undefined) return alias
  if (/^sinks\.[^.]+\../.test(key)) return key
  const section = [...options].find(([prefix, { format }]) => isMap(format) && key.startsWith(`${prefix}.`))
  return section === undefined ? null : key
}

function isMap(format: Option['format']): boolean {
  return format === 'map' || format === 'object'
}

/** A known key within two edits, or one for a short key. */
function nearKey(key: string, others: readonly string[]): string | undefined {
  return [...others, ...options.keys(), ...aliases.keys()]
    .map((known) => ({ known, letters: distance(key.toLowerCase(), known) }))
    .filter(({ known, letters }) => letters > 0 && letters <= (known.length > 5 ? 2 : 1))
    .sort((a, b) => a.letters - b.letters)[0]?.known
}

/** Connect's durations are milliseconds, in keys that say so; ours have a unit. */
function withUnit(key: string, item: unknown): unknown {
  return key.endsWith('.ms') && aliases.has(key) && typeof item === 'string' && /^\d+$/.test(item) ? `${item}ms` : item
}

/** The folder that a key's value must be in; undefined: not a path. */
function folderOf(target: string, folders: RestFolders): string | null | undefined {
  const key = target.replace(/^sinks\.[^.]+\./, '')
  if (key === 'sink.path' || (key === 'path' && key !== target)) return folders.files
  if (key === 'value.schema') return folders.schemas
  return options.get(key)?.format === 'path' ? folders.models : undefined
}

interface Problem {
  readonly what: string
  readonly found: string
  readonly expected: string
}

/** Why a value is not allowed. Placeholders in a path could lead anywhere. */
function outsideOf(target: string, item: unknown, folders: RestFolders): Problem | null {
  if (typeof item !== 'string') return null
  for (const [match, path] of item.matchAll(/\$\{file:([^}]*?)(?::[^:}]*)?\}/g)) {
    if (below(folders.secrets, path) !== null) continue
    const expected = folders.secrets === null ? 'a worker with secrets.path' : 'a file below secrets.path'
    return { what: 'a file that configurations over REST cannot read', found: match, expected }
  }
  for (const [match, name] of item.matchAll(/\$\{env:([^}]*?)(?::-[^}]*)?\}/g)) {
    if (folders.variables?.test(name) === true) continue
    const expected = `a worker whose secrets.env matches ${name}`
    return { what: 'a variable that configurations over REST cannot read', found: match, expected }
  }
  const folder = folderOf(target, folders)
  if (folder === undefined || (target.endsWith('value.schema') && item.trimStart().startsWith('{'))) return null
  if (folder === null) {
    return {
      what: 'this worker does not allow file sinks over REST',
      found: item,
      expected: 'a worker with files.path',
    }
  }
  if (!item.includes('${') && below(folder, item) !== null) return null
  return {
    what: 'a path outside its folder',
    found: item,
    expected: `the name of a file below ${nameOf(folder, folders)}`,
  }
}

function nameOf(folder: string, { models, schemas }: RestFolders): string {
  if (folder === models) return 'models.path'
  return folder === schemas ? 'schemas.path' : 'files.path'
}

function located(target: string, item: unknown, folders: RestFolders): unknown {
  const folder = folderOf(target, folders)
  if (typeof item !== 'string') return item
  if (typeof folder === 'string' && !(target.endsWith('value.schema') && item.trimStart().startsWith('{')))
    return below(folder, item) ?? item
  return item.replace(/\$\{file:([^}]*?)((?::[^:}]*)?)\}/g, (match, path: string, key: string) => {
    const file = below(folders.secrets, path)
    return file === null ? match : `\${file:${file}${key}}`
  })
}

/** The path of a file in a folder; null: outside it, or there is no folder. */
function below(folder: string | null, name: string): string | null {
  if (folder === null || name.includes('\0')) return null
  const path = resolve(folder, name)
  const way = relative(folder, path)
  return way === '' || way.startsWith('..') || isAbsolute(way) ? null : path
}
