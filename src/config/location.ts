/**
 * Where the keys of a connector stood in its file. It is kept separately from the configuration: that is plain data, which
 * is copied into threads and compared. A copy has no places.
 */
import type { ConnectorConfig } from './connector.js'
import type { Path, ConfigSource } from './source.js'

const sources = new WeakMap<ConnectorConfig, ConfigSource>()

export function keepLocations(connector: ConnectorConfig, source: ConfigSource): ConnectorConfig {
  sources.set(connector, source)
  return connector
}

/** What a message about a key begins with: file, line, column and the key itself, or as much of it as is known. */
export function locationOf(connector: ConnectorConfig, key: string): string {
  const source = sources.get(connector)
  return source === undefined ? `${connector.file ?? connector.name}: ${key}` : source.place(pathOf(key))
}

/** `conditions.any[1].age` as a path. A name with a dot in it is taken for two, which is near enough for a line. */
function pathOf(key: string): Path {
  return key.split(/[.[\]]+/).filter((name) => name !== '')
}
