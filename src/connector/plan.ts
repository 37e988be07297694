import { resolveConnector } from '../config/connector-file.js'
import type { Environment } from '../config/placeholders.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { WorkerConfig } from '../config/worker.js'
import type { GenesisError } from '../errors.js'
import type { ModelCache } from './model-cache.js'
import { outlineOf, type PlannedDelivery } from './outline.js'
import { preflight } from './preflight.js'

/** What a configuration that is kept comes to on a worker; with errors it comes to nothing. */
export interface ConnectorPlan {
  /** One for each sink, in their order. */
  readonly deliveries: readonly PlannedDelivery[]
  readonly errors: readonly GenesisError[]
}

/** Checks a configuration as far as that is possible without a network. What its placeholders stand for is not kept. */
export async function planConnector(
  raw: RawConnector,
  worker: WorkerConfig,
  env: Environment,
  models: ModelCache,
): Promise<ConnectorPlan> {
  const { connectors, errors: wrong } = resolveConnector(raw, env, worker.rest)
  const { errors: unfit } = wrong.length > 0 ? { errors: [] } : await preflight(connectors, worker, models)
  const errors = [...wrong, ...unfit]
  return { deliveries: errors.length > 0 ? [] : connectors.map(outlineOf), errors }
}
