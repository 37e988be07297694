/** A row of the list of connectors; updated in place. */
import { h, setAttributes, setText } from './dom.js'
import { count, plural, rate, share, unknown } from './format.js'
import { errorOf, healthOf } from './health.js'
import { setBadge, setProgress, spark } from './parts.js'
import type { Connector } from './shapes.js'

export interface ListRow {
  readonly element: HTMLTableRowElement
  readonly link: HTMLAnchorElement
  /** `index`: place in the whole list, from 0. */
  update(connector: Connector, rates: readonly number[], index: number): void
}

export function connectorHref(name: string, rest = ''): string {
  return `#/connectors/${encodeURIComponent(name)}${rest}`
}

export function createRow(): ListRow {
  const link = h('a')
  const about = h('small')
  const state = h('span')
  const tasks = h('td', { role: 'cell', class: 'number tasks' })
  const line = spark()
  const rates = h('span', { class: 'figure' })
  const lag = h('td', { role: 'cell', class: 'number lag' })
  const position = h('span')
  const done = h('progress', { max: 1, 'aria-hidden': 'true' })
  const element = h(
    'tr',
    { role: 'row' },
    h('td', { role: 'rowheader', class: 'name' }, link, about),
    h('td', { role: 'cell', class: 'state' }, state),
    tasks,
    h('td', { role: 'cell', class: 'number rate' }, line.element, rates),
    lag,
    h('td', { role: 'cell', class: 'number position' }, position, done),
  )
  return {
    element,
    link,
    update(connector, points, index) {
      const { name } = connector
      setAttributes(element, { 'aria-rowindex': index + 2 })
      setAttributes(link, { href: connectorHref(name), title: name })
      setText(link, name)
      setText(about, aboutText(connector))
      setBadge(state, healthOf(connector))
      setText(tasks, tasksText(connector))
      line.update(points)
      setText(rates, `${rate(connector.records_per_second)}/s`)
      setText(lag, lagText(connector))
      setText(position, positionText(connector))
      setProgress(done, connector.position, connector.end_position)
    },
  }
}

function aboutText(connector: Connector): string {
  const error = errorOf(connector)
  if (error !== null) return error.message
  const workers = [...new Set(connector.tasks.map((task) => task.worker_id))].filter((id) => id !== '')
  return workers.length > 1 ? plural(workers.length, 'worker') : (workers[0] ?? connector.worker_id)
}

function tasksText({ tasks }: Connector): string {
  const well = tasks.filter(({ state }) => state === 'RUNNING' || state === 'PAUSED').length
  return well === tasks.length ? plural(well, 'task') : `${well} of ${plural(tasks.length, 'task')}`
}

function lagText({ lag_records_per_second: lag, target_records_per_second: target }: Connector): string {
  if (target === null || lag === null) return unknown
  // The jitter of a rate over ten seconds.
  return lag < Math.max(target * 0.05, 0.1) ? 'on target' : `−${rate(lag)}/s`
}

function positionText({ position, end_position: end }: Connector): string {
  if (end === null || position === null) return count(position)
  return `${count(position)} · ${share(position, end)}`
}
