import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import { GenesisError } from '../errors.js'
import { keepsPositions } from '../sink/options.js'

/**
 * The deliveries a command applies to: those to a topic or a file. A connector's other sinks are skipped, with the
 * reason, unless it has no other kind. Throws USAGE if no sink is named `sink`.
 */
export function pickSink(
  connectors: readonly ConnectorConfig[],
  sink: string | undefined,
  why: string,
): readonly ConnectorConfig[] {
  if (sink !== undefined) {
    const named = connectors.filter(({ sinkName }) => sinkName === sink)
    if (named.length > 0) return named
    const names = connectors.flatMap(({ sinkName }) => sinkName ?? [])
    throw new GenesisError('USAGE', 'no connector has this sink', {
      place: '--sink',
      found: sink,
      expected: names.length === 0 ? 'a connector with several sinks' : `one of ${[...new Set(names)].join(', ')}`,
    })
  }
  const kept = new Set(connectors.filter(keepsPositions).map(({ name }) => name))
  return connectors.filter((connector) => {
    if (keepsPositions(connector) || !kept.has(connector.name)) return true
    process.stderr.write(`note: ${deliveryName(connector)}: a ${connector.sink.type} sink ${why}\n`)
    return false
  })
}
