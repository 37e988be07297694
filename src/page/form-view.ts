/** Creates a connector, or changes its configuration. */
import { call, errorText, pathOf } from './api.js'
import { connectorForm } from './connector-form.js'
import { h } from './dom.js'
import type { Feed } from './feed.js'
import { labelled } from './form-field.js'
import { classKey } from './form-model.js'
import { errorNotice } from './notices.js'
import { heading, type View } from './parts.js'
import type { Config } from './shapes.js'

/** `name`: the connector to change; null: a new one. */
export function formView(name: string | null, feed: Feed): View {
  const title = name === null ? 'New connector' : `Edit ${name}`
  const place = h('div', {}, h('p', { class: 'empty' }, 'Loading …'))
  const element = h('div', {}, h('div', { class: 'top' }, heading(title)), place)
  const load = async (): Promise<void> => {
    try {
      const [plugins, config] = await Promise.all([
        call<readonly { readonly class: string }[]>('GET', 'connector-plugins'),
        name === null ? null : call<Config>('GET', pathOf(name, '/config')),
      ])
      const classes = plugins.body.map((plugin) => plugin.class)
      place.replaceChildren(await pluginForm({ name, feed, classes, config: config?.body ?? {} }))
    } catch (error) {
      place.replaceChildren(h('p', { class: 'empty' }, errorText(error)))
    }
  }
  void load()
  return { title, element }
}

interface FormOptions {
  readonly name: string | null
  readonly feed: Feed
  /** Full names of the classes that can be chosen. */
  readonly classes: readonly string[]
  readonly config: Config
}

/** A new connector's form, with a choice of classes, each of which has fields of its own; or that of a connector. */
async function pluginForm(options: FormOptions): Promise<HTMLElement> {
  const { name, classes, config } = options
  if (name !== null) return connectorForm({ ...options, plugin: config[classKey] ?? classes[0], lead: null })
  const input = h('select', {}, ...classes.map((one) => h('option', { value: one }, one.split('.').at(-1))))
  const { element: lead } = labelled(classKey, { id: 'plugin', input, label: 'Kind', text: 'Class of the connector.' })
  const place = h('div')
  const show = async (): Promise<void> => {
    const form = await connectorForm({ ...options, plugin: input.value, lead })
    const isChosen = document.activeElement === input
    place.replaceChildren(form)
    if (isChosen) input.focus()
  }
  input.addEventListener('change', () => void show().catch(errorNotice))
  await show()
  return place
}
