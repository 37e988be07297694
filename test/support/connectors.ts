import type { ConnectorConfig } from '#src/config/connector.js'
import { parseConnector } from '#src/config/connector-file.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { WorkerConfig } from '#src/config/worker.js'

/** A connector with every default filled in; `keys` as in a file. */
export function connectorOf(keys: Readonly<Record<string, unknown>>): ConnectorConfig {
  const whole = { name: 'c', model: 'model.json', sink: { type: 'file', path: '/tmp/none' }, ...keys }
  return parseConnector(plainSource(whole, 'test'), { env: {}, folder: '/' })
}

/** A worker with every default, changed as given. */
export async function workerOf(changes: Partial<WorkerConfig> = {}): Promise<WorkerConfig> {
  return { ...(await loadWorker(null, {})), ...changes }
}
