import { slug } from '../../model/generated/text-forms.js'
import { someOf } from '../some-rows.js'
import type { RawColumn } from '../table/table.js'

/** A column that an email address may be composed of; for a full name, its first or last word. */
export interface NamePart {
  /** The column's name in a template. */
  readonly reference: string
  readonly raw: RawColumn
  readonly word?: 'first' | 'last'
}

/** Maximum number of rows examined. */
const sampleRows = 200
/** Minimum share of them that must follow the form. */
const minShare = 0.3
const separators = ['.', '_', '-', '']
/** Numbers that distinguish people of the same name. */
const number = /\d+$/

/** A form of an address's local part, as a template. */
interface EmailForm {
  readonly template: string
  readonly of: (slugs: readonly string[]) => string
}

/** A template of names that the local parts of a column's addresses follow; null: they follow none. */
export function emailForm(emails: RawColumn, parts: readonly NamePart[]): string | null {
  const forms = formsOf(parts)
  const counts = forms.map(() => 0)
  let rows = 0
  for (const row of someOf(emails.codes.length, sampleRows)) {
    const email = emails.values[emails.codes[row]]
    if (typeof email !== 'string') continue
    rows++
    const local = email.slice(0, Math.max(0, email.indexOf('@'))).toLowerCase()
    const slugs = parts.map((part) => slugIn(part, row))
    forms.forEach(({ of }, form) => {
      const made = of(slugs)
      if (made !== '' && (made === local || made === local.replace(number, ''))) counts[form]++
    })
  }
  const most = counts.reduce((best, count, form) => (count > counts[best] ? form : best), 0)
  return rows > 0 && counts[most] >= minShare * rows ? forms[most].template : null
}

function slugIn({ raw, word }: NamePart, row: number): string {
  const cell = raw.values[raw.codes[row]]
  if (typeof cell !== 'string' || cell === '') return ''
  const words = cell.trim().split(/\s+/)
  return slug(word === undefined ? cell : word === 'first' ? words[0] : words[words.length - 1])
}

/** A name, two names, or an initial and a name, in either order. */
function formsOf(parts: readonly NamePart[]): EmailForm[] {
  return parts.flatMap((a, i) => [
    { template: `{${a.reference}|slug}`, of: (slugs: readonly string[]) => slugs[i] },
    ...parts.flatMap((b, j) =>
      i === j ? [] : separators.flatMap((between) => pairs(a.reference, b.reference, i, j, between)),
    ),
  ])
}

function pairs(a: string, b: string, i: number, j: number, between: string): EmailForm[] {
  const both = (slugs: readonly string[], left: string, right: string): string =>
    slugs[i] === '' || slugs[j] === '' ? '' : `${left}${between}${right}`
  return [
    { template: `{${a}|slug}${between}{${b}|slug}`, of: (slugs) => both(slugs, slugs[i], slugs[j]) },
    { template: `{${a}|initial}${between}{${b}|slug}`, of: (slugs) => both(slugs, slugs[i].slice(0, 1), slugs[j]) },
    { template: `{${a}|slug}${between}{${b}|initial}`, of: (slugs) => both(slugs, slugs[i], slugs[j].slice(0, 1)) },
  ]
}
