import { asOfText } from './as-of.js'
import { deliveryName } from '../config/connector.js'
import type { DeliveryStatus } from '../runtime/status.js'
import { troubles, type Trouble } from '../runtime/waiting.js'

/** What `GET /ready` answers with. */
export interface Readiness {
  /** Every task is beyond its start, and none has failed or waits for something. */
  readonly ready: boolean
  readonly phase: 'starting' | 'running' | 'stopping'
  /** Absent: it can reach its group. When what it knows of that was all, in ISO 8601, or `never`. */
  readonly group_as_of?: string
  /** Connectors with tasks that have not started yet. */
  readonly waiting_for: readonly string[]
  readonly waiting: readonly TroubleJson[]
  readonly failed: readonly TroubleJson[]
}

interface TroubleJson {
  readonly connector: string
  readonly tasks: readonly number[]
  /** Absent: what was lost is not known to come back by itself, or the tasks have failed. */
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
