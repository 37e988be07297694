/** The tasks of a connector, with their errors. */
import { call, pathOf } from './api.js'
import { button, h, setText } from './dom.js'
import type { Feed } from './feed.js'
import { bytes, count, rate } from './format.js'
import { taskHealth } from './health.js'
import { errorNotice, notice } from './notices.js'
import { headRow, scroller, setBadge } from './parts.js'
import type { Connector, Failure, Task } from './shapes.js'

const columns = [
  { title: 'Task' },
  { title: 'State' },
  { title: 'Worker' },
  { title: 'Position', numeric: true },
  { title: 'Rate', numeric: true },
  { title: 'Records', numeric: true },
  { title: 'Bytes', numeric: true },
  { title: 'Errors', numeric: true },
  { title: 'Retries', numeric: true },
  { title: 'Dropped', numeric: true },
  { title: '' },
]

export interface TasksTable {
  readonly element: HTMLElement
  update(connector: Connector): void
  /** With traces if the connector was fetched on its own. */
  showErrors(connector: Connector): void
}

export function tasksTable(name: string, feed: Feed): TasksTable {
  const body = h('tbody')
  const errors = h('div')
  const element = h('div', {}, scroller('Tasks', h('table', {}, headRow(columns), body)), errors)
  const restart = async (id: number): Promise<void> => {
    try {
      await call('POST', pathOf(name, `/tasks/${id}/restart`))
      notice(`Task ${id} restarts.`)
    } catch (error) {
      errorNotice(error)
    }
    await feed.refresh()
  }
  let rows: readonly { readonly element: HTMLTableRowElement; update(task: Task): void }[] = []
  let shownErrors = ''
  return {
    element,
    update({ tasks }) {
      if (rows.length !== tasks.length) {
        rows = tasks.map(({ id }) => taskRow(() => void restart(id)))
        body.replaceChildren(...rows.map((row) => row.element))
      }
      rows.forEach((row, i) => row.update(tasks[i]))
    },
    showErrors({ error, tasks }) {
      const found = failuresOf(error, tasks)
      // Rewritten only if they differ: a reader may have one open or selected.
      const key = JSON.stringify(found)
      if (key === shownErrors) return
      shownErrors = key
      errors.replaceChildren(...found.map(errorBlock))
    },
  }
}

function taskRow(restart: () => void) {
  const state = h('span')
  const cells = columns.slice(2, -1).map(({ numeric }) => h('td', { class: numeric && 'number' }))
  const id = h('th', { scope: 'row' })
  const element = h(
    'tr',
    {},
    id,
    h('td', {}, state),
    ...cells,
    h('td', {}, button('Restart', restart, { class: 'small' })),
  )
  return {
    element,
    update(task: Task) {
      setText(id, taskName(task))
      setBadge(state, taskHealth(task))
      const texts = [
        task.worker_id,
        count(task.position),
        `${rate(task.records_per_second)}/s`,
        count(task.records),
        bytes(task.bytes),
        count(task.errors),
        count(task.retries),
        count(task.dropped),
      ]
      texts.forEach((text, i) => setText(cells[i], text))
    },
  }
}

function taskName({ id, sink, shard, shards }: Task): string {
  const part = shards > 1 || sink !== null ? ` · shard ${shard} of ${shards}` : ''
  return `${id}${part}${sink === null ? '' : ` · ${sink}`}`
}

interface ShownFailure {
  readonly who: string
  readonly failure: Failure
}

function failuresOf(own: Failure | undefined, tasks: readonly Task[]): readonly ShownFailure[] {
  const all = tasks.flatMap(({ id, error }) => (error === undefined ? [] : [{ who: `Task ${id}`, failure: error }]))
  return own === undefined ? all : [{ who: 'Connector', failure: own }, ...all]
}

/** The message ends with the remedy; the trace is for those who need more. */
function errorBlock({ who, failure: { code, message, trace } }: ShownFailure): HTMLElement {
  const title = h('p', {}, h('strong', {}, who), ' ', h('code', {}, code))
  const stack = h('details', {}, h('summary', {}, 'Trace'), h('pre', { tabindex: 0 }, trace))
  return h('div', { class: 'error-block' }, title, h('p', {}, message), trace !== undefined && stack)
}
