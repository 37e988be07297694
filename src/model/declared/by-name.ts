/** Infers a field's values from its name and type. docs/schemas.md lists these rules. */
import type { FieldType } from '../../record.js'
import type { Scalar } from './avro-shape.js'
import { evenly, uniform, type ModelDraft, type Target } from './draft.js'
import { drawn, kinds, made, pattern, regex, type Add, type DeclaredField as KindSubject } from './kinds.js'
import { isDecimal, maxDigits, typeOf } from './scalar-type.js'

/** Where a field is, and which fields are next to it. */
export interface Surroundings {
  /** The field names that lead to the record; empty at the top. */
  readonly above: readonly string[]
  /** The record's own name, without its namespace. */
  readonly record: string
  /** The names of its text fields without properties, which are never missing. */
  readonly texts: readonly string[]
}

interface Subject extends Surroundings, KindSubject {
  readonly shape: Scalar
  /** The field's name in lower case, words separated by `_`. */
  readonly name: string
}

interface Rule {
  readonly names: RegExp
  readonly add: (subject: Subject) => void
}

const day = 86_400_000
/** The first time, and the interval between records. */
const firstTime = Date.UTC(2025, 0, 1)
const stepMs = 1000

/** Adds the column that a field's name and type suggest. */
export function addByName(draft: ModelDraft, target: Target, field: string, shape: Scalar, around: Surroundings): void {
  const person = { firstName: named(firstNames, around), lastName: named(lastNames, around) }
  const subject = { ...around, draft, target, shape, type: typeOf(shape), name: wordsOf(field), around: person }
  if (shape.kind === 'enum') return draft.addDrawn(target, subject.type, evenly(shape.symbols))
  if (shape.kind === 'boolean') return draft.addDrawn(target, subject.type, evenly([true, false]))
  const rules = rulesOf(subject.type, shape)
  const rule = rules.find(({ names }) => names.test(subject.name))
  rule?.add(subject)
}

const firstNames = /^(first|given|fore)_?name$/
const lastNames = /^(last|family|sur)_?name$/

/** The column of the record's text field with such a name. */
function named(names: RegExp, { above, texts }: Surroundings): string | undefined {
  const text = texts.find((one) => names.test(wordsOf(one)) && !/[{}|]/.test(one))
  return text && [...above, text].join('.')
}

/** Snake case: `createdAt`, `CREATED_AT` and `created-at` become `created_at`. */
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
    case 'time':
      return [rule(/(?:)/, drawn(uniform(0, day - 1)))]
    case 'double':
    case 'decimal':
      return realRules
    case 'integer':
      return shape.kind === 'long' ? [...longRules, ...wholeRules] : wholeRules
    case 'string':
    case 'boolean':
    case 'list':
    case 'json':
      return textRules
  }
}

function rule(names: RegExp, add: (subject: Subject) => void): Rule {
  return { names, add }
}

const eventTime = made({ from: 'event_time', start: firstTime, step: stepMs, jitter: stepMs })

/** Times as numbers: `perSecond` units make a second. */
function times(perSecond: number): Add {
  return made({ from: 'cycle', start: (firstTime / 1000) * perSecond, step: (stepMs / 1000) * perSecond })
}

/** Whether a field named `…id` identifies the record itself. */
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
    // Seconds fit in 32 bits until 2038.
    if (subject.shape.kind === 'int')
      return made({ from: 'cycle', start: firstTime / 1000, step: 1, restart: 2 ** 31 - 1 })(subject)
    times(1000)(subject)
  }),
  rule(/(?:)/, ({ draft, target, type, shape }) => {
    const end = shape.logical === 'time-millis' ? day : shape.logical === 'time-micros' ? day * 1000 : 1_000_000
    draft.addDrawn(target, type, uniform(0, end - 1))
  }),
]

const longRules: readonly Rule[] = [
  rule(/(micros|_us)$/, times(1e6)),
  rule(/(card|account)_?(no|nr|number)$/, drawn(uniform(4_000_000_000_000_000, 4_999_999_999_999_999))),
]

/** Numbers from low to high, in whole units, with the given number of decimals: a decimal column even if the schema has a double. */
function decimals(low: number, high: number, places: number): (subject: Subject) => void {
  return ({ draft, target, type, shape }) => {
    const scale = type.kind === 'decimal' ? type.scale : places
    const factor = 10 ** scale
    // A decimal with few digits may have a lower maximum.
    const limit = isDecimal(shape) ? 10 ** Math.min(maxDigits, shape.precision) - 1 : Infinity
    const [first, last] = [Math.max(-limit, low * factor), Math.min(limit, high * factor)].map(Math.round)
    draft.addDrawn(target, { kind: 'decimal', scale }, uniform(Math.min(first, last), last))
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
    subject.draft.addDrawn(subject.target, subject.type, { symbols: [[0, 1]], weights: [1], grain: 0 })
  }),
]

const userAgents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1',
]

const textRules: readonly Rule[] = [
  rule(/e?_?mail(_address)?$/, kinds.email),
  rule(/(first|given|fore)_?name$/, kinds.first_name),
  rule(/(last|family|sur)_?name$/, kinds.last_name),
  rule(/(user|login|screen|nick)_?name$|^(login|user|username|nick|handle)$/, kinds.username),
  rule(/(company|employer|organi[sz]ation|brand|vendor|merchant|manufacturer|supplier)(_?name)?$/, kinds.company),
  rule(/(product|item|article)(_?name)?$/, kinds.product),
  rule(/(job|title|profession|occupation|position|role)(_?title)?$/, kinds.job),
  rule(/(city|town)(_?name)?$/, kinds.city),
  rule(/(state|province|region)(_?name)?$/, kinds.state),
  rule(/country_?(code|iso)$/, kinds.country_code),
  rule(/(country|nation|nationality)(_?name)?$/, kinds.country),
  rule(/mac(_?address)?$/, kinds.mac),
  rule(/(^|_)ip(_?v4|_?address)?$|^host$|(remote|host)_?address$/, kinds.ip),
  rule(/(street|address)(_?(line|name|1|2))*$/, kinds.address),
  rule(/(zip|postal|post)_?code$|^zip$/, pattern('#####')),
  rule(/(phone|mobile|fax)(_?(no|nr|number))?$/, kinds.phone),
  rule(/currency(_?code)?$/, kinds.currency),
  rule(/(language|lang|locale)(_?code)?$/, kinds.language),
  rule(/(gender|sex)$/, kinds.gender),
  rule(/status$/, drawn({ symbols: ['active', 'pending', 'inactive', 'closed'], weights: [6, 2, 1, 1] })),
  rule(/(color|colour)$/, kinds.color),
  rule(/payment_?(method|type)$/, drawn(evenly(['card', 'transfer', 'paypal', 'invoice']))),
  rule(/(severity|log_?level|level)$/, drawn({ symbols: ['DEBUG', 'INFO', 'WARN', 'ERROR'], weights: [3, 5, 1, 1] })),
  rule(/(event|action)(_?(type|name))?$/, drawn(evenly(['view', 'click', 'search', 'add', 'remove', 'purchase']))),
  rule(/(channel|source)$/, drawn(evenly(['web', 'mobile', 'store', 'partner']))),
  rule(/(device|platform)(_?type)?$/, drawn(evenly(['desktop', 'phone', 'tablet', 'tv']))),
  rule(/(url|uri|link|page|website|homepage|referr?er)$/, kinds.url),
  rule(/user_?agent$|^agent$/, drawn(evenly(userAgents))),
  rule(/(iban|account_?(no|nr|number))$/, pattern('XX## #### #### #### ####')),
  rule(/(card|credit_?card)_?(no|nr|number)$/, pattern('4### #### #### ####')),
  rule(/(password|token|hash|checksum|secret|digest|signature)$/, regex('[0-9a-f]{32}')),
  rule(/(guid|uuid)$/, made({ from: 'uuid', version: 4 })),
  rule(/(sku|code|reference|ref|serial)$/, pattern('^^-####')),
  rule(idNames, (subject) => {
    if (isOwnId(subject)) return made({ from: 'uuid', version: 4 })(subject)
    const stem = subject.name.replace(/_?(id|key|no|nr|number)$/, '')
    pattern(`${stem}-###`)(subject)
  }),
  rule(/(description|comment|message|text|note|notes|summary|body|content|review|feedback|reason)$/, kinds.text),
  rule(/(time|timestamp|_at|date|^ts|_ts)$/, ({ draft, target }) =>
    draft.addGenerated(
      target,
      { kind: 'timestamp' },
      { from: 'event_time', start: firstTime, step: stepMs, jitter: stepMs },
    ),
  ),
  rule(
    /(^|full_?|customer_?|display_?|contact_?|person_?|owner_?|driver_?|player_?|employee_?|guest_?|member_?|student_?)name$|^(customer|person|author|owner|driver)$/,
    kinds.name,
  ),
  rule(/(category|type|kind|group|class|segment)$/, drawn(evenly(['a', 'b', 'c', 'd']))),
  rule(/(?:)/, regex('[a-z]{8,15}')),
]
