/** The kinds of texts that `kind` of a declared column names and that the names of a schema's fields suggest. */
import type { FieldType } from '../../record.js'
import type { ColumnOrigin } from '../artifact.js'
import { wordsFor } from '../generated/words.js'
import { evenly, type Distribution, type ModelDraft, type Target } from './draft.js'

/** Columns of the same record that texts such as an email address are composed of. */
export interface Around {
  readonly firstName: string | undefined
  readonly lastName: string | undefined
}

export interface DeclaredField {
  readonly draft: ModelDraft
  readonly target: Target
  readonly type: FieldType
  readonly around: Around
}

/** Adds the column of a field to its draft. */
export type Add = (subject: DeclaredField) => void

export const locale = 'en'

export function drawn(distribution: Distribution): Add {
  return ({ draft, target, type }) => draft.addDrawn(target, type, distribution)
}

export function made(origin: ColumnOrigin): Add {
  return ({ draft, target, type }) => draft.addGenerated(target, type, origin)
}

export function pattern(text: string): Add {
  return made({ from: 'pattern', pattern: text })
}

export function regex(text: string): Add {
  return made({ from: 'regex', regex: text })
}

/** Words shipped with the program. Drawn by the circuit, not from a pool, so that conditions can use them. */
function words(provider: string): Add {
  return (subject) => drawn(evenly(wordsFor(provider, locale)))(subject)
}

/** Adds a hidden column for a template and returns its name. */
function part({ draft, target }: DeclaredField, name: string, origin: ColumnOrigin): string {
  const hidden = `${target.name.replace(/[{}|]/g, '_')}#${name}`
  draft.addGenerated({ name: hidden, missing: null, hidden: true }, { kind: 'string' }, origin)
  return hidden
}

function template({ draft, target, type }: DeclaredField, text: string): void {
  draft.addGenerated(target, type, { from: 'template', template: text })
}

/** A person's first and last name: the record's own columns, or hidden ones. */
function personOf(subject: DeclaredField): { first: string; last: string } {
  const { firstName: first, lastName: last } = subject.around
  if (first !== undefined && last !== undefined) return { first, last }
  return {
    first: part(subject, 'first', { from: 'pool', provider: 'first_name', locale }),
    last: part(subject, 'last', { from: 'pool', provider: 'last_name', locale }),
  }
}

function email(subject: DeclaredField): void {
  const { first, last } = personOf(subject)
  const domain = part(subject, 'domain', { from: 'pool', provider: 'domain', locale })
  template(subject, `{${first}|slug}.{${last}|slug}@{${domain}}`)
}

function name(subject: DeclaredField): void {
  const { first, last } = personOf(subject)
  template(subject, `{${first}} {${last}}`)
}

function username(subject: DeclaredField): void {
  const { first, last } = personOf(subject)
  const number = part(subject, 'number', { from: 'pattern', pattern: '##' })
  template(subject, `{${first}|slug}_{${last}|slug}{${number}}`)
}

function address(subject: DeclaredField): void {
  const number = part(subject, 'number', { from: 'regex', regex: '[1-9][0-9]{0,3}' })
  const street = part(subject, 'street', { from: 'pool', provider: 'street', locale })
  template(subject, `{${number}} {${street}}`)
}

const whos = [
  'The order',
  'The customer',
  'A parcel',
  'The team',
  'Everyone',
  'The delivery',
  'A colleague',
  'The shop',
]
const whats = ['arrived', 'called', 'was checked', 'is waiting', 'came back', 'was changed', 'looks good', 'needs care']
const hows = ['today', 'on time', 'again', 'too late', 'without a reason', 'as agreed', 'at noon', 'in good order']

function text(subject: DeclaredField): void {
  const [who, what, how] = [whos, whats, hows].map((values, index) =>
    part(subject, `word${index + 1}`, { from: 'pool', values }),
  )
  template(subject, `{${who}} {${what}} {${how}}.`)
}

const countryCodes = ['US', 'GB', 'DE', 'FR', 'IT', 'ES', 'NL', 'SE', 'PL', 'BR', 'IN', 'JP', 'CA', 'AU', 'MX', 'TR']

export const kinds = {
  ...{ name, email, username, address, text },
  first_name: words('first_name'),
  last_name: words('last_name'),
  city: words('city'),
  state: words('state'),
  country: words('country'),
  country_code: drawn(evenly(countryCodes)),
  company: words('company'),
  product: words('product'),
  job: words('job'),
  phone: pattern('+1-555-###-####'),
  // 10/8 is private (RFC 1918), so these are nobody's addresses.
  ip: regex('10(\\.(25[0-4]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}'),
  // 02 is locally administered, so these are no vendor's addresses.
  mac: pattern('02:**:**:**:**:**'),
  url: regex('https://example\\.com/[a-z]{4,12}'),
  currency: drawn(evenly(['USD', 'EUR', 'GBP', 'JPY', 'CHF', 'CAD', 'AUD', 'SEK'])),
  language: drawn(evenly(['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'sv', 'pl', 'tr', 'ja'])),
  gender: drawn(evenly(['female', 'male', 'other'])),
  color: drawn(evenly(['black', 'white', 'red', 'blue', 'green', 'yellow', 'grey', 'brown'])),
} satisfies Record<string, Add>
