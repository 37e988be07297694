import { asOfText } from './as-of.js'
import { deliveryName } from '../config/connector.js'
import { dependencyOf } from '../delivery/dependencies.js'
import type { GroupTrouble, Herder } from '../herder/herder.js'
import type { DeliveryStatus } from '../runtime/status.js'
import { troubles, type Trouble } from '../runtime/waiting.js'

/** The response of `GET /ready`. */
export interface Readiness {
  /** All tasks have started, and none has failed or is waiting. */
  readonly ready: boolean
  readonly phase: 'starting' | 'running' | 'stopping'
  /** Absent: the group is reachable. Otherwise when its state was last fully known, in ISO 8601, or `never`. */
  readonly group_as_of?: string
  /** What keeps the worker from its group; absent: nothing. */
  readonly group_trouble?: Omit<TroubleJson, 'connector' | 'tasks'>
  /** Connectors with tasks that have not started yet. */
  readonly waiting_for: readonly string[]
  readonly waiting: readonly TroubleJson[]
  readonly failed: readonly TroubleJson[]
}

interface TroubleJson {
  readonly connector: string
  readonly tasks: readonly number[]
  /** Absent: not known to recover by itself, or the tasks have failed. */
  readonly waits_for?: string
  /** ISO 8601. */
  readonly since: string
  readonly code: string
  readonly error: string
}

export function readinessOf(
  phase: Readiness['phase'],
  { asOf, trouble }: Pick<Herder, 'asOf' | 'trouble'>,
  connectors: readonly DeliveryStatus[],
): Readiness {
  const starting = connectors
    .filter(({ tasks }) => tasks.some(({ started }) => !started))
    .map(({ config }) => deliveryName(config))
  const waiting = troubles(connectors, 'RESTARTING').map(json)
  const failed = troubles(connectors, 'FAILED').map(json)
  const hasGroup = asOf === null && trouble === null
  const ready = phase === 'running' && hasGroup && starting.length + waiting.length + failed.length === 0
  return {
    ready,
    phase,
    ...(asOf !== null && { group_as_of: asOfText(asOf) }),
    ...(trouble !== null && { group_trouble: groupJson(trouble) }),
    waiting_for: starting,
    waiting,
    failed,
  }
}

function groupJson({ failure, since }: GroupTrouble): Readiness['group_trouble'] {
  const waitsFor = failure.retriable ? dependencyOf(failure.code) : null
  return {
    ...(waitsFor !== null && { waits_for: waitsFor }),
    since: new Date(since).toISOString(),
    code: failure.code,
    error: failure.message,
  }
}

function json({ connector, tasks, waitsFor, since, code, error }: Trouble): TroubleJson {
  return {
    connector,
    tasks,
    ...(waitsFor !== null && { waits_for: waitsFor }),
    since: new Date(since).toISOString(),
    code,
    error,
  }
}
