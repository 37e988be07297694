import type { ConnectorConfig } from '#src/config/connector.js'
import { parseConnector } from '#src/config/parse-connector.js'
import type { RawConfig } from '#src/config/raw-connector.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { WorkerConfig } from '#src/config/worker.js'
import { outlineOf } from '#src/connector/outline.js'
import type { TaskSpec } from '#src/runtime/task-executor.js'

/** A connector with every default filled in; `keys` as in a file. */
export function connectorOf(keys: Readonly<Record<string, unknown>>): ConnectorConfig {
  return parseConnector(plainSource(wholeOf(keys), 'test'), { env: {}, folder: '/' })
}

function wholeOf(keys: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { name: 'c', model: 'model.json', sink: { type: 'file', path: '/tmp/none' }, ...keys }
}

/** Every task of the same connector, as if it came from a file in /. */
export function tasksOf(keys: Readonly<Record<string, unknown>>): TaskSpec[] {
  const connector = connectorOf(keys)
  const raw = { name: connector.name, config: wholeOf(keys) as RawConfig, file: '/connector.yaml' }
  const delivery = outlineOf(connector)
  return Array.from({ length: connector.tasks.max }, (_, shard) => ({ connector: raw, delivery, shard }))
}

/** A worker with every default, changed as given. */
export async function workerOf(changes: Partial<WorkerConfig> = {}): Promise<WorkerConfig> {
  return { ...(await loadWorker(null, {})), ...changes }
}
