import type { ErrorCode } from '../errors.js'

/** Dependencies of deliveries that recover by themselves, or through someone who need not know of us. */
export type ExternalDependency = 'Kafka' | 'the schema registry' | 'disk space' | 'the WebSocket server'

/** Every dependency, with its name in metrics and JSON. */
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
 * What a failure waits for; null: nothing known to recover. Such an error may still be retriable (a file held by another
 * process, a lost thread), but nobody can promise that it ends.
 */
export function dependencyOf(code: ErrorCode): ExternalDependency | null {
  return waitedFor[code] ?? null
}
