/** Record headers: a name, and the source of the value. */
import { isObject } from './is-object.js'
import { parseJson } from './parse-json.js'

export interface HeaderConfig {
  readonly name: string
  readonly value:
    | { readonly from: 'constant'; readonly text: string }
    /** The column's value as text; a record with a null there omits the header. */
    | { readonly from: 'column'; readonly column: string }
    /** The task that sends the record, or the record number within the task, from 0. */
    | { readonly from: 'position'; readonly of: 'task' | 'iteration' }
}

/** Accepted forms, for messages. */
export const headerForms = 'a text, { column: name }, { position: task } or { position: iteration }'

/** Parses a map of headers; a string: the name of an invalid one. */
export function headerConfigsOf(written: Readonly<Record<string, unknown>>): HeaderConfig[] | string {
  const headers: HeaderConfig[] = []
  for (const [name, given] of Object.entries(written)) {
    const value = valueOf(given)
    if (value === null || name === '') return name
    headers.push({ name, value })
  }
  return headers
}

function valueOf(given: unknown): HeaderConfig['value'] | null {
  if (typeof given === 'string') {
    const parsed = given.startsWith('{') ? parseJson(given) : undefined
    return isObject(parsed) ? valueOf(parsed) : { from: 'constant', text: given }
  }
  if (typeof given === 'number' || typeof given === 'boolean') return { from: 'constant', text: String(given) }
  if (!isObject(given) || Object.keys(given).length !== 1) return null
  const { column, position } = given
  if (typeof column === 'string') return { from: 'column', column }
  return position === 'task' || position === 'iteration' ? { from: 'position', of: position } : null
}
