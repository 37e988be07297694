/** A connector's condition in one word. */
import { plural } from './format.js'
import type { Connector, Failure, State } from './shapes.js'

/** Worst first. */
export const healths = ['failed', 'retrying', 'starting', 'running', 'paused', 'stopped', 'complete'] as const
export type Health = (typeof healths)[number]

export const healthNames: Readonly<Record<Health, string>> = {
  failed: 'Failed',
  retrying: 'Retrying',
  starting: 'Starting',
  running: 'Running',
  paused: 'Paused',
  stopped: 'Stopped',
  complete: 'Complete',
}

const byState: Readonly<Record<State, Health>> = {
  UNASSIGNED: 'starting',
  RUNNING: 'running',
  PAUSED: 'paused',
  STOPPED: 'stopped',
  FAILED: 'failed',
  RESTARTING: 'retrying',
}

export function taskHealth({ state, complete }: Pick<Connector['tasks'][number], 'state' | 'complete'>): Health {
  return state === 'RUNNING' && complete ? 'complete' : byState[state]
}

/** The worst of the connector and its tasks: Connect shows a connector whose tasks have all failed as RUNNING. */
export function healthOf({ state, complete, tasks }: Pick<Connector, 'state' | 'complete' | 'tasks'>): Health {
  const own = byState[state]
  if (own !== 'running') return own
  const worst = healths.find((health) => tasks.some((task) => byState[task.state] === health))
  if (worst === 'failed' || worst === 'retrying' || worst === 'starting') return worst
  return complete ? 'complete' : 'running'
}

/** The first error of a connector or its tasks. */
export function errorOf({ error, tasks }: Connector): Failure | null {
  return error ?? tasks.find((task) => task.error !== undefined)?.error ?? null
}

export function countHealths(connectors: readonly Connector[]): ReadonlyMap<Health, number> {
  const counts = new Map<Health, number>()
  for (const connector of connectors) {
    const health = healthOf(connector)
    counts.set(health, (counts.get(health) ?? 0) + 1)
  }
  return counts
}

const maxNamed = 3

/** What a screen reader is told about what has changed; empty: nothing. */
export function changesText(before: readonly Connector[], after: readonly Connector[]): string {
  const was = new Map(before.map((connector) => [connector.name, healthOf(connector)]))
  const changes: string[] = []
  for (const connector of after) {
    const old = was.get(connector.name)
    const now = healthOf(connector)
    was.delete(connector.name)
    if (old !== now) changes.push(`${connector.name}: ${healthNames[now].toLowerCase()}`)
  }
  for (const name of was.keys()) changes.push(`${name}: deleted`)
  return changes.length > maxNamed ? `${plural(changes.length, 'connector')} changed` : changes.join('. ')
}
