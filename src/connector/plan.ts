import { resolveConnector } from '../config/resolve-connector.js'
import type { ConnectorConfig } from '../config/connector.js'
import { hideSecrets, secretsIn } from '../config/hide-secrets.js'
import type { Environment } from '../config/placeholders.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { WorkerConfig } from '../config/worker.js'
import type { GenesisError } from '../errors.js'
import type { ModelCache } from './model-cache.js'
import { outlineOf, type PlannedDelivery } from './outline.js'
import { preflight } from './preflight.js'

/** The resolution of a stored configuration on a worker; empty if it has errors. */
export interface ConnectorPlan {
  /** One per sink, in order. */
  readonly deliveries: readonly PlannedDelivery[]
  readonly errors: readonly GenesisError[]
}

/** Checks a configuration as far as possible without a network. Resolved placeholders are not kept. */
export async function planConnector(
  raw: RawConnector,
  worker: WorkerConfig,
  env: Environment,
  models: ModelCache,
): Promise<ConnectorPlan> {
  const { connectors, errors } = await checkConnector(raw, worker, env, models)
  return { deliveries: connectors.map(outlineOf), errors }
}

/** The same with whole configurations, secrets resolved; none if there are errors. */
export async function checkConnector(
  raw: RawConnector,
  worker: WorkerConfig,
  env: Environment,
  models: ModelCache,
): Promise<{ readonly connectors: readonly ConnectorConfig[]; readonly errors: readonly GenesisError[] }> {
  const { connectors, errors: wrong } = resolveConnector(raw, env, worker.rest)
  const { errors: unfit } = wrong.length > 0 ? { errors: [] } : await preflight(connectors, worker, models)
  const errors = [...wrong, ...unfit]
  if (errors.length === 0) return { connectors, errors }
  const secrets = secretsIn(raw, env, worker.rest)
  return { connectors: [], errors: errors.map((error) => hideSecrets(error, secrets)) }
}
