import { throwErrors } from '../config/check.js'
import { resolveConnector } from '../config/connector-file.js'
import type { RestFolders } from '../config/connect-keys.js'
import type { ConnectorConfig } from '../config/connector.js'
import type { Environment } from '../config/placeholders.js'
import type { RawConnector } from '../config/raw-connector.js'
import { GenesisError } from '../errors.js'

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
