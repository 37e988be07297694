/** All connectors. */
import { button, h, setAttributes, setText } from './dom.js'
import type { Feed } from './feed.js'
import { plural, rate } from './format.js'
import { countHealths, healthNames, healths, type Health } from './health.js'
import { select, type Selection, type SortKey } from './list-model.js'
import { windowedRows } from './list-rows.js'
import { heading, type View } from './parts.js'
import type { Connector } from './shapes.js'

const columns: readonly { readonly title: string; readonly key: SortKey | null; readonly numeric?: true }[] = [
  { title: 'Connector', key: 'name' },
  { title: 'State', key: 'state' },
  { title: 'Tasks', key: null, numeric: true },
  { title: 'Rate', key: 'rate', numeric: true },
  { title: 'Lag', key: 'lag', numeric: true },
  { title: 'Position', key: 'position', numeric: true },
]

export function listView(feed: Feed): View {
  let selection: Selection = { text: '', health: null, sort: 'state', descending: false }
  let shown: readonly Connector[] = []
  const change = (part: Partial<Selection>): void => {
    selection = { ...selection, ...part }
    update()
  }

  const search = h('input', { type: 'search', id: 'search', placeholder: 'Name, worker or error', autocomplete: 'off' })
  search.addEventListener('input', () => change({ text: search.value }))
  const chips = stateChips((health) => change({ health: selection.health === health ? null : health }))
  const sum = h('p', { class: 'sum' })
  const heads = columns.map(({ title, key, numeric }) => {
    const sort = (): void =>
      change(
        key === null
          ? {}
          : {
              sort: key,
              descending: selection.sort === key ? !selection.descending : key !== 'name' && key !== 'state',
            },
      )
    return h(
      'th',
      { role: 'columnheader', scope: 'col', class: numeric && 'number' },
      key === null ? title : button(title, sort),
    )
  })
  const rows = windowedRows(feed, columns.length)
  const table = h(
    'table',
    { role: 'table', class: 'list', 'aria-label': 'Connectors' },
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row', 'aria-rowindex': 1 }, ...heads)),
    rows.element,
  )
  const empty = h('div', { class: 'empty' })
  const controls = h('div', { class: 'controls' }, h('label', { for: 'search' }, 'Filter'), search, chips.element)
  const element = h(
    'div',
    {},
    h(
      'div',
      { class: 'top' },
      heading('Connectors'),
      h('a', { class: 'button primary', href: '#/new' }, 'New connector'),
    ),
    controls,
    sum,
    empty,
    table,
  )

  const update = (): void => {
    const { connectors } = feed
    controls.hidden = sum.hidden = connectors === null || connectors.length === 0
    if (connectors === null)
      return show(
        empty,
        table,
        feed.trouble === null ? 'Loading …' : 'The connectors appear here once the worker answers.',
      )
    shown = select(connectors, selection)
    chips.update(connectors, selection.health)
    setText(sum, sumText(connectors, shown))
    heads.forEach((head, i) => {
      const isSorted = columns[i].key === selection.sort
      setAttributes(head, { 'aria-sort': isSorted ? (selection.descending ? 'descending' : 'ascending') : null })
    })
    setAttributes(table, { 'aria-rowcount': shown.length + 1 })
    if (connectors.length === 0)
      return show(empty, table, 'No connectors yet. Create one here, or give genesis run a connector file.')
    if (shown.length === 0) return show(empty, table, 'No connector matches the filter.')
    show(empty, table, null)
    rows.show(shown)
  }
  const moved = (): void => rows.moved()
  window.addEventListener('scroll', moved, { passive: true })
  window.addEventListener('resize', moved)
  return {
    title: 'Connectors',
    element,
    update,
    close() {
      window.removeEventListener('scroll', moved)
      window.removeEventListener('resize', moved)
    },
  }
}

function show(empty: HTMLElement, table: HTMLElement, text: string | null): void {
  empty.hidden = text === null
  table.hidden = text !== null
  setText(empty, text ?? '')
}

function sumText(all: readonly Connector[], shown: readonly Connector[]): string {
  const total = shown.reduce((sum, connector) => sum + connector.records_per_second, 0)
  const many =
    shown.length === all.length
      ? plural(all.length, 'connector')
      : `${shown.length} of ${plural(all.length, 'connector')}`
  return `${many} · ${rate(total)} records/s`
}

function stateChips(toggle: (health: Health) => void) {
  const chips = healths.map((health) => {
    const number = h('span', { class: 'figure' })
    const element = button('', () => toggle(health), { class: `chip ${health}` })
    element.append(`${healthNames[health]} `, number)
    return { health, number, element }
  })
  const element = h(
    'div',
    { class: 'chips', role: 'group', 'aria-label': 'Filter by state' },
    ...chips.map((chip) => chip.element),
  )
  return {
    element,
    update(connectors: readonly Connector[], pressed: Health | null) {
      const counts = countHealths(connectors)
      for (const { health, number, element } of chips) {
        const found = counts.get(health) ?? 0
        setText(number, String(found))
        element.hidden = found === 0 && health !== pressed
        setAttributes(element, { 'aria-pressed': String(health === pressed) })
      }
    },
  }
}
