/** Who runs what. */
import { call } from './api.js'
import { h, setText } from './dom.js'
import type { Feed } from './feed.js'
import { count, plural, rate } from './format.js'
import { connectorHref } from './list-row.js'
import { badge, heading, type View } from './parts.js'
import type { Worker } from './shapes.js'
import { workersOf, type WorkerLoad } from './workers-model.js'

const maxTasks = 500
/** Readings of the connectors per reading of the group's workers, which rarely change. */
const readingsPerMembers = 5

export function workersView(feed: Feed): View {
  const empty = h('p', { class: 'empty' })
  const list = h('div', { class: 'cards' })
  let cards = new Map<string, ReturnType<typeof workerCard>>()
  let members: readonly string[] = []
  let readings = 0
  const readMembers = async (): Promise<void> => {
    try {
      const { body } = await call<readonly Worker[]>('GET', 'genesis/workers')
      members = body.map(({ worker_id }) => worker_id)
      show()
    } catch {
      // The feed says what is wrong.
    }
  }
  const show = (): void => {
    const workers = workersOf(feed.connectors ?? [], members)
    empty.hidden = workers.length > 0
    setText(empty, feed.connectors === null ? 'Loading …' : 'No worker runs anything.')
    const known = cards
    cards = new Map(workers.map((worker) => [worker.id, known.get(worker.id) ?? workerCard(worker.id)]))
    for (const worker of workers) cards.get(worker.id)?.update(worker)
    if (
      workers.some(({ id }, i) => list.children[i] !== cards.get(id)?.element) ||
      list.children.length !== workers.length
    )
      list.replaceChildren(...[...cards.values()].map((card) => card.element))
  }
  return {
    title: 'Workers',
    element: h(
      'div',
      {},
      h('div', { class: 'top' }, heading('Workers')),
      h('p', { class: 'soft' }, 'The workers of the group, by the address at which the others reach them.'),
      empty,
      list,
    ),
    update() {
      if (readings++ % readingsPerMembers === 0) void readMembers()
      show()
    },
  }
}

function workerCard(id: string) {
  const figures = h('p')
  const body = h('tbody')
  const more = h('p', { class: 'soft' })
  const details = h(
    'details',
    {},
    h('summary', {}, 'Tasks'),
    h('table', { 'aria-label': `Tasks of ${id}` }, body),
    more,
  )
  const element = h('section', { class: 'card' }, h('h2', {}, id), figures, details)
  let load: WorkerLoad | null = null
  const showTasks = (): void => {
    if (load === null || !details.open) return
    const { tasks } = load
    body.replaceChildren(
      ...tasks
        .slice(0, maxTasks)
        .map(({ connector, id: task, health, recordsPerSecond }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, h('a', { href: connectorHref(connector) }, connector), ` ${task}`),
            h('td', {}, badge(health)),
            h('td', { class: 'number' }, `${rate(recordsPerSecond)}/s`),
          ),
        ),
    )
    setText(more, tasks.length > maxTasks ? `and ${count(tasks.length - maxTasks)} more` : '')
  }
  details.addEventListener('toggle', showTasks)
  return {
    element,
    update(worker: WorkerLoad) {
      load = worker
      const { connectors, tasks, recordsPerSecond } = worker
      const failed = tasks.filter(({ health }) => health === 'failed' || health === 'retrying').length
      const problems = failed === 0 ? '' : ` · ${plural(failed, 'task')} with errors`
      setText(
        figures,
        `${plural(connectors, 'connector')} · ${plural(tasks.length, 'task')} · ${rate(recordsPerSecond)} records/s${problems}`,
      )
      // Focus stays where it is while somebody reads with the keyboard.
      if (!body.contains(document.activeElement)) showTasks()
    },
  }
}
