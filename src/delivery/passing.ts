import type { ErrorCode } from '../errors.js'

/** What deliveries depend on that goes away and comes back by itself, or by somebody who need not know of us. */
export type ExternalDependency = 'Kafka' | 'the schema registry' | 'disk space' | 'the WebSocket server'

/** Every dependency, by the name that metrics and JSON have for it. */
export const dependencies: readonly (readonly [ExternalDependency, label: string])[] = [
  ['Kafka', 'kafka'],
  ['the schema registry', 'schema_registry'],
  ['disk space', 'disk_space'],
  ['the WebSocket server', 'websocket_server'],
]

const waitedFor: Partial<Record<ErrorCode, ExternalDependency>> = {
  KAFKA_UNREACHABLE: 'Kafka',
  KAFKA_TIMEOUT: 'Kafka',
  KAFKA_RETRIABLE: 'Kafka',
  KAFKA_TRANSACTION_ABORTED: 'Kafka',
  REGISTRY_UNREACHABLE: 'the schema registry',
  DISK_FULL: 'disk space',
  WEBSOCKET_UNREACHABLE: 'the WebSocket server',
  WEBSOCKET_TIMEOUT: 'the WebSocket server',
}

/**
 * What a failure waits for; null: for nothing that is known to pass. Such an error may still be retriable (a file that another
 * process holds, a thread that was lost), but nobody can say that it ends.
 */
export function dependencyOf(code: ErrorCode): ExternalDependency | null {
  return waitedFor[code] ?? null
}
