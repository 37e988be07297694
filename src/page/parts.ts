/** Elements that several views share. */
import { h, setAttributes, setText, svg } from './dom.js'
import { healthNames, type Health } from './health.js'
import { sparkHeight, sparkline, sparkWidth } from './rate-history.js'
import type { Trouble } from './trouble.js'

export interface View {
  readonly title: string
  readonly element: HTMLElement
  /** Called after every reading of the connectors. */
  update?(): void
  close?(): void
}

export function badge(health: Health): HTMLSpanElement {
  return setBadge(h('span'), health)
}

export function setBadge(element: HTMLSpanElement, health: Health): HTMLSpanElement {
  setAttributes(element, { class: `badge ${health}` })
  setText(element, healthNames[health])
  return element
}

/** Shows the delivered share, from 0 to 1; hidden if there is no end. */
export function setProgress(element: HTMLProgressElement, position: number | null, end: number | null): void {
  element.hidden = end === null
  if (end !== null) element.value = end === 0 ? 1 : (position ?? 0) / end
}

/** A sparkline of the last rates, which decorates the number next to it. */
export function spark(): { readonly element: SVGSVGElement; update(rates: readonly number[]): void } {
  const line = svg('polyline')
  const element = svg(
    'svg',
    { class: 'spark', width: sparkWidth, height: sparkHeight, 'aria-hidden': 'true', focusable: 'false' },
    line,
  )
  return { element, update: (rates) => setAttributes(line, { points: sparkline(rates) }) }
}

export function banner({ title, text }: Trouble): HTMLElement {
  return h('div', { class: 'banner' }, h('strong', {}, title), ' ', h('span', {}, text))
}

export function heading(text: string): HTMLHeadingElement {
  return h('h1', { tabindex: -1 }, text)
}

/** A wide table that scrolls by itself, also with the keyboard. */
export function scroller(label: string, table: HTMLElement): HTMLElement {
  return h('div', { class: 'scroll', role: 'region', 'aria-label': label, tabindex: 0 }, table)
}

/** Head of a table; numbers are aligned to the right where `numeric`. */
export function headRow(columns: readonly { readonly title: string; readonly numeric?: boolean }[]): HTMLElement {
  const cells = columns.map(({ title, numeric }) => h('th', { scope: 'col', class: numeric && 'number' }, title))
  return h('thead', {}, h('tr', {}, ...cells))
}
