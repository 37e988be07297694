/** Checked configurations from connector files and elsewhere. */
import { readdir, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { asGenesisError, GenesisError } from '../errors.js'
import { check, checkItems, distinct, throwErrors } from './check.js'
import type { CheckOptions } from './check.js'
import { connectKeys, type RestFolders } from './connect-keys.js'
import { withSections } from './flat-keys.js'
import { isObject } from './is-object.js'
import { brokenRules } from './connector-rules.js'
import { connectorSchema, referenceSchema } from './connector-schema.js'
import { sinkCollisions, sinkSources } from './fan-out.js'
import type { ConnectorConfig } from './connector.js'
import { nearest } from './nearest.js'
import { keepLocations } from './location.js'
import type { Environment } from './placeholders.js'
import type { RawConfig, RawConnector } from './raw-connector.js'
import { plainSource, readSources, unreadable } from './source.js'
import type { ConfigSource, Path } from './source.js'
import { fileExtensions, referenceOf, toConnector } from './to-connector.js'

/** What could be read, and the errors of the rest. */
export interface LoadedConnectors {
  readonly connectors: ConnectorConfig[]
  readonly errors: GenesisError[]
}

/** The same, with drafts of connectors that have errors. */
export interface ReadConnectors extends LoadedConnectors {
  readonly drafts: ConnectorDraft[]
}

/** A connector with errors: good only for finding more of them. */
export interface ConnectorDraft {
  /** Invalid values are replaced by their defaults. */
  readonly connector: ConnectorConfig
  /** The top-level keys that are invalid, by themselves or in combination. */
  readonly wrong: ReadonlySet<string>
}

/**
 * The connectors of files and folders (of a folder: its *.yaml, *.yml and *.json, sorted by name, not recursively).
 * Throws one GenesisError with the errors of all files in `details.all`; USAGE if there is no connector.
 */
export async function loadConnectors(paths: readonly string[], env: Environment): Promise<ConnectorConfig[]> {
  const found = await readConnectors(paths, env)
  throwErrors(found.errors)
  throwIfNone(found, paths)
  return found.connectors
}

/** Throws if there is neither a connector nor an error in the files and folders: nobody means that. */
export function throwIfNone(
  { connectors, errors }: { readonly connectors: readonly unknown[]; readonly errors: readonly unknown[] },
  paths: readonly string[],
): void {
  if (connectors.length > 0 || errors.length > 0) return
  throw new GenesisError('USAGE', 'there is no connector', {
    place: paths.join(' '),
    expected: 'a connector file, or a folder with *.yaml, *.yml or *.json files',
  })
}

/** Like loadConnectors, but also returns the good ones. A connector with several sinks is one for each of them. */
export async function readConnectors(paths: readonly string[], env: Environment): Promise<ReadConnectors> {
  const { documents, errors, drafts } = await readDocuments(paths, env)
  return { connectors: documents.flatMap(({ deliveries }) => deliveries), errors, drafts }
}

/** A connector of a file: as written, and as resolved now, once per sink. */
export interface ConnectorDocument {
  readonly raw: RawConnector
  readonly deliveries: readonly ConnectorConfig[]
}

/** The connectors without errors; of two in one file with the same name, the first. */
export async function readDocuments(
  paths: readonly string[],
  env: Environment,
): Promise<Omit<ReadConnectors, 'connectors'> & { readonly documents: ConnectorDocument[] }> {
  const found: ConnectorDocument[] = []
  const drafts: ConnectorDraft[] = []
  const errors: GenesisError[] = []
  const collect = (error: unknown): void => void errors.push(...each(asGenesisError(error)))
  for (const path of paths) {
    const files = await filesOf(path).catch((error: unknown) => (collect(error), []))
    for (const file of files) {
      for (const source of await readSources(file).catch((error: unknown) => (collect(error), []))) {
        const read = readSinks(source, { env, folder: dirname(file) })
        if (read.errors.length === 0)
          found.push({ raw: rawOf(source, read.connectors[0].name), deliveries: read.connectors })
        errors.push(...read.errors)
        drafts.push(...read.drafts)
      }
    }
  }
  errors.push(...duplicates(found.map(({ deliveries: [first] }) => first)))
  return { documents: withoutTwins(found), errors, drafts }
}

function rawOf({ value, file }: ConfigSource, name: string): RawConnector {
  return { name, config: (isObject(value) ? value : {}) as RawConfig, file }
}

/**
 * A stored configuration as resolved now, once per sink. Relative paths start in its file's folder or, for REST, in
 * the worker's folders for them.
 */
export function resolveConnector(
  { name, config, file }: RawConnector,
  env: Environment,
  rest: RestFolders,
): ReadConnectors {
  if (file !== null) {
    return readSinks({ ...plainSource({ ...config, name }, file), file }, { env, folder: dirname(file) })
  }
  const { source, errors } = connectKeys(name, config, rest)
  // Names over REST can be any text; those in files are short and plain.
  const value = { ...(source.value as object), name: 'rest' }
  const read = readSections({ ...source, value }, { env, folder: rest.models, anyText: true })
  const found = errors.length > 0 ? [] : read.connectors
  return {
    connectors: found.map((connector) => keepLocations({ ...connector, name }, source)),
    errors: [...errors, ...read.errors],
    drafts: [],
  }
}

/** The connector of a document, once per sink. */
export function readSinks(source: ConfigSource, options: CheckOptions): ReadConnectors {
  const connect = connectConfig(source.value)
  return connect === null || source.file === null
    ? readSections(source, options)
    : readConnectConfig(connect.name, connect.config, source, options)
}

/** A configuration in Kafka Connect's form, `{name, config}` or a flat map; null: in our own form. */
function connectConfig(value: unknown): { name: string; config: RawConfig } | null {
  if (!isObject(value)) return null
  const config = isObject(value.config) && 'connector.class' in value.config ? value.config : value
  if (!('connector.class' in config)) return null
  const name = value.name ?? config.name
  return { name: typeof name === 'string' ? name : '', config: config as RawConfig }
}

function readConnectConfig(
  name: string,
  config: RawConfig,
  written: ConfigSource,
  options: CheckOptions,
): ReadConnectors {
  const { folder } = options
  const folders = {
    models: folder,
    schemas: folder,
    files: folder,
    secrets: null,
    variables: null,
    isOfFile: true,
  } as const
  const { source, errors } = connectKeys(name, config, folders)
  const at = (path: Path): string => source.place(path).replace(name, written.place([]))
  const value = { ...(source.value as object), name }
  const read = readSections({ value, file: written.file, place: at }, { ...options, anyText: true })
  const placed = errors.map((error) => {
    const { place: own = name, ...details } = error.details
    return new GenesisError(error.code, error.what, { ...details, place: own.replace(name, written.place([])) })
  })
  return { ...read, connectors: placed.length > 0 ? [] : read.connectors, errors: [...placed, ...read.errors] }
}

function readSections(source: ConfigSource, options: CheckOptions): ReadConnectors {
  const all: ReadConnectors = { connectors: [], errors: [], drafts: [] }
  try {
    for (const { sinkName, source: own } of sinkSources(withSections(source))) {
      const { errors, connector, wrong } = readConnector(own, options)
      all.errors.push(...errors)
      if (connector === null) continue
      const named = keepLocations({ ...connector, sinkName }, own)
      if (errors.length === 0) all.connectors.push(named)
      else all.drafts.push({ connector: named, wrong })
    }
    all.errors.push(...sinkCollisions(all.connectors, source))
  } catch (error) {
    all.errors.push(...each(asGenesisError(error)))
  }
  // Errors in keys shared by the sinks occur once for each.
  return { ...all, errors: distinct(all.errors) }
}

/**
 * One connector with one sink. Relative paths start from `folder`. Throws GenesisError: CONFIG_INVALID,
 * SECRET_UNRESOLVED, or one with several of them in `details.all`.
 */
export function parseConnector(source: ConfigSource, options: CheckOptions): ConnectorConfig {
  const { connector, errors } = readConnector(source, options)
  throwErrors(errors)
  if (connector === null) throw new GenesisError('INTERNAL', 'no errors, but no connector either')
  return connector
}

interface ReadConnector {
  /** Invalid values are replaced by defaults; null if too much is wrong to judge the rest. */
  readonly connector: ConnectorConfig | null
  readonly errors: readonly GenesisError[]
  readonly wrong: ReadonlySet<string>
}

function readConnector(source: ConfigSource, options: CheckOptions): ReadConnector {
  const checked = check(connectorSchema, source, options)
  const { failed } = checked
  const references = failed.has('references') ? [] : checkItems(referenceSchema, 'references', source, options)
  const rules = brokenRules(checked)
  const errors = [
    ...checked.errors,
    ...references.flatMap((reference) => reference.errors),
    ...rules.map(({ on, what, found, expected }) => {
      return new GenesisError('CONFIG_INVALID', what, { place: source.place(on[0].split('.')), found, expected })
    }),
  ]
  // Of keys that conflict, only the one the error is reported at: the others may be right, and what depends on them is
  // still checked.
  const wrong = new Set([...failed, ...rules.map(({ on }) => on[0])].map((key) => key.split('.')[0]))
  if (references.some((reference) => reference.errors.length > 0)) wrong.add('references')
  // Without references the columns of its records are unknown; an unknown key may have been meant as references.
  const isMeant = (key: string): boolean => nearest(key, Object.keys(connectorSchema)) === 'references'
  const isLost = wrong.has('name') || wrong.has('model') || [...wrong].some(isMeant)
  if (isLost) return { connector: null, errors, wrong }
  const folder = resolve(options.folder)
  const referred = references.map(({ values }) => referenceOf(values, folder))
  return { connector: keepLocations(toConnector(checked.values, referred, source.file, folder), source), errors, wrong }
}

async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = await readdir(path, { withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && fileExtensions.has(extname(entry.name)))
      .map((entry) => join(path, entry.name))
      .sort()
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function duplicates(connectors: readonly ConnectorConfig[]): GenesisError[] {
  const first = new Map<string, ConnectorConfig>()
  const errors: GenesisError[] = []
  for (const connector of connectors) {
    const earlier = first.get(connector.name)
    if (earlier === undefined) first.set(connector.name, connector)
    else {
      errors.push(
        new GenesisError('CONNECTOR_DUPLICATE', 'two connectors have the same name', {
          place: connector.file ?? undefined,
          found: `${connector.name}, also in ${earlier.file}`,
          expected: 'a unique name',
        }),
      )
    }
  }
  return errors
}

/** Of two connectors in one file with the same name, the first. */
function withoutTwins(found: readonly ConnectorDocument[]): ConnectorDocument[] {
  const first = new Map<string, ConnectorDocument>()
  for (const document of found) {
    const key = JSON.stringify([document.raw.file, document.raw.name])
    if (!first.has(key)) first.set(key, document)
  }
  return [...first.values()]
}

function each(error: GenesisError): readonly GenesisError[] {
  return error.details.all ?? [error]
}
