import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import type { Cluster } from '../runtime/cluster.js'
import { preflight } from '../connector/preflight.js'
import { FileWatch } from '../herder/file-watch.js'
import { changes, type DesiredConnector } from '../herder/file-source.js'
import type { RunReport } from './run-report.js'

/**
 * Keeps the running connectors those of the files, and made from what the files name. `found` are those of the files now,
 * `good` those of them that run. Returns what ends it.
 */
export async function followFiles(
  paths: readonly string[],
  found: readonly DesiredConnector[],
  good: readonly ConnectorConfig[],
  worker: WorkerConfig,
  cluster: Cluster,
  report: RunReport,
): Promise<() => void> {
  const desired = found.filter(({ connector }) => good.includes(connector))
  const running = new Map(desired.map((one) => [deliveryName(one.connector), one]))
  const watch = new FileWatch(() => {
    last = last.then(read).catch((error: unknown) => report.note('error', String(error)))
  })
  const addInputs = (of: readonly DesiredConnector[]): void => {
    for (const { inputs } of of) for (const path of inputs) watch.addFile(path)
  }
  const read = async (): Promise<void> => {
    const { put, remove, errors } = await changes(running, paths, process.env)
    // Those of connectors that cannot run yet, too: what is missing may come.
    addInputs(put)
    const { connectors: fit, errors: unfit } = await preflight(
      put.map(({ connector }) => connector),
      worker,
    )
    for (const error of [...errors, ...unfit])
      report.note('error', `${error.message} (${error.code}); what runs is left as it is`)
    // First what goes: what comes may go on where that ends.
    for (const name of remove) {
      running.delete(name)
      await cluster.remove(name)
    }
    for (const one of put) {
      if (!fit.includes(one.connector)) continue
      running.set(deliveryName(one.connector), one)
      await cluster.put(one.connector)
    }
  }
  let last = Promise.resolve()
  await watch.addPaths(paths)
  addInputs(found)
  return () => watch.close()
}
