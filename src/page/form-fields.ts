/** All fields of a form, in their groups. */
import { h } from './dom.js'
import { fieldControl, labelled, type FieldControl } from './form-field.js'
import { appliesTo, configOf, keysText, parseKeys, valuesOf, type FieldGroup } from './form-model.js'
import type { Config } from './shapes.js'

export interface FormFields {
  readonly elements: readonly HTMLElement[]
  readonly controls: ReadonlyMap<string, FieldControl>
  /** What is filled in; shows and hides fields accordingly. */
  read(): ReadFields
}

interface ReadFields {
  readonly config: Config
  /** The first line of the other keys that is not a key and a value. */
  readonly wrong: string | null
}

/** The fields of a plugin, with the values of `config`. */
export function formFields(plugin: string, groups: readonly FieldGroup[], config: Config): FormFields {
  const controls = new Map<string, FieldControl>()
  const { values, other } = valuesOf(config, groups)
  const elements = groups.map(({ title, fields }) => {
    const created = fields.map((field) => fieldControl(field))
    for (const control of created) {
      control.input.value = values.get(control.name) ?? ''
      controls.set(control.name, control)
    }
    const inside = created.map((control) => control.element)
    return title === ''
      ? h('div', {}, ...inside)
      : section(
          title,
          inside,
          created.some(({ input }) => input.value !== ''),
        )
  })
  const others = otherKeys(other)
  elements.push(section('Other keys', [others.element], others.input.value !== ''))
  const definitions = groups.flatMap(({ fields }) => fields.map(({ definition }) => definition))
  const showApplicable = (sinkType: string): void => {
    for (const definition of definitions) {
      const control = controls.get(definition.name)
      if (control !== undefined) control.element.hidden = control.input.value === '' && !appliesTo(definition, sinkType)
    }
    for (const element of elements) {
      const fields = [...element.querySelectorAll<HTMLElement>('.field')]
      element.hidden = fields.every((field) => field.hidden)
    }
  }
  return {
    elements,
    controls,
    read() {
      const filled = new Map([...controls].map(([key, { input }]) => [key, input.value]))
      const { keys, wrong } = parseKeys(others.input.value)
      others.setProblems(wrong === null ? [] : [`Expected key = value; found: ${wrong}`])
      const read = configOf(plugin, filled, keys)
      showApplicable(read['sink.type'] ?? 'kafka')
      return { config: read, wrong }
    },
  }
}

function section(title: string, fields: readonly HTMLElement[], isOpen: boolean): HTMLElement {
  return h('details', { class: 'card', open: isOpen }, h('summary', {}, title), ...fields)
}

function otherKeys(other: Config): FieldControl {
  const input = h('textarea', { rows: 3, spellcheck: 'false', autocomplete: 'off' })
  input.value = keysText(other)
  const text =
    'Keys that have no field, one `key = value` per line: names from Kafka Connect, or configuration providers.'
  return labelled('other', { id: 'other', input, label: 'Keys', text })
}
