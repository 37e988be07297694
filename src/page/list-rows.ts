/** The rows of a long list. Only those near the visible part are in the document: a thousand scroll like ten. */
import { h } from './dom.js'
import type { Feed } from './feed.js'
import { windowOf, type Window } from './list-model.js'
import { createRow, type ListRow } from './list-row.js'
import type { Connector } from './shapes.js'

const overscan = 8

export interface WindowedRows {
  /** A table's body. Its style says in `--row` how high a row is. */
  readonly element: HTMLTableSectionElement
  show(connectors: readonly Connector[]): void
  /** To be called after scrolling. */
  moved(): void
}

export function windowedRows(feed: Feed, columns: number): WindowedRows {
  const above = spacer(columns)
  const below = spacer(columns)
  const element = h('tbody', { role: 'rowgroup' }, above.row, below.row)
  const rows = new Map<string, ListRow>()
  element.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const own = (event.target as Element).closest('tr')
    const next = step === 1 ? own?.nextElementSibling : step === -1 ? own?.previousElementSibling : null
    const link = next?.querySelector('a')
    if (link === null || link === undefined) return
    event.preventDefault()
    link.focus()
  })
  let all: readonly Connector[] = []
  let shown: Window = { first: 0, last: 0 }
  const current = (): Window => {
    const rowHeight = parseFloat(getComputedStyle(element).getPropertyValue('--row')) || 1
    const { top } = element.getBoundingClientRect()
    return windowOf(all.length, { rowHeight, top, viewHeight: window.innerHeight, overscan })
  }
  const draw = ({ first, last }: Window): void => {
    shown = { first, last }
    const visible = all.slice(first, last)
    const names = new Set(visible.map(({ name }) => name))
    for (const [name, row] of rows) {
      if (names.has(name)) continue
      row.element.remove()
      rows.delete(name)
    }
    above.setRows(first)
    below.setRows(all.length - last)
    let previous: Element = above.row
    visible.forEach((connector, i) => {
      const row = rows.get(connector.name) ?? createRow()
      rows.set(connector.name, row)
      row.update(connector, feed.history.of(connector.name).rates, first + i)
      // Moving an element takes its focus away.
      if (previous.nextElementSibling !== row.element) previous.after(row.element)
      previous = row.element
    })
  }
  return {
    element,
    show(connectors) {
      all = connectors
      draw(current())
    },
    moved() {
      const { first, last } = current()
      if (first !== shown.first || last !== shown.last) draw({ first, last })
    },
  }
}

function spacer(columns: number) {
  const cell = h('td', { colspan: columns })
  const row = h('tr', { 'aria-hidden': 'true', class: 'spacer' }, cell)
  return {
    row,
    setRows(rows: number) {
      row.hidden = rows === 0
      cell.style.height = `calc(${rows} * var(--row))`
    },
  }
}
