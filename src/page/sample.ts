/** The first records of a configuration that is being written. */
import { call, errorText } from './api.js'
import { h, setAttributes, setText } from './dom.js'
import { plural } from './format.js'
import { cellText, columnsOf } from './form-model.js'
import { headRow, scroller } from './parts.js'
import type { Config } from './shapes.js'

const records = 10

export interface Sample {
  readonly element: HTMLElement
  /** Shows records of a configuration; null: it is not valid yet. */
  show(config: Config | null): Promise<void>
}

export function sample(): Sample {
  const note = h('p', { class: 'soft', role: 'status' })
  const table = h('table', { class: 'compact' })
  const element = h('section', {}, h('h2', {}, 'Sample'), note, scroller('Sample of records', table))
  let request: AbortController | null = null
  let shown = ''
  return {
    element,
    async show(config) {
      const key = JSON.stringify(config)
      if (key === shown) return
      shown = key
      request?.abort()
      if (config === null) {
        setText(note, 'Records appear here once the configuration is valid.')
        return table.replaceChildren()
      }
      const { signal } = (request = new AbortController())
      setAttributes(element, { 'aria-busy': 'true' })
      try {
        const { body } = await call<{ readonly records: readonly Readonly<Record<string, unknown>>[] }>(
          'POST',
          'genesis/dry-run',
          { body: { config, records }, signal },
        )
        setText(note, `The first ${plural(body.records.length, 'record')}. Nothing is sent.`)
        table.replaceChildren(...rowsOf(body.records))
      } catch (error) {
        if (signal.aborted) return
        setText(note, errorText(error))
        table.replaceChildren()
      }
      setAttributes(element, { 'aria-busy': null })
    },
  }
}

function rowsOf(rows: readonly Readonly<Record<string, unknown>>[]): readonly HTMLElement[] {
  const columns = columnsOf(rows).map((title) => ({
    title,
    numeric: rows.every((row) => row[title] === null || typeof row[title] === 'number'),
  }))
  const body = rows.map((row) =>
    h('tr', {}, ...columns.map(({ title, numeric }) => h('td', { class: numeric && 'number' }, cellText(row[title])))),
  )
  return [headRow(columns), h('tbody', {}, ...body)]
}
