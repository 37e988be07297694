import { dirname } from 'node:path'
import { asGenesisError, GenesisError } from '../errors.js'
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
  const hidden = new GenesisError(code, shown(what), {
    ...(place !== undefined && { place: shown(place) }),
    ...(found !== undefined && { found: shown(found) }),
    ...(expected !== undefined && { expected: shown(expected) }),
    ...(remedy !== undefined && { remedy: shown(remedy) }),
    ...(all !== undefined && { all: all.map((one) => hideSecrets(one, secrets)) }),
  })
  if (error.stack !== undefined) hidden.stack = shown(error.stack)
  return hidden
}

/** Does the work; errors show resolved placeholders as they are written. */
export async function hidingSecrets<T>(secrets: ReadonlyMap<string, string>, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw hideSecrets(asGenesisError(error), secrets)
  }
}

/** A JSON value with resolved placeholders as they are written, in all of its texts. */
export function withoutSecretsIn<T>(value: T, secrets: ReadonlyMap<string, string>): T {
  if (secrets.size === 0) return value
  const text = JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'string' ? withoutSecrets(item, secrets) : item,
  )
  return JSON.parse(text) as T
}
