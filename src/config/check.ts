/**
 * Checks a document against a tree of options: reports every error at once, or returns every value with defaults
 * filled in.
 */
import convict from 'convict'
import { GenesisError } from '../errors.js'
import { convictFormat, formatOf, isGood } from './formats.js'
import { isObject } from './is-object.js'
import { nearest } from './nearest.js'
import { isOption, optionsOf } from './option.js'
import type { Option, OptionTree, Values } from './option.js'
import { resolvePlaceholders } from './placeholders.js'
import type { Environment } from './placeholders.js'
import { parseJson } from './parse-json.js'
import type { Path, ConfigSource } from './source.js'

export interface CheckOptions {
  readonly env: Environment
  /** Folder that relative `${file:…}` placeholders are resolved against. */
  readonly folder: string
  /** Whether text is accepted for numbers, booleans and maps, as over REST. */
  readonly anyText?: boolean
}

export interface CheckedValues<T> {
  /** Defaults replace invalid values; complete if there are no errors. */
  readonly values: Values<T>
  readonly errors: readonly GenesisError[]
  /** The dotted keys with errors. */
  readonly failed: ReadonlySet<string>
}

export function check<T extends OptionTree>(tree: T, source: ConfigSource, options: CheckOptions): CheckedValues<T> {
  const { value, errors: unresolved, written } = resolvePlaceholders(source, options.env, options.folder)
  const errors = [...unresolved]
  const given = new Map<string, unknown>()
  const failed = new Set<string>()

  const fail = (path: Path, what: string, found: unknown, expected: string, sensitive = false): void => {
    failed.add(path.join('.'))
    const shown = written(path) ?? (sensitive ? 'a secret' : show(found))
    errors.push(new GenesisError('CONFIG_INVALID', what, { place: source.place(path), found: shown, expected }))
  }

  const visit = (node: OptionTree, section: unknown, path: Path): void => {
    if (!isObject(section))
      return fail(path, 'not a map of options', section, `a map with ${Object.keys(node).join(', ')}`)
    for (const [key, item] of Object.entries(section)) {
      const here = [...path, key]
      const known = Object.hasOwn(node, key) ? node[key] : undefined
      if (known === undefined) fail(here, 'unknown key', key, meant(tree, node, path, key))
      else if (!isOption(known)) visit(known, item, here)
      else if (item === null && known.nullable) continue
      else if (unresolved.some(({ details }) => details.place === source.place(here))) failed.add(here.join('.'))
      else if (isGood(known, item, options.anyText === true || written(here) !== undefined))
        given.set(here.join('.'), item)
      else fail(here, 'wrong value', item, formatOf(known).expected(known), known.sensitive)
    }
  }
  visit(tree, value, [])

  const env = new Map<string, string>()
  for (const [key, option] of optionsOf(tree)) {
    const text = option.env === undefined ? undefined : options.env[option.env]
    if (option.env !== undefined && text !== undefined && text !== '') {
      given.delete(key)
      failed.delete(key)
      if (isGood(option, text, true)) env.set(option.env, text)
      else {
        failed.add(key)
        const details = {
          found: option.sensitive ? 'a secret' : show(text),
          expected: formatOf(option).expected(option),
        }
        const place = `environment variable ${option.env}`
        errors.push(new GenesisError('CONFIG_INVALID', 'wrong value', { place, ...details }))
      }
    } else if (option.required && !given.has(key) && !mentions(value, key)) {
      failed.add(key)
      const expected = formatOf(option).expected(option)
      errors.push(
        new GenesisError('CONFIG_INVALID', 'missing key', { place: source.place([]), found: `no ${key}`, expected }),
      )
    }
  }
  return { values: load(tree, given, env), errors, failed }
}

/** The maps of an option `maps` that has passed `check`, one by one; their places are below the option's. */
export function checkItems<T extends OptionTree>(
  items: T,
  path: Path,
  source: ConfigSource,
  options: CheckOptions,
): CheckedValues<T>[] {
  const written = path.reduce<unknown>((value, key) => (isObject(value) ? value[String(key)] : undefined), source.value)
  const place = (below: Path): string => source.place([...path, ...below])
  const isText = typeof written === 'string'
  const own = isText ? parseJson(written) : (written ?? [])
  // No JSON as it is written: placeholders stand for all of it, such as a mounted file. Those in maps are resolved map by map.
  const isReferred = own === undefined
  const text = isReferred
    ? resolvePlaceholders({ ...source, value: written, place }, options.env, options.folder)
    : null
  const found: unknown = text === null ? own : JSON.parse(String(text.value))
  const list: unknown[] = Array.isArray(found) ? found : [found]
  return list.map((value, index) => {
    const at = Array.isArray(found) ? [index] : []
    const itemOptions = isReferred ? { ...options, anyText: true } : options
    return check(items, { ...source, value, place: (below) => place([...at, ...below]) }, itemOptions)
  })
}

type Filled = convict.Config<Record<string, unknown>>

/**
 * Only trees without environment variables: creating a schema is far slower than filling it, and a group's log holds
 * thousands of configurations.
 */
const kept = new WeakMap<OptionTree, Filled>()

/** Only called with values that have passed. */
function load<T extends OptionTree>(
  tree: T,
  given: ReadonlyMap<string, unknown>,
  env: ReadonlyMap<string, string>,
): Values<T> {
  const isKept = env.size === 0
  // Otherwise convict would read the process's arguments and environment.
  const make = (): Filled => convict(toConvict(tree), { args: [], env: Object.fromEntries(env) })
  const config = (isKept ? kept.get(tree) : undefined) ?? make()
  if (isKept) kept.set(tree, config)
  // Key by key: convict's load() also descends into values that are maps themselves.
  for (const [key, value] of given) config.set(key, isObject(value) ? JSON.stringify(value) : value)
  const values = config.getProperties() as Values<T>
  if (isKept) for (const key of given.keys()) config.reset(key)
  return values
}

function toConvict(tree: OptionTree): convict.Schema<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(tree).map(([key, node]) => [
      key,
      isOption(node) ? { ...node, default: held(node), format: convictFormat(node.format) } : toConvict(node),
    ]),
  )
}

function held(option: Option): unknown {
  return isObject(option.default) ? JSON.stringify(option.default) : option.default
}

/**
 * What an unknown key was likely meant to be: the nearest sibling, otherwise the same or a similar name elsewhere,
 * otherwise all siblings.
 */
function meant(tree: OptionTree, node: OptionTree, path: Path, key: string): string {
  const neighbour = key.includes('.') ? undefined : nearest(key, Object.keys(node))
  if (neighbour !== undefined) return [...path, neighbour].join('.')
  const keys = [...optionsOf(tree)].map(([name]) => name)
  const dotted = key.includes('.') ? nearest(key, keys) : undefined
  if (dotted !== undefined) return dotted
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1)
  const elsewhere =
    keys.find((name) => last(name) === key) ?? keys.find((name) => last(name) === nearest(key, keys.map(last)))
  return elsewhere ?? `one of ${Object.keys(node).join(', ')}`
}

function mentions(value: unknown, key: string): boolean {
  let node = value
  for (const name of key.split('.')) {
    if (!isObject(node) || !Object.hasOwn(node, name)) return false
    node = node[name]
  }
  return true
}

function show(value: unknown): string {
  if (value === null) return 'nothing'
  // Hides user name and password in URLs.
  const text = JSON.stringify(value).replace(/\/\/[^/@"]*@/g, '//***@')
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}

/** Throws a single error as is, several as one that contains them all. */
export function throwErrors(errors: readonly GenesisError[]): void {
  if (errors.length === 0) return
  if (errors.length === 1) throw errors[0]
  const code = errors.every((error) => error.code === errors[0].code) ? errors[0].code : 'CONFIG_INVALID'
  throw new GenesisError(code, `${errors.length} errors, the first: ${errors[0].message}`, { all: errors })
}

/** Errors without duplicates. */
export function distinct(errors: readonly GenesisError[]): GenesisError[] {
  return [...new Map(errors.map((error) => [error.message, error])).values()]
}
