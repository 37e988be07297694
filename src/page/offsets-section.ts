/** What a connector has committed. */
import { call, errorText, pathOf } from './api.js'
import { confirmed } from './dialog.js'
import { button, h, setText } from './dom.js'
import { count } from './format.js'
import { errorNotice, notice } from './notices.js'
import { headRow, scroller } from './parts.js'
import type { Connector, Offsets } from './shapes.js'

export interface OffsetsSection {
  readonly element: HTMLElement
  /** Reads them again if the state is another one. */
  update(state: Connector['state']): void
}

const columns = [{ title: 'Shard' }, { title: 'Position', numeric: true }, { title: 'Fingerprint' }]

export function offsetsSection(name: string): OffsetsSection {
  const body = h('tbody')
  const note = h('p', { class: 'soft' }, 'Reading …')
  const table = scroller('Offsets', h('table', {}, headRow(columns), body))
  table.hidden = true
  const read = async (): Promise<void> => {
    try {
      const { offsets } = (await call<Offsets>('GET', pathOf(name, '/offsets'))).body
      table.hidden = offsets.length === 0
      setText(note, offsets.length === 0 ? 'Nothing is committed yet.' : '')
      body.replaceChildren(...offsets.map(offsetRow))
    } catch (error) {
      table.hidden = true
      setText(note, errorText(error))
    }
  }
  const reset = async (): Promise<void> => {
    const isSure = await confirmed({
      title: `Reset the offsets of ${name}?`,
      text: 'When it is resumed, it starts at position 0 and sends its records again. Those already sent are kept.',
      action: 'Reset',
    })
    if (!isSure) return
    try {
      const { body: answer } = await call<{ readonly message: string }>('DELETE', pathOf(name, '/offsets'))
      notice(answer.message)
    } catch (error) {
      errorNotice(error)
    }
    await read()
  }
  const again = button('Read again', () => void read(), { class: 'small' })
  const resetting = button('Reset', () => void reset(), { class: 'small danger' })
  resetting.hidden = true
  const buttons = h('div', { class: 'actions' }, again, resetting)
  const top = h('div', { class: 'top' }, h('h2', {}, 'Committed offsets'), buttons)
  let last: Connector['state'] | null = null
  return {
    element: h('section', {}, top, table, note),
    update(state) {
      // Only a stopped connector's can be changed.
      resetting.hidden = state !== 'STOPPED'
      if (state !== last) void read()
      last = state
    },
  }
}

function offsetRow({ partition, offset }: Offsets['offsets'][number]): HTMLElement {
  const { shard, sink } = partition
  const { position, fingerprint, shards } = offset
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, `${shard} of ${shards}${sink === undefined ? '' : ` · ${sink}`}`),
    h('td', { class: 'number' }, count(position)),
    h('td', {}, h('code', { title: fingerprint }, fingerprint.slice(0, 12))),
  )
}
