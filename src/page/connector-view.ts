/** One connector: what it does, what is wrong with it, and what can be done to it. */
import { connectorActions } from './actions.js'
import { call, errorText, pathOf } from './api.js'
import { button, h, setText } from './dom.js'
import type { Feed } from './feed.js'
import { count, duration, rate, share, unknown } from './format.js'
import { errorOf, healthOf } from './health.js'
import { modelSection } from './model-section.js'
import { offsetsSection } from './offsets-section.js'
import { heading, setBadge, setProgress, type View } from './parts.js'
import { rateChart } from './rate-chart.js'
import type { Config, Connector } from './shapes.js'
import { tasksTable } from './tasks-table.js'

export function connectorView(name: string, feed: Feed): View {
  const state = h('span')
  const facts = factList()
  const actions = connectorActions(name, feed, () => (location.hash = '#/'))
  const chart = rateChart()
  const tasks = tasksTable(name, feed)
  const offsets = offsetsSection(name)
  const config = configSection(name)
  const content = h(
    'div',
    {},
    actions.element,
    facts.element,
    section('Rate', chart.element),
    section('Tasks', tasks.element),
    offsets.element,
    config,
    modelSection(name),
  )
  const missing = h('p', { class: 'empty' }, 'Loading …')
  const element = h(
    'div',
    {},
    h('div', { class: 'top' }, h('div', { class: 'titled' }, heading(name), state)),
    missing,
    content,
  )

  const update = (): void => {
    const connector = feed.find(name)
    content.hidden = connector === undefined
    missing.hidden = connector !== undefined
    if (connector === undefined) {
      setText(state, '')
      state.className = ''
      if (feed.connectors !== null) setText(missing, 'There is no such connector. It may have been deleted.')
      return
    }
    setBadge(state, healthOf(connector))
    actions.update(connector)
    facts.update(connector)
    chart.update(feed.history.of(name), connector.target_records_per_second)
    offsets.update(connector.state)
    tasks.update(connector)
    void showErrors(connector)
  }
  /** `errorsKey` of the errors shown or requested. */
  let shown = ''
  const showErrors = async (connector: Connector): Promise<void> => {
    const key = errorsKey(connector)
    if (key === shown) return
    shown = key
    if (errorOf(connector) === null) return tasks.showErrors(connector)
    try {
      // Lists have no traces.
      const { body } = await call<Connector>('GET', `genesis/${pathOf(name)}`)
      if (key !== shown) return
      shown = errorsKey(body)
      tasks.showErrors(body)
    } catch {
      if (key !== shown) return
      shown = ''
      tasks.showErrors(connector)
    }
  }
  return { title: name, element, update, close: () => chart.close() }
}

function errorsKey({ error, tasks }: Connector): string {
  const errors = [error, ...tasks.map((task) => task.error)]
  // Without traces.
  return JSON.stringify(errors, ['code', 'message'])
}

function section(title: string, ...children: readonly HTMLElement[]): HTMLElement {
  return h('section', {}, h('h2', {}, title), ...children)
}

function factList() {
  const names = ['Position', 'Rate', 'Target', 'Lag', 'Records', 'Remaining'] as const
  const values = names.map(() => h('dd'))
  const done = h('progress', { max: 1, 'aria-hidden': 'true' })
  const part = h('small')
  const element = h(
    'div',
    {},
    h('dl', { class: 'facts' }, ...names.map((name, i) => h('div', {}, h('dt', {}, name), values[i]))),
    done,
    part,
  )
  return {
    element,
    update(connector: Connector) {
      const { position, end_position: end } = connector
      const { records_per_second: now, target_records_per_second: target, lag_records_per_second: lag } = connector
      const texts = [
        end === null || position === null ? count(position) : `${count(position)} of ${count(end)}`,
        `${rate(now)}/s`,
        target === null ? 'none' : `${rate(target)}/s`,
        lag === null ? unknown : `${rate(lag)}/s`,
        count(connector.records),
        remaining(connector),
      ]
      texts.forEach((text, i) => setText(values[i], text))
      setProgress(done, position, end)
      setText(part, end === null ? '' : `${share(position ?? 0, end)} delivered`)
    },
  }
}

function remaining({ position, end_position: end, complete, records_per_second: now }: Connector): string {
  if (end === null) return 'unbounded'
  if (complete) return 'complete'
  return now === 0 || position === null ? 'unknown' : `about ${duration((end - position) / now)}`
}

function configSection(name: string): HTMLElement {
  const list = h('dl', { class: 'config' })
  const copied = h('span', { class: 'soft', role: 'status' })
  let config: Config = {}
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(JSON.stringify(config, null, 2))
      setText(copied, 'Copied.')
    } catch {
      setText(copied, 'The browser does not allow copying here.')
    }
  }
  const load = async (): Promise<void> => {
    try {
      config = (await call<Config>('GET', pathOf(name, '/config'))).body
      const rows = Object.entries(config).map(([key, value]) =>
        h('div', {}, h('dt', {}, h('code', {}, key)), h('dd', {}, value)),
      )
      list.replaceChildren(...rows)
    } catch (error) {
      list.replaceChildren(errorText(error))
    }
  }
  void load()
  const title = h('h2', {}, 'Configuration')
  const copying = h(
    'div',
    { class: 'actions' },
    copied,
    button('Copy as JSON', () => void copy(), { class: 'small' }),
  )
  return h('section', {}, h('div', { class: 'top' }, title, copying), list)
}
