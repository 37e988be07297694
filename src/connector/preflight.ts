import { distinct } from '../config/check.js'
import type { LoadedConnectors } from '../config/resolve-connector.js'
import type { ConnectorConfig } from '../config/connector.js'
import { locationOf } from '../config/location.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import { ModelCache } from './model-cache.js'

/**
 * Separates the connectors that can run on this worker from the errors of the others: in their models, conditions and
 * schemas, or because the worker lacks something. Connects to nothing.
 */
export async function preflight(
  candidates: readonly ConnectorConfig[],
  worker: WorkerConfig,
  models: ModelCache = new ModelCache(),
): Promise<LoadedConnectors> {
  const found: LoadedConnectors = { connectors: [], errors: [] }
  // Loaded on demand: models and encoders are mostly checked in a task thread, which needs them anyway.
  const { checkOffline } = await import('./check-offline.js')
  for (const connector of candidates) {
    const { errors } = await checkOffline(connector, (path) => models.load(path))
    const unfit = [...checkOnWorker(connector, worker), ...errors]
    found.errors.push(...unfit)
    if (unfit.length === 0) found.connectors.push(connector)
  }
  // Errors common to several sinks occur once for each.
  return { connectors: found.connectors, errors: distinct(found.errors) }
}

/** Formats whose schemas are in a registry. */
const registered: Readonly<Record<string, string>> = {
  avro: 'Avro',
  'json-schema': 'JSON Schema',
  protobuf: 'Protobuf',
}

/** Whether its values or keys have schemas in a registry. */
export function needsRegistry({ sink, value, key, keyFormat }: ConnectorConfig): boolean {
  return sink.type === 'kafka' && (value.format in registered || (key !== null && keyFormat in registered))
}

/** What a connector needs and the worker lacks. */
export function checkOnWorker(connector: ConnectorConfig, worker: WorkerConfig): GenesisError[] {
  if (connector.sink.type !== 'kafka') return []
  const errors: GenesisError[] = []
  const isOfKey = !(connector.value.format in registered)
  const format = isOfKey ? connector.keyFormat : connector.value.format
  if (needsRegistry(connector) && worker.registry.url === null) {
    errors.push(
      new GenesisError('CONFIG_INVALID', `${registered[format]} in Kafka needs a schema registry`, {
        place: locationOf(connector, isOfKey ? 'key_format' : 'value.format'),
        found: 'no registry.url',
        expected: 'registry.url in the worker file, or the environment variable SCHEMA_REGISTRY_URL',
      }),
    )
  }
  const targets = [
    [connector.topic, 'topic', 'a connector cannot write to the checkpoint topic'],
    [connector.deadLetterTopic, 'errors.deadletterqueue.topic.name', 'dead letters cannot go to the checkpoint topic'],
  ] as const
  for (const [topic, option, what] of targets) {
    if (topic !== worker.checkpoints.topic) continue
    errors.push(
      new GenesisError('CONFIG_INVALID', what, {
        place: locationOf(connector, option),
        found: `topic ${topic}`,
        expected: 'another topic',
      }),
    )
  }
  return errors
}
