import { GenesisError } from '../errors.js'
import { shardFile } from '../sink/file/options.js'
import type { ConnectorConfig } from './connector.js'

/** A connector of a file, once per sink. */
interface Sinks {
  readonly deliveries: readonly ConnectorConfig[]
}

/** Two connectors whose file sinks write to the same file. */
export interface SharedFile<Connector extends Sinks> {
  readonly first: Connector
  readonly second: Connector
  readonly error: GenesisError
}

/**
 * Connectors that would write to the same file. While one has locked it, the other waits or fails; if their streams are equal, it then
 * continues in the middle of the first one's records. `placeOf`: where a connector's path is set, for messages.
 */
export function sharedFiles<Connector extends Sinks>(
  connectors: readonly Connector[],
  placeOf: (connector: Connector, sinkName: string | null) => string,
): SharedFile<Connector>[] {
  const writers = new Map<string, Connector>()
  const shared: SharedFile<Connector>[] = []
  for (const second of connectors) {
    for (const delivery of second.deliveries) {
      const { sinkName, name } = delivery
      for (const path of filesOf(delivery)) {
        const first = writers.get(path) ?? second
        writers.set(path, first)
        const [{ name: other, file }] = first.deliveries
        // If both have the same name, the name is what is wrong.
        if (first === second || other === name) continue
        const error = new GenesisError('CONFIG_INVALID', 'two connectors write to the same file', {
          place: placeOf(second, sinkName),
          found: `${path}, the file of connector ${other} in ${file}, too`,
          expected: 'a path of its own',
        })
        shared.push({ first, second, error })
        break
      }
    }
  }
  return shared
}

/** The files that a delivery writes. */
export function filesOf({ sink, tasks }: Pick<ConnectorConfig, 'sink' | 'tasks'>): string[] {
  if (sink.type !== 'file') return []
  return Array.from({ length: tasks.max }, (_, shard) => shardFile(sink.path, shard, tasks.max))
}
