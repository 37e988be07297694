/** Connectors in any form: of a file or of a request, with one sink or several, by our keys or Kafka Connect's. */
import { dirname } from 'node:path'
import { errorsIn, GenesisError } from '../errors.js'
import { distinct, throwErrors } from './check.js'
import type { CheckOptions } from './check.js'
import { connectKeys, type RestFolders } from './connect-keys.js'
import type { ConnectorConfig } from './connector.js'
import { sinkCollisions, sinkSources } from './fan-out.js'
import { withSections } from './flat-keys.js'
import { isObject } from './is-object.js'
import { keepLocations } from './location.js'
import { readConnector } from './parse-connector.js'
import type { Environment } from './placeholders.js'
import type { RawConfig, RawConnector } from './raw-connector.js'
import { plainSource } from './source.js'
import type { ConfigSource, Path } from './source.js'

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
