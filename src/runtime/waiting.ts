import { deliveryName } from '../config/connector.js'
import { dependencyOf, type ExternalDependency } from '../delivery/dependencies.js'
import type { ErrorCode } from '../errors.js'
import type { DeliveryStatus, TaskRunStatus } from './status.js'

/** Tasks of one connector with the same problem. */
export interface Trouble {
  readonly connector: string
  readonly tasks: readonly number[]
  /** What they wait for; null: nothing known to recover, or they have failed. */
  readonly waitsFor: ExternalDependency | null
  readonly code: ErrorCode
  readonly error: string
  /** When the first of them failed, in ms since 1970. */
  readonly since: number
}

/** What a task waits for; null: nothing. */
export function waitsFor({ state, failure }: Pick<TaskRunStatus, 'state' | 'failure'>): ExternalDependency | null {
  return state === 'RESTARTING' && failure !== null ? dependencyOf(failure.code) : null
}

/** Failures and waits, by connector and error. `state`: of the tasks. */
export function troubles(connectors: readonly DeliveryStatus[], state: 'RESTARTING' | 'FAILED'): Trouble[] {
  const found = new Map<string, Trouble>()
  for (const { config, tasks } of connectors) {
    for (const task of tasks) {
      if (task.state !== state || task.failure === null) continue
      const connector = deliveryName(config)
      const { code, message } = task.failure
      const key = `${connector} ${code}`
      const known = found.get(key)
      found.set(key, {
        ...{ connector, code, error: message, waitsFor: waitsFor(task) },
        ...known,
        tasks: [...(known?.tasks ?? []), task.shard],
        since: Math.min(known?.since ?? Infinity, task.failingSince ?? Date.now()),
      })
    }
  }
  return [...found.values()]
}
