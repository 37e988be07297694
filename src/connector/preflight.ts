import { distinct } from '../config/check.js'
import type { LoadedConnectors } from '../config/connector-file.js'
import { checkOnWorker } from '../config/connector-rules.js'
import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { checkOffline } from './check-offline.js'
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
  for (const connector of candidates) {
    const { errors } = await checkOffline(connector, (path) => models.load(path))
    const unfit = [...checkOnWorker(connector, worker), ...errors]
    found.errors.push(...unfit)
    if (unfit.length === 0) found.connectors.push(connector)
  }
  // Errors common to several sinks occur once for each.
  return { connectors: found.connectors, errors: distinct(found.errors) }
}
