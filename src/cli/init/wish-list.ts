/** A declaration from a list of columns, as `genesis init --columns` takes it: names, each with a kind, a range or values if need be. */
import { nearest } from '../../config/nearest.js'
import { GenesisError } from '../../errors.js'
import { wordsOf } from '../../model/declared/by-name.js'
import { kinds } from '../../model/declared/kinds.js'

/** A column to be, and whether its name alone says what it holds. */
export interface WishedColumn {
  readonly name: string
  /** The keys of docs/declared.md. */
  readonly keys: Readonly<Record<string, unknown>>
  /** given: as asked for. name: suggested by the name. nothing: the name says nothing, so it is a text of letters. */
  readonly because: 'given' | 'name' | 'nothing'
}

const eventTime = { kind: 'event_time', start: '2025-01-01T00:00:00Z', step: '1s' }

/** What can follow the colon, beyond the kinds of declared columns: the words that other tools have for them. */
const given: Readonly<Record<string, WishedColumn['keys']>> = {
  sequence: { kind: 'sequence' },
  uuid: { kind: 'uuid' },
  event_time: eventTime,
  clock: { kind: 'clock' },
  boolean: { kind: 'boolean' },
  integer: { kind: 'integer', min: 0, max: 1000 },
  decimal: { kind: 'decimal', min: 0, max: 1000, scale: 2 },
  real: { kind: 'real', min: 0, max: 1 },
  date: { kind: 'date', min: '2024-01-01', max: '2025-12-31' },
  timestamp: { kind: 'timestamp', min: '2024-01-01T00:00:00Z', max: '2025-12-31T23:59:59Z' },
  ...Object.fromEntries(Object.keys(kinds).map((kind) => [kind, { kind }])),
}
const synonyms: Readonly<Record<string, string>> = {
  ...{ int: 'integer', long: 'integer', bigint: 'integer', number: 'decimal', numeric: 'decimal', money: 'decimal' },
  ...{ float: 'real', double: 'real', bool: 'boolean', datetime: 'timestamp', time: 'event_time' },
  ...{ string: 'text', varchar: 'text', serial: 'sequence', guid: 'uuid' },
}

const uniform = (min: number, max: number, scale = 0): WishedColumn['keys'] =>
  scale === 0 ? { kind: 'integer', min, max } : { kind: 'decimal', min, max, scale }

/** What names suggest, in snake case; the first that matches counts. */
const byName: readonly (readonly [RegExp, WishedColumn['keys']])[] = [
  [/^id$/, given['sequence']],
  [/(guid|uuid)$/, given['uuid']],
  [/e?_?mail(_address)?$/, given['email']],
  [/(first|given|fore)_?name$/, given['first_name']],
  [/(last|family|sur)_?name$/, given['last_name']],
  [/(user|login|nick)_?name$|^(login|user)$/, given['username']],
  [/(company|employer|brand|vendor|merchant|supplier)(_name)?$/, given['company']],
  [/(product|item|article)(_name)?$/, given['product']],
  [/(job|profession|occupation)(_title)?$/, given['job']],
  [/(city|town)$/, given['city']],
  [/country_?code$/, given['country_code']],
  [/country$/, given['country']],
  [/(state|province|region)$/, given['state']],
  [/mac(_address)?$/, given['mac']],
  [/(^|_)ip(_address)?$/, given['ip']],
  [/(street|address)$/, given['address']],
  [/(phone|mobile|fax)(_(no|number))?$/, given['phone']],
  [/(^|_)name$/, given['name']],
  [/currency$/, given['currency']],
  [/language$/, given['language']],
  [/(gender|sex)$/, given['gender']],
  [/colou?r$/, given['color']],
  [/(url|link|website)$/, given['url']],
  [/status$/, { values: ['new', 'active', 'closed'], weights: [2, 6, 2] }],
  [/(description|comment|message|note|summary|text)s?$/, given['text']],
  [/(^|_)birth|^dob$/, { kind: 'date', min: '1950-01-01', max: '2006-12-31' }],
  [/(^|_)(date|day)$/, given['date']],
  [/(_at|_ts|time|timestamp)$|^ts$/, eventTime],
  [/^(is|has|was|can)_|(^|_)(active|enabled|flag)$/, given['boolean']],
  [
    /(price|amount|total|cost|fee|revenue|payment)$/,
    { distribution: 'log-normal', median: 20, spread: 2, min: 1, max: 1000, scale: 2 },
  ],
  [
    /(balance|salary|income)$/,
    { distribution: 'log-normal', median: 3000, spread: 1.5, min: 500, max: 50_000, scale: 2 },
  ],
  [/(^|_)age$/, uniform(18, 90)],
  [/(quantity|qty|count|units)$/, uniform(1, 10)],
  [/(rating|stars|score)$/, uniform(1, 5)],
  [/(percent|percentage|pct|humidity)$/, uniform(0, 100, 1)],
  [/(temperature|temp)$/, { distribution: 'normal', mean: 18, deviation: 6, min: -20, max: 40, scale: 1 }],
  [/(^|_)lat(itude)?$/, uniform(-60, 70, 5)],
  [/(^|_)(lon|lng|longitude)$/, uniform(-180, 180, 5)],
  [/_(id|no|number|key)$/, uniform(1, 1000)],
]

const place = '--columns'
const syntax =
  'names separated by commas, each with a kind, a range or values if need be: id, email, age:18..90, plan:free|paid'

/** Reads the list. Throws USAGE. */
export function wishedColumns(list: string): readonly WishedColumn[] {
  if (/\.ya?ml$/i.test(list))
    throw wrong('a file instead of a list', list, `a list; genesis init ${list} uses a declaration`)
  const parts = list.split(',').map((part) => part.trim())
  if (parts.some((part) => part === '')) throw wrong('a column without a name', list)
  const columns = parts.map(wished)
  const twice = columns.find(({ name }, at) => columns.findIndex((other) => other.name === name) < at)
  if (twice !== undefined) throw wrong('a column is named twice', twice.name)
  return columns
}

function wished(part: string): WishedColumn {
  const colon = part.indexOf(':')
  const name = (colon === -1 ? part : part.slice(0, colon)).trim()
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    const word = wordsOf(name).replace(/^_+|_+$/g, '')
    const perhaps = /^[a-z]\w*$/.test(word) ? `; perhaps ${word}` : ''
    throw wrong('not a name for a column', name, `letters, digits and "_", not a digit first${perhaps}`)
  }
  if (colon !== -1) return { name, keys: keysOf(part.slice(colon + 1).trim(), name), because: 'given' }
  const keys = byName.find(([names]) => names.test(wordsOf(name)))?.[1]
  return keys === undefined
    ? { name, keys: { regex: '[a-z]{8,15}' }, because: 'nothing' }
    : { name, keys, because: 'name' }
}

/** What is written behind a colon. */
function keysOf(text: string, name: string): WishedColumn['keys'] {
  const range = /^(-?\d+(?:\.(\d+))?)\.\.(-?\d+(?:\.(\d+))?)$/.exec(text)
  if (range !== null) {
    const [min, max] = [Number(range[1]), Number(range[3])]
    if (min > max) throw wrong('a range whose end is below its start', `${name}:${text}`)
    return uniform(min, max, Math.max(range[2]?.length ?? 0, range[4]?.length ?? 0))
  }
  if (text.includes('|')) return { values: text.split('|').map((value) => scalar(value.trim())) }
  const word = text.toLowerCase()
  const keys = given[synonyms[word] ?? word]
  if (keys !== undefined) return keys
  const near = nearest(word, [...Object.keys(given), ...Object.keys(synonyms)])
  const expected = `${near === undefined ? '' : `${near}, perhaps; otherwise `}a kind (${Object.keys(given).join(', ')}), a range such as 18..90, or values such as free|paid`
  throw new GenesisError('USAGE', 'an unknown kind of column', { place: `${place} ${name}`, found: text, expected })
}

function scalar(text: string): string | number {
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text
}

function wrong(what: string, found: string, expected = syntax): GenesisError {
  return new GenesisError('USAGE', what, { place, found, expected })
}
