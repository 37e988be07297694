/** Values that the name and the type of a field suggest. docs/schemas.md lists these rules. */
import type { FieldType } from '../../record.js'
import { wordsFor } from '../generated/words.js'
import type { Scalar } from './avro-shape.js'
import { evenly, uniform, type Distribution, type Draft, type Target } from './draft.js'
import { isDecimal, maxDigits, typeOf } from './scalar-type.js'

/** The fields beside a field, by their names. */
export interface Surroundings {
  /** The field names that lead to their record: none at the top. */
  readonly above: readonly string[]
  /** The record's own name, without its namespace. */
  readonly record: string
  /** Texts that are always there. */
  readonly texts: readonly string[]
}

interface Subject extends Surroundings {
  readonly draft: Draft
  readonly target: Target
  readonly type: FieldType
  readonly shape: Scalar
  /** The field's name in lower case, words divided by `_`. */
  readonly name: string
}

interface Rule {
  readonly names: RegExp
  readonly add: (subject: Subject) => void
}

const locale = 'en'
const day = 86_400_000
/** Where times begin, and how far one record is after another. */
const firstTime = Date.UTC(2025, 0, 1)
const stepMs = 1000

/** Adds the column of a field by its name and type. */
export function addByName(draft: Draft, target: Target, field: string, shape: Scalar, around: Surroundings): void {
  const subject: Subject = { ...around, draft, target, shape, type: typeOf(shape), name: wordsOf(field) }
  if (shape.kind === 'enum') return draft.drawn(target, subject.type, evenly(shape.symbols))
  if (shape.kind === 'boolean') return draft.drawn(target, subject.type, evenly([true, false]))
  const rules = rulesOf(subject.type, shape)
  const rule = rules.find(({ names }) => names.test(subject.name))
  rule?.add(subject)
}

/** `createdAt`, `CREATED_AT` and `created-at` as `created_at`. */
export function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()
}

function rulesOf(type: FieldType, shape: Scalar): readonly Rule[] {
  switch (type.kind) {
    case 'uuid':
      return [rule(/(?:)/, made({ from: 'uuid', version: 4 }))]
    case 'timestamp':
      return [rule(/birth/, drawn(uniform(Date.UTC(1950, 0, 1), Date.UTC(2006, 11, 31), day))), rule(/(?:)/, eventTime)]
    case 'date':
      return [
        rule(/birth/, drawn(uniform(Date.UTC(1950, 0, 1) / day, Date.UTC(2006, 11, 31) / day))),
        rule(/(?:)/, drawn(uniform(Date.UTC(2024, 0, 1) / day, Date.UTC(2025, 11, 31) / day))),
      ]
    case 'double':
    case 'decimal':
      return realRules
    case 'integer':
      return shape.kind === 'long' ? [...longRules, ...wholeRules] : wholeRules
    case 'string':
    case 'boolean':
      return textRules
  }
}

function rule(names: RegExp, add: Rule['add']): Rule {
  return { names, add }
}

function drawn(distribution: Distribution): Rule['add'] {
  return ({ draft, target, type }) => draft.drawn(target, type, distribution)
}

function made(origin: Parameters<Draft['made']>[2]): Rule['add'] {
  return ({ draft, target, type }) => draft.made(target, type, origin)
}

function pattern(text: string): Rule['add'] {
  return made({ from: 'pattern', pattern: text })
}

function regex(text: string): Rule['add'] {
  return made({ from: 'regex', regex: text })
}

/** Words that ship with the program. Drawn, and not a pool, so that conditions reach them. */
function words(provider: string): Rule['add'] {
  return (subject) => drawn(evenly(wordsFor(provider, locale)))(subject)
}

const eventTime = made({ from: 'event_time', start: firstTime, step: stepMs, jitter: stepMs })

/** Times as numbers of the units that go into a second. */
function times(perSecond: number): Rule['add'] {
  return made({ from: 'cycle', start: (firstTime / 1000) * perSecond, step: (stepMs / 1000) * perSecond })
}

/** A field that identifies the record itself, among those whose names end in `id`. */
function isOwnId({ name, record, above }: Subject): boolean {
  const stem = name.replace(/_?(id|key|no|nr|number)$/, '')
  const own = wordsOf(record)
  const one = (text: string): string => text.replace(/_/g, '').replace(/s$/, '')
  return above.length === 0 && (stem === '' || one(stem) === one(own))
}

const idNames = /(^|[a-z0-9_])id$|(^|_)(key|no|nr|number)$/

const wholeRules: readonly Rule[] = [
  rule(/(^|_)(zip|postal|post)_?code$|^zip$/, drawn(uniform(10_000, 99_999))),
  rule(/(phone|mobile)_?(no|nr|number)?$/, drawn(uniform(2_000_000_000 - 1e9, 2_000_000_000))),
  rule(idNames, (subject) => {
    if (isOwnId(subject))
      return made({ from: 'cycle', start: 1, step: 1, ...(subject.shape.kind === 'int' && { restart: 2 ** 31 - 1 }) })(
        subject,
      )
    drawn(uniform(1, 1000))(subject)
  }),
  rule(/(^|_)age$/, drawn(uniform(18, 90))),
  rule(/(^|_)year$/, drawn(uniform(1970, 2025))),
  rule(/(^|_)month$/, drawn(uniform(1, 12))),
  rule(/(^|_)day$/, drawn(uniform(1, 28))),
  rule(/(^|_)(hour|hours)$/, drawn(uniform(0, 23))),
  rule(/(^|_)(minute|minutes|second|seconds)$/, drawn(uniform(0, 59))),
  rule(/(quantity|qty|count|units?|items|pieces)$/, drawn(uniform(1, 10))),
  rule(/(rating|stars|score)$/, drawn(uniform(1, 5))),
  rule(/(percent|percentage|pct|humidity)$/, drawn(uniform(0, 100))),
  rule(/(^|_)port$/, drawn(uniform(1024, 65_535))),
  rule(
    /(http_)?status(_code)?$/,
    drawn({ symbols: [200, 201, 204, 301, 400, 401, 403, 404, 500, 503], weights: [70, 6, 5, 3, 4, 2, 2, 5, 2, 1] }),
  ),
  rule(/(price|amount|total|cost|fee|balance|salary|income|revenue|value)$/, drawn(uniform(1, 10_000))),
  rule(/(temperature|temp)$/, drawn(uniform(-20, 40))),
  rule(/(bytes|size|length)$/, drawn(uniform(1, 100_000))),
  rule(/(duration|latency|elapsed)/, drawn(uniform(1, 10_000))),
  rule(/(^|_)time_?(millis|ms)$/, drawn(uniform(0, day - 1))),
  rule(/(time|timestamp|_at|^ts|_ts|date)$/, (subject) => {
    if (subject.shape.logical === 'time-millis') return drawn(uniform(0, day - 1))(subject)
    if (subject.shape.logical === 'time-micros') return drawn(uniform(0, day - 1, 1000))(subject)
    // Seconds fit into 32 bits until 2038.
    if (subject.shape.kind === 'int')
      return made({ from: 'cycle', start: firstTime / 1000, step: 1, restart: 2 ** 31 - 1 })(subject)
    times(1000)(subject)
  }),
  rule(/(?:)/, ({ draft, target, type, shape }) => {
    const most = shape.logical === 'time-millis' ? day : shape.logical === 'time-micros' ? day * 1000 : 1_000_000
    draft.drawn(target, type, uniform(0, most - 1))
  }),
]

const longRules: readonly Rule[] = [
  rule(/(micros|_us)$/, times(1e6)),
  rule(/(card|account)_?(no|nr|number)$/, drawn(uniform(4_000_000_000_000_000, 4_999_999_999_999_999))),
]

/** Numbers with so many decimals, from low to high in whole units: as a decimal where the schema has doubles. */
function decimals(low: number, high: number, places: number): Rule['add'] {
  return ({ draft, target, type, shape }) => {
    const scale = type.kind === 'decimal' ? type.scale : places
    const factor = 10 ** scale
    // A decimal of few digits may not reach that far.
    const most = isDecimal(shape) ? 10 ** Math.min(maxDigits, shape.precision) - 1 : Infinity
    const [first, last] = [Math.max(-most, low * factor), Math.min(most, high * factor)].map(Math.round)
    draft.drawn(target, { kind: 'decimal', scale }, uniform(Math.min(first, last), last))
  }
}

const realRules: readonly Rule[] = [
  rule(/(^|_)lat(itude)?$/, decimals(-60, 70, 6)),
  rule(/(^|_)(lon|lng|longitude)$/, decimals(-180, 180, 6)),
  rule(/(price|amount|total|cost|fee|balance|salary|income|revenue|payment|value)/, decimals(1, 1000, 2)),
  rule(/(percent|percentage|pct|humidity)$/, decimals(0, 100, 1)),
  rule(/(temperature|temp)$/, decimals(-20, 40, 1)),
  rule(/(rating|stars)$/, decimals(1, 5, 1)),
  rule(/(weight|height|width|length|distance|speed|size)/, decimals(1, 200, 1)),
  rule(/(quantity|qty|units?)$/, decimals(0, 10, 1)),
  rule(/(?:)/, (subject) => {
    if (subject.type.kind === 'decimal') return decimals(0, 1000, 0)(subject)
    subject.draft.drawn(subject.target, subject.type, { symbols: [[0, 1]], weights: [1], grain: 0 })
  }),
]

const currencies = ['USD', 'EUR', 'GBP', 'JPY', 'CHF', 'CAD', 'AUD', 'SEK']
const countryCodes = ['US', 'GB', 'DE', 'FR', 'IT', 'ES', 'NL', 'SE', 'PL', 'BR', 'IN', 'JP', 'CA', 'AU', 'MX', 'TR']
const languages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'sv', 'pl', 'tr', 'ja']
const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
]

/** A person's names: those beside the field, or hidden ones of its own. */
function personOf({ draft, target, above, texts }: Subject): { first: string; last: string } {
  const named = (names: RegExp): string | undefined =>
    texts.find((text) => names.test(wordsOf(text)) && !/[{}|]/.test(text))
  const [first, last] = [named(firstNames), named(lastNames)]
  if (first !== undefined && last !== undefined)
    return { first: [...above, first].join('.'), last: [...above, last].join('.') }
  const stem = target.name.replace(/[{}|]/g, '_')
  const hidden = (name: string, provider: string): string => {
    draft.made({ name, missing: null, hidden: true }, { kind: 'string' }, { from: 'pool', provider, locale })
    return name
  }
  return { first: hidden(`${stem}#first`, 'first_name'), last: hidden(`${stem}#last`, 'last_name') }
}

function template(text: (subject: Subject) => string): Rule['add'] {
  return (subject) => subject.draft.made(subject.target, subject.type, { from: 'template', template: text(subject) })
}

/** A hidden column of texts for a template. */
function part({ draft, target }: Subject, name: string, origin: Parameters<Draft['made']>[2]): string {
  const hidden = `${target.name.replace(/[{}|]/g, '_')}#${name}`
  draft.made({ name: hidden, missing: null, hidden: true }, { kind: 'string' }, origin)
  return hidden
}

const firstNames = /^(first|given|fore)_?name$/
const lastNames = /^(last|family|sur)_?name$/

const textRules: readonly Rule[] = [
  rule(/e?_?mail(_address)?$/, (subject) => {
    const { first, last } = personOf(subject)
    const domain = part(subject, 'domain', { from: 'pool', provider: 'domain', locale })
    template(() => `{${first}|slug}.{${last}|slug}@{${domain}}`)(subject)
  }),
  rule(/(first|given|fore)_?name$/, words('first_name')),
  rule(/(last|family|sur)_?name$/, words('last_name')),
  rule(/(user|login|screen|nick)_?name$|^(login|user|username|nick|handle)$/, (subject) => {
    const { first, last } = personOf(subject)
    const number = part(subject, 'number', { from: 'pattern', pattern: '##' })
    template(() => `{${first}|slug}_{${last}|slug}{${number}}`)(subject)
  }),
  rule(/(company|employer|organi[sz]ation|brand|vendor|merchant|manufacturer|supplier)(_?name)?$/, words('company')),
  rule(/(product|item|article)(_?name)?$/, words('product')),
  rule(/(job|title|profession|occupation|position|role)(_?title)?$/, words('job')),
  rule(/(city|town)(_?name)?$/, words('city')),
  rule(/(state|province|region)(_?name)?$/, words('state')),
  rule(/country_?(code|iso)$/, drawn(evenly(countryCodes))),
  rule(/(country|nation|nationality)(_?name)?$/, words('country')),
  rule(/(street|address)(_?(line|name|1|2))*$/, (subject) => {
    if (/ip|mac|url|remote|host/.test(subject.name))
      return regex('10(\\.(25[0-4]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}')(subject)
    const number = part(subject, 'number', { from: 'regex', regex: '[1-9][0-9]{0,3}' })
    const street = part(subject, 'street', { from: 'pool', provider: 'street', locale })
    template(() => `{${number}} {${street}}`)(subject)
  }),
  rule(/(zip|postal|post)_?code$|^zip$/, pattern('#####')),
  rule(/(phone|mobile|fax)(_?(no|nr|number))?$/, pattern('+1-555-###-####')),
  rule(/currency(_?code)?$/, drawn(evenly(currencies))),
  rule(/(language|lang|locale)(_?code)?$/, drawn(evenly(languages))),
  rule(/(gender|sex)$/, drawn(evenly(['female', 'male', 'other']))),
  rule(/(status)$/, drawn({ symbols: ['active', 'pending', 'inactive', 'closed'], weights: [6, 2, 1, 1] })),
  rule(/(color|colour)$/, drawn(evenly(['black', 'white', 'red', 'blue', 'green', 'yellow', 'grey', 'brown']))),
  rule(/(payment_?(method|type))$/, drawn(evenly(['card', 'transfer', 'paypal', 'invoice']))),
  rule(/(severity|log_?level|level)$/, drawn({ symbols: ['DEBUG', 'INFO', 'WARN', 'ERROR'], weights: [3, 5, 1, 1] })),
  rule(/(event|action)(_?(type|name))?$/, drawn(evenly(['view', 'click', 'search', 'add', 'remove', 'purchase']))),
  rule(/(channel|source)$/, drawn(evenly(['web', 'mobile', 'store', 'partner']))),
  rule(/(device|platform)(_?type)?$/, drawn(evenly(['desktop', 'phone', 'tablet', 'tv']))),
  rule(/mac(_?address)?$/, pattern('02:**:**:**:**:**')),
  rule(/(^|_)ip(_?v4|_?address)?$|^host$/, regex('10(\\.(25[0-4]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}')),
  rule(/(url|uri|link|page|website|homepage|referr?er)$/, regex('https://example\\.com/[a-z]{4,12}')),
  rule(/user_?agent$|^agent$/, drawn(evenly(userAgents))),
  rule(/(iban|account_?(no|nr|number))$/, pattern('XX## #### #### #### ####')),
  rule(/(card|credit_?card)_?(no|nr|number)$/, pattern('4### #### #### ####')),
  rule(/(password|token|hash|checksum|secret|digest|signature)$/, pattern('********************************')),
  rule(/(guid|uuid)$/, made({ from: 'uuid', version: 4 })),
  rule(/(sku|code|reference|ref|serial)$/, pattern('^^-####')),
  rule(idNames, (subject) => {
    if (isOwnId(subject)) return made({ from: 'uuid', version: 4 })(subject)
    const stem = subject.name.replace(/_?(id|key|no|nr|number)$/, '')
    pattern(`${stem.replace(/[#?^*\\]/g, '\\$&')}-###`)(subject)
  }),
  rule(/(description|comment|message|text|note|notes|summary|body|content|review|feedback|reason)$/, sentence),
  rule(/(time|timestamp|_at|date|^ts|_ts)$/, ({ draft, target }) =>
    draft.made(target, { kind: 'timestamp' }, { from: 'event_time', start: firstTime, step: stepMs, jitter: stepMs }),
  ),
  rule(
    /(^|full_?|customer_?|display_?|contact_?|person_?|owner_?|driver_?)name$|^(customer|person|author|owner|driver)$/,
    (subject) => {
      const { first, last } = personOf(subject)
      template(() => `{${first}} {${last}}`)(subject)
    },
  ),
  rule(/(category|type|kind|group|class|segment)$/, drawn(evenly(['a', 'b', 'c', 'd']))),
  rule(/(?:)/, regex('[a-z]{8,15}')),
]

const subjects = [
  'The order',
  'The customer',
  'A parcel',
  'The team',
  'Everyone',
  'The delivery',
  'A colleague',
  'The shop',
]
const verbs = [
  'arrived',
  'called',
  'was checked',
  'is waiting',
  'came back',
  'was changed',
  'looks good',
  'needs attention',
]
const ends = ['today', 'on time', 'again', 'too late', 'without a reason', 'as agreed', 'at noon', 'in good order']

function sentence(subject: Subject): void {
  const [who, what, when] = [subjects, verbs, ends].map((values, index) =>
    part(subject, `word${index + 1}`, { from: 'pool', values }),
  )
  template(() => `{${who}} {${what}} {${when}}.`)(subject)
}
