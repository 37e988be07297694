/**
 * The location of a connector's keys in its file, kept apart from the configuration, which is plain data that is
 * copied to threads and compared. A copy has no locations.
 */
import type { ConnectorConfig } from './connector.js'
import type { Path, ConfigSource } from './source.js'

const sources = new WeakMap<ConnectorConfig, ConfigSource>()

export function keepLocations(connector: ConnectorConfig, source: ConfigSource): ConnectorConfig {
  sources.set(connector, source)
  return connector
}

/** The start of a message about a key: file, line, column and the key itself, as far as known. */
export function locationOf(connector: ConnectorConfig, key: string): string {
  const source = sources.get(connector)
  return source === undefined ? `${connector.file ?? connector.name}: ${key}` : source.place(pathOf(key))
}

/** `conditions.any[1].age` as a path. A name with a dot is split in two, which is close enough for a line. */
function pathOf(key: string): Path {
  return key.split(/[.[\]]+/).filter((name) => name !== '')
}
