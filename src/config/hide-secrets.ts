import { dirname } from 'node:path'
import { GenesisError } from '../errors.js'
import type { RestFolders } from './connect-keys.js'
import { secretsOf, withoutSecrets, type Environment } from './placeholders.js'
import type { RawConnector } from './raw-connector.js'

/** The resolved placeholders of a connector, and how they are written. */
export function secretsIn(
  { config, file }: RawConnector,
  env: Environment,
  rest: RestFolders,
): ReadonlyMap<string, string> {
  const folder = file === null ? rest.secrets : dirname(file)
  return secretsOf(config, env, folder ?? '/')
}

/** The error with resolved placeholders as they are written: models, schemas and rules may quote one without knowing. */
export function hideSecrets(error: GenesisError, secrets: ReadonlyMap<string, string>): GenesisError {
  if (secrets.size === 0) return error
  const { code, what, details } = error
  const { place, found, expected, remedy, all } = details
  const shown = (text: string): string => withoutSecrets(text, secrets)
  // Not the cause: its message and stack are not ours.
  return new GenesisError(code, shown(what), {
    ...(place !== undefined && { place: shown(place) }),
    ...(found !== undefined && { found: shown(found) }),
    ...(expected !== undefined && { expected: shown(expected) }),
    ...(remedy !== undefined && { remedy: shown(remedy) }),
    ...(all !== undefined && { all: all.map((one) => hideSecrets(one, secrets)) }),
  })
}
