/** Short messages, which screen readers read out. */
import { CallError } from './api.js'
import { button, h } from './dom.js'
import { callTrouble } from './trouble.js'

const shownMs = 6_000

const quiet = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' })
const shown = h('div', { class: 'notices', role: 'status', 'aria-live': 'polite' })
const errors = h('div', { class: 'notices', role: 'alert' })

export function placeNotices(): void {
  document.body.append(quiet, h('div', { class: 'notice-stack' }, errors, shown))
}

/** Only read out. */
export function announce(text: string): void {
  quiet.textContent = text
}

export function notice(text: string): void {
  const element = h('p', { class: 'notice' }, text)
  shown.append(element)
  setTimeout(() => element.remove(), shownMs)
}

/** Stays until dismissed. */
export function errorNotice(error: unknown): void {
  const { title, text } =
    error instanceof CallError ? callTrouble(error.status, error.message) : { title: 'Failed', text: String(error) }
  const element = h('div', { class: 'notice error' }, h('p', {}, h('strong', {}, title), ' ', text))
  element.append(button('Dismiss', () => element.remove()))
  errors.replaceChildren(element)
}
