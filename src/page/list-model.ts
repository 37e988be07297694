/** Which connectors a list shows, and in which order. */
import { errorOf, healthOf, healths, type Health } from './health.js'
import type { Connector } from './shapes.js'

export const sortKeys = ['name', 'state', 'rate', 'lag', 'position'] as const
export type SortKey = (typeof sortKeys)[number]

export interface Selection {
  /** Part of a name, worker or error; case does not matter. */
  readonly text: string
  readonly health: Health | null
  readonly sort: SortKey
  readonly descending: boolean
}

const names = new Intl.Collator('en', { numeric: true })

/** Sorted by `sort`, then by name. */
export function select(connectors: readonly Connector[], selection: Selection): readonly Connector[] {
  const { text, health, sort, descending } = selection
  const sought = text.trim().toLowerCase()
  const found = connectors.filter(
    (connector) =>
      (health === null || healthOf(connector) === health) &&
      (sought === '' || searched(connector).some((part) => part.toLowerCase().includes(sought))),
  )
  const sign = descending ? -1 : 1
  const byName = (a: Connector, b: Connector): number => names.compare(a.name, b.name)
  if (sort === 'name') return found.sort((a, b) => sign * byName(a, b))
  const value = valueBy[sort]
  return found.sort((a, b) => sign * (value(a) - value(b)) || byName(a, b))
}

const valueBy: Readonly<Record<Exclude<SortKey, 'name'>, (connector: Connector) => number>> = {
  state: (connector) => healths.indexOf(healthOf(connector)),
  rate: (connector) => connector.records_per_second,
  lag: (connector) => connector.lag_records_per_second ?? -1,
  position: (connector) => connector.position ?? -1,
}

function searched(connector: Connector): readonly string[] {
  const { name, worker_id, tasks } = connector
  return [name, worker_id, ...tasks.map((task) => task.worker_id), errorOf(connector)?.message ?? '']
}

/** The rows of a long list that are worth having in the document. */
export interface Window {
  readonly first: number
  /** Exclusive. */
  readonly last: number
}

/**
 * @param top distance of the list's top from the view's, in px: negative once scrolled past
 * @param overscan rows kept above and below the visible ones
 */
export function windowOf(
  rows: number,
  { rowHeight, top, viewHeight, overscan }: { rowHeight: number; top: number; viewHeight: number; overscan: number },
): Window {
  const first = Math.floor(-top / rowHeight) - overscan
  const last = Math.ceil((viewHeight - top) / rowHeight) + overscan
  const clamp = (row: number): number => Math.min(Math.max(row, 0), rows)
  return { first: clamp(first), last: clamp(last) }
}
