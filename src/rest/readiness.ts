import { asOfText } from './as-of.js'
import { deliveryName } from '../config/connector.js'
import type { DeliveryStatus } from '../runtime/status.js'
import { troubles, type Trouble } from '../runtime/waiting.js'

/** The response of `GET /ready`. */
export interface Readiness {
  /** All tasks have started, and none has failed or is waiting. */
  readonly ready: boolean
  readonly phase: 'starting' | 'running' | 'stopping'
  /** Absent: the group is reachable. Otherwise when its state was last fully known, in ISO 8601, or `never`. */
  readonly group_as_of?: string
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
  asOf: number | null,
  connectors: readonly DeliveryStatus[],
): Readiness {
  const starting = connectors
    .filter(({ tasks }) => tasks.some(({ started }) => !started))
    .map(({ config }) => deliveryName(config))
  const waiting = troubles(connectors, 'RESTARTING').map(json)
  const failed = troubles(connectors, 'FAILED').map(json)
  const ready = phase === 'running' && asOf === null && starting.length + waiting.length + failed.length === 0
  return {
    ready,
    phase,
    ...(asOf !== null && { group_as_of: asOfText(asOf) }),
    waiting_for: starting,
    waiting,
    failed,
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
