/** The fields of a connector, checked as they are filled in, with a sample of its records. */
import { call, errorText, pathOf } from './api.js'
import { h, setText } from './dom.js'
import type { Feed } from './feed.js'
import { plural } from './format.js'
import { formFields, type FormFields } from './form-fields.js'
import { classKey, fieldGroups, isSamplable, nameKey, shownProblems } from './form-model.js'
import { connectorHref } from './list-row.js'
import { errorNotice, notice } from './notices.js'
import { sample } from './sample.js'
import type { Config, Validation } from './shapes.js'

const typingMs = 300

export interface ConnectorFormOptions {
  /** The connector to change; null: a new one. */
  readonly name: string | null
  readonly feed: Feed
  readonly config: Config
  /** Full name of the class. */
  readonly plugin: string
  /** Shown before the fields. */
  readonly lead: HTMLElement | null
}

/** Throws CallError if the worker does not say which fields there are. */
export async function connectorForm(options: ConnectorFormOptions): Promise<HTMLElement> {
  const { plugin, config } = options
  const groups = fieldGroups(await validate(plugin, { [classKey]: plugin }))
  return new ConnectorForm(options, formFields(plugin, groups, config)).element
}

async function validate(plugin: string, config: Config, signal?: AbortSignal): Promise<Validation> {
  const path = `connector-plugins/${encodeURIComponent(plugin)}/config/validate`
  return (await call<Validation>('PUT', path, { body: config, ...(signal && { signal }) })).body
}

class ConnectorForm {
  readonly element: HTMLElement
  readonly #options: ConnectorFormOptions
  readonly #fields: FormFields
  readonly #form: HTMLFormElement
  readonly #status = h('p', { class: 'soft', role: 'status' })
  /** Problems of keys that have no field. */
  readonly #general = h('ul', { class: 'problems' })
  readonly #sample = sample()
  readonly #save: HTMLButtonElement
  readonly #paused = h('input', { type: 'checkbox', id: 'paused' })
  /** Fields that were filled in and left. */
  readonly #left = new Set<string>()
  #isTried = false
  #request: AbortController | null = null
  #timer = 0

  constructor(options: ConnectorFormOptions, fields: FormFields) {
    const { name, lead } = options
    this.#options = options
    this.#fields = fields
    this.#save = h('button', { type: 'submit', class: 'primary' }, name === null ? 'Create' : 'Save')
    this.#form = h(
      'form',
      { novalidate: true },
      lead,
      ...fields.elements,
      this.#general,
      this.#status,
      name === null && h('p', { class: 'check' }, this.#paused, h('label', { for: 'paused' }, 'Start paused')),
      h(
        'div',
        { class: 'actions' },
        this.#save,
        h('a', { class: 'button', href: name === null ? '#/' : connectorHref(name) }, 'Cancel'),
      ),
    )
    this.element = h('div', { class: 'form' }, this.#form, h('div', { class: 'aside' }, this.#sample.element))
    const named = fields.controls.get(nameKey)?.input
    if (name !== null && named instanceof HTMLInputElement) {
      named.value = name
      named.readOnly = true
    }
    this.#listen()
    void this.#check()
  }

  #listen(): void {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#submit()
    })
    this.#form.addEventListener('input', () => {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => void this.#check(), typingMs)
    })
    this.#form.addEventListener('focusout', ({ target }) => {
      const key = (target as Element).getAttribute('name')
      if (key === null || this.#left.has(key)) return
      this.#left.add(key)
      void this.#check()
    })
  }

  /** Shows what is wrong. Null: it cannot be told, or a newer check is under way. */
  async #check(): Promise<{ readonly config: Config; readonly errors: number } | null> {
    clearTimeout(this.#timer)
    this.#request?.abort()
    const { signal } = (this.#request = new AbortController())
    const { config, wrong } = this.#fields.read()
    try {
      const validation = await validate(this.#options.plugin, config, signal)
      this.#show(validation)
      void this.#sample.show(isSamplable(validation) ? config : null)
      return { config, errors: validation.error_count + (wrong === null ? 0 : 1) }
    } catch (error) {
      if (!signal.aborted) setText(this.#status, errorText(error))
      return null
    }
  }

  #show(validation: Validation): void {
    const { controls } = this.#fields
    const problems = shownProblems(
      validation,
      (key) => this.#isTried || this.#left.has(key) || controls.get(key)?.input.value !== '',
    )
    for (const [key, control] of controls) control.setProblems(problems.get(key) ?? [])
    const general = [...problems].filter(([key]) => !controls.has(key)).flatMap(([, texts]) => texts)
    this.#general.replaceChildren(...general.map((text) => h('li', {}, text)))
    const { error_count: errors, warnings = [] } = validation
    const count = errors === 0 ? 'The configuration is valid.' : `${plural(errors, 'problem')} to solve.`
    setText(this.#status, [count, ...warnings].join('\n'))
  }

  async #submit(): Promise<void> {
    this.#isTried = true
    this.#save.disabled = true
    try {
      const checked = await this.#check()
      if (checked === null) return
      if (checked.errors > 0) this.#showFirstProblem()
      else await this.#store(checked.config)
    } catch (error) {
      errorNotice(error)
    } finally {
      this.#save.disabled = false
    }
  }

  #showFirstProblem(): void {
    const invalid = this.#form.querySelector<HTMLElement>('[aria-invalid]')
    invalid?.closest('details')?.setAttribute('open', '')
    invalid?.focus()
  }

  async #store(config: Config): Promise<void> {
    const { name, feed } = this.#options
    const target = name ?? config[nameKey]
    if (name === null) {
      const state = this.#paused.checked ? { initial_state: 'PAUSED' } : {}
      await call('POST', 'connectors', { body: { name: target, config, ...state } })
      notice(`${target} was created.`)
    } else {
      await call('PUT', pathOf(name, '/config'), { body: config })
      notice(`${target} restarts with its new configuration.`)
    }
    await feed.refresh()
    location.hash = connectorHref(target)
  }
}
