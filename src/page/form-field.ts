/** A labelled control of the form, with its documentation and problems. */
import { h, setAttributes, setText } from './dom.js'
import type { Field } from './form-model.js'

export interface FieldControl {
  readonly name: string
  readonly element: HTMLElement
  readonly input: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
  setProblems(problems: readonly string[]): void
}

export function fieldControl({ definition, choices, control }: Field): FieldControl {
  const { name, documentation, required, default_value: standard, type } = definition
  const id = `field-${name}`
  const input = createInput(control, choices, standard)
  setAttributes(input, { id, name, 'aria-required': required && 'true', spellcheck: 'false', autocomplete: 'off' })
  if (control === 'text' && (type === 'INT' || type === 'LONG')) input.inputMode = 'numeric'
  if (control === 'text' && type === 'DOUBLE') input.inputMode = 'decimal'
  return labelled(name, { id, input, text: documentation, required })
}

/** A control by itself: `text` says what it is for, with `code` in backticks. */
export function labelled(
  name: string,
  options: {
    readonly id: string
    readonly input: FieldControl['input']
    readonly text: string
    readonly label?: string
    readonly required?: boolean
  },
): FieldControl {
  const { id, input, text, label = name, required = false } = options
  const problem = h('small', { id: `${id}-problem`, class: 'problem' })
  problem.hidden = true
  const element = h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label, required && h('small', { class: 'inline' }, ' required')),
    input,
    problem,
    h('small', { id: `${id}-text` }, ...prose(text)),
  )
  setAttributes(input, { id, 'aria-describedby': `${id}-problem ${id}-text` })
  return {
    name,
    element,
    input,
    setProblems(problems) {
      problem.hidden = problems.length === 0
      setText(problem, problems.join('\n'))
      setAttributes(input, { 'aria-invalid': problems.length > 0 && 'true' })
    },
  }
}

function createInput(
  control: Field['control'],
  choices: readonly string[],
  standard: string | null,
): FieldControl['input'] {
  switch (control) {
    case 'select': {
      const empty = h('option', { value: '' }, standard === null ? 'unset' : `${standard} (default)`)
      return h('select', {}, empty, ...choices.map((choice) => h('option', { value: choice }, choice)))
    }
    case 'area':
      return h('textarea', { placeholder: standard, rows: 3 })
    case 'secret':
      return h('input', { type: 'password', placeholder: standard })
    case 'text':
      return h('input', { type: 'text', placeholder: standard })
  }
}

function prose(text: string): (Node | string)[] {
  return text.split('`').map((part, i) => (i % 2 === 0 ? part : h('code', {}, part)))
}
