/** Checked configurations from written ones: of a file, of a request, of the library. */
import { dirname, resolve } from 'node:path'
import { errorsIn, GenesisError } from '../errors.js'
import { check, checkItems, distinct, throwErrors } from './check.js'
import type { CheckOptions } from './check.js'
import { connectKeys, type RestFolders } from './connect-keys.js'
import { brokenRules } from './connector-rules.js'
import { connectorSchema, referenceSchema } from './connector-schema.js'
import type { ConnectorConfig } from './connector.js'
import { sinkCollisions, sinkSources } from './fan-out.js'
import { withSections } from './flat-keys.js'
import { isObject } from './is-object.js'
import { keepLocations } from './location.js'
import { nearest } from './nearest.js'
import type { Environment } from './placeholders.js'
import type { RawConfig, RawConnector } from './raw-connector.js'
import { plainSource } from './source.js'
import type { ConfigSource, Path } from './source.js'
import { referenceOf, toConnector } from './to-connector.js'

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

/**
 * Resolves a stored configuration's delivery to one sink for running here and now: checked, with defaults and secrets.
 * Throws its errors on this worker, such as SECRET_UNRESOLVED.
 */
export function resolveDelivery(
  raw: RawConnector,
  sinkName: string | null,
  env: Environment,
  rest: RestFolders,
): ConnectorConfig {
  const { connectors, errors } = resolveConnector(raw, env, rest)
  throwErrors(errors)
  const found = connectors.find((one) => one.sinkName === sinkName)
  if (found !== undefined) return found
  throw new GenesisError('CONFIG_INVALID', 'the connector does not have this sink', {
    place: raw.file ?? raw.name,
    found: sinkName ?? 'one sink',
    expected: connectors.map((one) => one.sinkName ?? 'one sink').join(', '),
  })
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
    all.errors.push(...errorsIn(error))
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
  const references = failed.has('references') ? [] : checkItems(referenceSchema, ['references'], source, options)
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
