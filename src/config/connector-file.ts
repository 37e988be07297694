/** Connector files, and connectors from elsewhere, as checked configurations. */
import { readdir, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { asGenesisError, GenesisError } from '../errors.js'
import { check, checkItems, distinct, throwErrors } from './check.js'
import type { CheckOptions } from './check.js'
import { brokenRules } from './connector-rules.js'
import { connectorSchema, referenceSchema } from './connector-schema.js'
import { sinkCollisions, sinkSources } from './fan-out.js'
import type { ConnectorConfig, RateShape, ReferencesConfig, SinkConfig } from './connector.js'
import { disturbOf } from './disturb.js'
import type { Values } from './option.js'
import type { Environment } from './references.js'
import { readSources, unreadable } from './source.js'
import type { Source } from './source.js'

/** What could be read, and what is wrong with the rest. */
export interface LoadedConnectors {
  readonly connectors: ConnectorConfig[]
  readonly errors: GenesisError[]
}

/**
 * The connectors of files and folders (of a folder: its *.yaml, *.yml and *.json, sorted by name, not those of its
 * folders). Throws one GenesisError that has all errors of all files in `details.all`; USAGE where there is no connector.
 */
export async function loadConnectors(paths: readonly string[], env: Environment): Promise<ConnectorConfig[]> {
  const found = await readConnectors(paths, env)
  throwErrors(found.errors)
  throwIfNone(found, paths)
  return found.connectors
}

/** Throws where the files and folders have no connector and nothing is wrong with them: nobody means that. */
export function throwIfNone({ connectors, errors }: LoadedConnectors, paths: readonly string[]): void {
  if (connectors.length > 0 || errors.length > 0) return
  throw new GenesisError('USAGE', 'there is no connector', {
    place: paths.join(' '),
    expected: 'a connector file, or a folder with *.yaml, *.yml or *.json files',
  })
}

/** Like loadConnectors, for those who go on with the good ones. A connector with several sinks is one for each of them. */
export async function readConnectors(paths: readonly string[], env: Environment): Promise<LoadedConnectors> {
  const found: ConnectorConfig[][] = []
  const errors: GenesisError[] = []
  const collect = (error: unknown): void => void errors.push(...each(asGenesisError(error)))
  for (const path of paths) {
    const files = await filesOf(path).catch((error: unknown) => (collect(error), []))
    for (const file of files) {
      for (const source of await readSources(file).catch((error: unknown) => (collect(error), []))) {
        try {
          found.push(parseSinks(source, { env, folder: dirname(file) }))
        } catch (error) {
          collect(error)
        }
      }
    }
  }
  return { connectors: withoutTwins(found), errors: [...errors, ...duplicates(found.map(([first]) => first))] }
}

/** The connector of a document, once for each of its sinks. Throws as parseConnector does. */
export function parseSinks(source: Source, options: CheckOptions): ConnectorConfig[] {
  const errors: GenesisError[] = []
  const connectors: ConnectorConfig[] = []
  for (const { sinkName, source: own } of sinkSources(source)) {
    try {
      connectors.push({ ...parseConnector(own, options), sinkName })
    } catch (error) {
      errors.push(...each(asGenesisError(error)))
    }
  }
  // What is wrong with the keys that the sinks have in common is wrong with each.
  throwErrors(distinct(errors))
  throwErrors(sinkCollisions(connectors, source))
  return connectors
}

/**
 * One connector with one sink. Relative paths in it start from `folder`. Throws GenesisError: CONFIG_INVALID, SECRET_UNRESOLVED, or one
 * with several of them in `details.all`.
 */
export function parseConnector(source: Source, options: CheckOptions): ConnectorConfig {
  const checked = check(connectorSchema, source, options)
  const wrong = checked.failed.has('references')
  const references = wrong ? [] : checkItems(referenceSchema, 'references', source, options)
  throwErrors([...checked.errors, ...references.flatMap(({ errors }) => errors), ...brokenRules(checked, source)])
  const folder = resolve(options.folder)
  const referred = references.map(({ values }) => referenceOf(values, folder))
  return toConfig(checked.values, referred, source.file, folder)
}

function toConfig(
  values: Values<typeof connectorSchema>,
  references: readonly ReferencesConfig[],
  file: string | null,
  folder: string,
): ConnectorConfig {
  const { topic_creation, value, throughput, transaction, producer, errors } = values
  return {
    name: values.name,
    file,
    sinkName: null,
    model: resolve(folder, values.model),
    topic: values.topic,
    topicCreation: {
      enabled: topic_creation.enabled,
      partitions: topic_creation.partitions,
      replicationFactor: topic_creation.replication_factor,
      config: Object.fromEntries(
        Object.entries(JSON.parse(topic_creation.config) as object).map(([key, item]) => [key, String(item)]),
      ),
    },
    key: values.key,
    keyFormat: values.key_format,
    value: {
      format: value.format,
      schema: value.schema === null ? null : schemaOf(value.schema, folder),
      autoRegister: value.auto_register,
      useLatest: value.use_latest,
      subject: value.subject,
    },
    conditions: values.conditions === null ? null : JSON.parse(values.conditions),
    references,
    throughput: {
      rate: throughput.rate,
      batchSize: throughput.batch_size,
      intervalMs: throughput.interval,
      maxRecords: throughput.max_records,
      adaptive: throughput.adaptive ? { targetLatencyMs: throughput.target_latency } : null,
      arrivals: throughput.arrivals,
      shape: shapeOf(throughput.shape, folder),
      eventTime: throughput.event_time,
    },
    sink: sinkOf(values.sink, folder),
    delivery: values.delivery,
    transaction: {
      boundary: transaction.boundary,
      intervalMs: transaction.interval,
      timeoutMs: transaction.timeout,
    },
    compression: values.compression,
    producer: { client: producer.client, maxBatchBytes: producer.max_batch_size },
    tasks: { max: values.tasks.max },
    seed: values.seed,
    deadLetterTopic: errors.deadletterqueue.topic.name,
    disturb: disturbOf(values.disturb, values.seed),
    errors: {
      policy: errors.policy,
      maxRetries: errors.max_retries === -1 ? Infinity : errors.max_retries,
      backoffFactor: errors.backoff_factor,
      initialBackoffMs: errors.initial_backoff,
      maxBackoffMs: errors.max_backoff,
    },
  }
}

/** What is missing here, a rule has complained of. */
function shapeOf(shape: Values<typeof connectorSchema>['throughput']['shape'], folder: string): RateShape {
  const { type, speed, amplitude, curve, period, to_rate: toRate, burst_rate: burstRate, burst_length: burstMs } = shape
  if (type === 'curve' && curve !== null) return { type, file: resolve(folder, curve), speed }
  if (type === 'ramp' && toRate !== null && period !== null) return { type, toRate, periodMs: period, speed }
  if (type === 'sine' && period !== null) return { type, amplitude, periodMs: period, speed }
  if (type === 'bursts' && burstRate !== null && burstMs !== null && period !== null) {
    return { type, burstRate, burstMs, periodMs: period, speed }
  }
  return { type: 'constant', speed }
}

function referenceOf(values: Values<typeof referenceSchema>, folder: string): ReferencesConfig {
  const { column, connector, key, skew, among, copy } = values
  const copied = Object.entries(JSON.parse(copy) as object).map(([own, other]) => [own, String(other)])
  const isFile = /[/\\]/.test(connector) || extensions.has(extname(connector))
  return {
    column,
    connector: isFile ? { file: resolve(folder, connector) } : { name: connector, folder },
    key,
    skew,
    among,
    copy: Object.fromEntries(copied) as Record<string, string>,
  }
}

function schemaOf(schema: string, folder: string): string | object {
  return schema.trimStart().startsWith('{') ? (JSON.parse(schema) as object) : resolve(folder, schema)
}

function sinkOf(sink: Values<typeof connectorSchema>['sink'], folder: string): SinkConfig {
  const { type, path, format, url, port } = sink
  if (format !== 'csv') {
    const bufferBytes = sink.buffer_size
    if (type === 'websocket' && url !== null) {
      const { acknowledge, acknowledge_timeout: acknowledgeTimeoutMs } = sink
      return { type, url, format, acknowledge, acknowledgeTimeoutMs, bufferBytes }
    }
    if (type === 'websocket-server' && port !== null) {
      const { host, endpoint, max_clients: maxClients, allowed_origins: allowedOrigins, on_slow: onSlow } = sink
      return { type, host, port, endpoint, format, maxClients, allowedOrigins, onSlow, bufferBytes }
    }
  }
  if (format !== 'ndjson') {
    if (type === 'file' && path !== null) return { type, path: resolve(folder, path), format }
    if (type === 'stdout' && format !== 'avro') return { type, format }
  }
  return { type: 'kafka' }
}

const extensions = new Set(['.yaml', '.yml', '.json'])

async function filesOf(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = await readdir(path, { withFileTypes: true })
    return entries
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && extensions.has(extname(entry.name)))
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
        new GenesisError('CONNECTOR_DUPLICATE', 'two connectors have one name', {
          place: connector.file ?? undefined,
          found: `${connector.name}, which ${earlier.file} has too`,
          expected: 'a name of its own',
        }),
      )
    }
  }
  return errors
}

/** Of two connectors of one file that have one name, the first. */
function withoutTwins(found: readonly ConnectorConfig[][]): ConnectorConfig[] {
  const first = new Map<string, ConnectorConfig[]>()
  for (const sinks of found) {
    const key = JSON.stringify([sinks[0].file, sinks[0].name])
    if (!first.has(key)) first.set(key, sinks)
  }
  return [...first.values()].flat()
}

function each(error: GenesisError): readonly GenesisError[] {
  return error.details.all ?? [error]
}
