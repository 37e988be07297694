import { distinct } from '../config/check.js'
import type { LoadedConnectors } from '../config/connector-file.js'
import { checkOnWorker } from '../config/connector-rules.js'
import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { checkOffline } from './check.js'
import { ModelCache } from './model-cache.js'

/**
 * Tells the connectors that can run on this worker from what is wrong with the others: with their models, conditions and
 * schemas, or with what the worker does not have. Nothing is connected.
 */
export async function preflight(
  candidates: readonly ConnectorConfig[],
  worker: WorkerConfig,
  models: ModelCache = new ModelCache(),
): Promise<LoadedConnectors> {
  const found: LoadedConnectors = { connectors: [], errors: [] }
  for (const connector of candidates) {
    const { errors } = await checkOffline(connector, (path) => models.load(path))
    const unfit = [...checkOnWorker(connector, worker), ...errors]
    found.errors.push(...unfit)
    if (unfit.length === 0) found.connectors.push(connector)
  }
  // What several sinks have in common is wrong with each.
  return { connectors: found.connectors, errors: distinct(found.errors) }
}
