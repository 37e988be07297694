import { button, h } from './dom.js'

export interface Question {
  readonly title: string
  readonly text: string
  /** What the confirming button says. */
  readonly action: string
}

/** Asks before something that cannot be undone. */
export function confirmed({ title, text, action }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const close = (answer: string) => () => dialog.close(answer)
    const dialog = h(
      'dialog',
      { 'aria-labelledby': 'question', 'aria-describedby': 'consequence' },
      h('h2', { id: 'question' }, title),
      h('p', { id: 'consequence' }, text),
      h(
        'div',
        { class: 'actions' },
        // First, so that it has the focus.
        button('Cancel', close('')),
        button(action, close('yes'), { class: 'danger' }),
      ),
    )
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue === 'yes')
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}
