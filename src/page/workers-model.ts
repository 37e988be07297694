/** The workers of a group, as seen in what they run. */
import { taskHealth, type Health } from './health.js'
import type { Connector } from './shapes.js'

export interface WorkerTask {
  readonly connector: string
  readonly id: number
  readonly health: Health
  readonly recordsPerSecond: number
}

export interface WorkerLoad {
  /** `host:port` of its REST address. */
  readonly id: string
  readonly connectors: number
  readonly tasks: readonly WorkerTask[]
  readonly recordsPerSecond: number
}

/** By id. `members`: the workers of the group, including those that run nothing. */
export function workersOf(connectors: readonly Connector[], members: readonly string[] = []): readonly WorkerLoad[] {
  const loads = new Map<string, { connectors: number; tasks: WorkerTask[] }>()
  const at = (id: string): { connectors: number; tasks: WorkerTask[] } => {
    const load = loads.get(id) ?? { connectors: 0, tasks: [] }
    loads.set(id, load)
    return load
  }
  for (const id of members) at(id)
  for (const { name, worker_id, tasks } of connectors) {
    if (worker_id !== '') at(worker_id).connectors++
    for (const task of tasks) {
      const { id, records_per_second: recordsPerSecond } = task
      const shown = { connector: name, id, health: taskHealth(task), recordsPerSecond }
      if (task.worker_id !== '') at(task.worker_id).tasks.push(shown)
    }
  }
  return [...loads]
    .map(([id, load]) => ({ id, ...load, recordsPerSecond: sum(load.tasks.map((task) => task.recordsPerSecond)) }))
    .sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }))
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
