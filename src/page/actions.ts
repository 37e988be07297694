/** What can be done to a connector. */
import { call, pathOf } from './api.js'
import { confirmed } from './dialog.js'
import { button, h } from './dom.js'
import type { Feed } from './feed.js'
import { connectorHref } from './list-row.js'
import { errorNotice, notice } from './notices.js'
import type { Connector } from './shapes.js'

export interface Actions {
  readonly element: HTMLElement
  update(connector: Connector): void
}

/** `deleted`: called after a deletion. */
export function connectorActions(name: string, feed: Feed, deleted: () => void): Actions {
  let isBusy = false
  let current: Connector | null = null
  const run = async (done: string, work: () => Promise<unknown>): Promise<boolean> => {
    isBusy = true
    show()
    try {
      await work()
      notice(done)
      return true
    } catch (error) {
      errorNotice(error)
      return false
    } finally {
      isBusy = false
      await feed.refresh()
      show()
    }
  }
  const put = (path: string, done: string) => (): void => void run(done, () => call('PUT', pathOf(name, path)))
  const pause = button('Pause', put('/pause', `${name} is pausing: open transactions finish first.`))
  const resume = button('Resume', put('/resume', `${name} resumes at its position.`))
  const restart = button(
    'Restart',
    () => void run(`${name} restarts.`, () => call('POST', pathOf(name, '/restart?includeTasks=true'))),
  )
  const stop = button('Stop', () => void ask())
  const ask = async (): Promise<void> => {
    const isSure = await confirmed({
      title: `Stop ${name}?`,
      text: 'Its tasks finish their open transactions and are removed, so that its offsets can be changed. Resume starts them again at their positions.',
      action: 'Stop',
    })
    if (isSure) await run(`${name} is stopping.`, () => call('PUT', pathOf(name, '/stop')))
  }
  const remove = button('Delete', () => void askToDelete(), { class: 'danger' })
  const askToDelete = async (): Promise<void> => {
    const isSure = await confirmed({
      title: `Delete ${name}?`,
      text: 'Its configuration is deleted. Its records and its offsets are kept: a connector created with the same name continues where this one ends.',
      action: 'Delete',
    })
    if (isSure && (await run(`${name} was deleted.`, () => call('DELETE', pathOf(name))))) deleted()
  }
  const edit = h('a', { class: 'button', href: connectorHref(name, '/edit') }, 'Edit')
  const note = h('p', { class: 'soft' })
  const element = h('div', {}, h('div', { class: 'actions' }, pause, resume, restart, stop, edit, remove), note)
  const show = (): void => {
    if (current === null) return
    const { state, file } = current
    const isFixed = file !== null
    pause.hidden = state === 'PAUSED' || state === 'STOPPED'
    resume.hidden = !pause.hidden
    stop.hidden = state === 'STOPPED'
    restart.hidden = state === 'STOPPED'
    edit.hidden = remove.hidden = isFixed
    for (const each of [pause, resume, stop, restart, remove]) each.disabled = isBusy
    note.hidden = !isFixed
    note.textContent = isFixed ? `From ${file}: change it there.` : ''
  }
  return {
    element,
    update(connector) {
      current = connector
      show()
    },
  }
}
