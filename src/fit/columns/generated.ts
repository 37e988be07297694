import { parseDuration } from '../../config/quantity.js'
import type { ArtifactColumn, ColumnOrigin } from '../../model/artifact.js'
import { TrainingRandom } from '../random.js'
import { curveOfShape } from '../../model/time/curve-of-shape.js'
import { rateShapeOf } from './event-shape.js'
import { patternOfForm } from './code-forms.js'
import { parseTime } from './dates.js'
import type { Outside } from './detect.js'
import { exampleDomains } from './email-domains.js'
import { emailForm, type NamePart } from './email-form.js'
import { freeName } from './day-and-time.js'
import { escaped } from './patterns.js'
import { vocabulary } from './placeholders.js'
import type { UnlearnedColumn, PlannedColumn } from './plan.js'
import { personNameOf } from './texts.js'

const string = { kind: 'string' } as const
/** Address templates of languages in which the house number does not simply follow the street. */
const addressForms: Readonly<Record<string, string>> = {
  en: '{number} {street}',
  fr: '{number} {street}',
  es: '{street}, {number}',
  pt_BR: '{street}, {number}',
}
const textPoolSize = 256
const maxTextLength = 40

/**
 * The artifact columns for an unlearned column: the hidden parts it is composed of, then itself. `all`: the columns it may use parts of
 * (an email address uses the record's name).
 */
export function outsideColumns(
  column: UnlearnedColumn,
  all: readonly PlannedColumn[],
  names: PartNames,
  seed: number,
): ArtifactColumn[] {
  const { name, kind, found, settings, hidden } = column
  const missing = found?.missing ?? 0
  const locale = settings.locale ?? 'en'
  const make = (source: ColumnOrigin, type: ArtifactColumn['type'] = string): ArtifactColumn => ({
    name,
    type,
    nullable: missing > 0,
    ...(hidden && { hidden: true as const }),
    ...(missing > 0 && { missing: roundedShare(missing) }),
    source,
  })
  const nameOf = (suffix: string): string => names.of(name, suffix)
  const part = (suffix: string, source: ColumnOrigin): ArtifactColumn => hiddenPart(nameOf(suffix), source)
  const word = (suffix: string, provider: string): ArtifactColumn => part(suffix, { from: 'pool', provider, locale })
  switch (kind) {
    case 'sequence': {
      const start = typeof settings.start === 'number' ? settings.start : (found?.start ?? 1)
      const step = typeof settings.step === 'number' ? settings.step : (found?.step ?? 1)
      return [make({ from: 'sequence', start, step }, { kind: 'integer' })]
    }
    case 'uuid':
      return [make({ from: 'uuid', version: settings.version ?? found?.version ?? 4 }, { kind: 'uuid' })]
    case 'pattern':
    case 'phone':
      if (settings.pattern === undefined && settings.mask === undefined && found?.forms !== undefined)
        return [formed(found, make)]
      return [make({ from: 'pattern', pattern: settings.pattern ?? found?.pattern ?? '###-####' })]
    case 'text':
      if (found?.form !== undefined && found.words !== undefined && found.forms !== undefined) {
        const { form, words, topics, forms } = found
        return [missingByForm(make({ from: 'worded', form, words, topics }), forms)]
      }
      return [make(textPool(found?.wordCounts ?? [8], seed))]
    case 'first_name':
    case 'last_name':
      return [make({ from: 'pool', provider: kind, locale })]
    case 'name':
      return [
        ...nameParts(name, names, locale),
        make({ from: 'template', template: `{${nameOf('first')}} {${nameOf('last')}}` }),
      ]
    case 'email': {
      const found = column.raw === null ? null : emailForm(column.raw, namesIn(all, names))
      const person = found === null ? personOf(column, all, names, locale) : null
      const local = found ?? `{${person!.first}|slug}.{${person!.last}|slug}`
      return [...(person?.parts ?? []), ...emails(column, local, make, part)]
    }
    case 'address': {
      const form = addressForms[locale] ?? '{street} {number}'
      const template = form.replace(/street|number/g, nameOf)
      const number = part('number', { from: 'pool', values: Array.from({ length: 199 }, (_, i) => String(i + 1)) })
      return [number, word('street', 'street'), make({ from: 'template', template })]
    }
    case 'ip': {
      // 2001:db8 is for documentation (RFC 3849).
      if (found?.ip === 'v6') return [make({ from: 'regex', regex: '2001:db8(:[1-9a-f][0-9a-f]{3}){6}' })]
      // 10/8 is private (RFC 1918), so these are nobody's public addresses.
      const bytes = ['b', 'c', 'd'].map((suffix) =>
        part(suffix, { from: 'pool', values: Array.from({ length: 254 }, (_, i) => String(i + 1)) }),
      )
      return [...bytes, make({ from: 'template', template: `10.{${nameOf('b')}}.{${nameOf('c')}}.{${nameOf('d')}}` })]
    }
    case 'url':
      return [
        part('key', { from: 'pattern', pattern: '????????' }),
        make({ from: 'template', template: `https://example.com/{${nameOf('key')}}` }),
      ]
    case 'pool':
      return [make(poolOf(column, locale))]
    case 'template':
      return [make({ from: 'template', template: settings.derive ?? escaped(name) })]
    case 'event_time':
      return [make(eventTime(column), column.times?.type ?? { kind: 'timestamp' })]
    case 'clock':
      return [make({ from: 'clock' }, { kind: 'timestamp' })]
  }
}

/** Addresses at the table's domains, or at example domains. */
function emails(
  { found }: UnlearnedColumn,
  local: string,
  make: (source: ColumnOrigin) => ArtifactColumn,
  part: (suffix: string, source: ColumnOrigin) => ArtifactColumn,
): ArtifactColumn[] {
  const { forms, form } = found ?? {}
  if (forms === undefined) {
    const domain = part('domain', { from: 'pool', values: [...exampleDomains] })
    return [domain, make({ from: 'template', template: `${local}@{${domain.name}}` })]
  }
  if (form === undefined) return [make({ from: 'template', template: `${local}@${forms[0] ?? ''}` })]
  return [missingByForm(make({ from: 'template', template: `${local}@{${form}}` }), forms)]
}

/** Codes of one form, or of the forms in a hidden column, which also determines which codes are missing. */
function formed({ forms = [], form, check }: Outside, make: (source: ColumnOrigin) => ArtifactColumn): ArtifactColumn {
  const law = check === undefined ? {} : { check }
  if (form !== undefined) return missingByForm(make({ from: 'filled', form, ...law }), forms)
  const regex = forms.find((one) => one !== null) ?? ''
  const pattern = patternOfForm(regex)
  return make(pattern === null ? { from: 'regex', regex, ...law } : { from: 'pattern', pattern, ...law })
}

/** The column, missing where the hidden column of its forms is. */
function missingByForm(column: ArtifactColumn, forms: readonly (string | null)[]): ArtifactColumn {
  return { ...column, missing: undefined, nullable: forms.includes(null) }
}

/** A column's name as a prefix for its hidden parts, without characters that are special in templates. */
function stemOf(name: string): string {
  return name.replace(/[{}|]/g, '_')
}

function hiddenPart(name: string, source: ColumnOrigin): ArtifactColumn {
  return { name, type: string, nullable: false, hidden: true, source }
}

/** Names the hidden parts of columns: `column.part`, or a similar name that no other column has. */
export class PartNames {
  readonly #names = new Map<string, string>()

  /** `taken`: the names of all other columns; those of parts are added. */
  constructor(private readonly taken: Set<string>) {}

  /** The name of a part, always the same for the same part. */
  of(column: string, part: string): string {
    const wanted = `${stemOf(column)}.${part}`
    const key = JSON.stringify([column, part])
    const known = this.#names.get(key) ?? freeName(wanted, this.taken)
    this.#names.set(key, known)
    return known
  }
}

function nameParts(owner: string, names: PartNames, locale: string): ArtifactColumn[] {
  return [
    hiddenPart(names.of(owner, 'first'), { from: 'pool', provider: 'first_name', locale }),
    hiddenPart(names.of(owner, 'last'), { from: 'pool', provider: 'last_name', locale }),
  ]
}

/** Maximum number of columns in which names are searched. */
const maxNames = 12

/** The columns that an email address may follow: names, learned texts, and the parts of full names. */
function namesIn(all: readonly PlannedColumn[], names: PartNames): NamePart[] {
  return all
    .flatMap((column): NamePart[] => {
      const { name, raw } = column
      if (raw === null || stemOf(name) !== name) return []
      if (column.place === 'learned')
        return column.learned.type.kind === 'string' && !column.hidden ? [{ reference: name, raw }] : []
      if (column.kind === 'first_name' || column.kind === 'last_name') return [{ reference: name, raw }]
      if (column.kind !== 'name') return []
      return (['first', 'last'] as const).map((word) => ({ reference: names.of(name, word), raw, word }))
    })
    .slice(0, maxNames)
}

/** The columns with the names of the record's person; hidden parts if the record has no name columns. */
function personOf(
  { name }: UnlearnedColumn,
  all: readonly PlannedColumn[],
  names: PartNames,
  locale: string,
): { first: string; last: string; parts: ArtifactColumn[] } {
  const named = (kind: string): string | undefined =>
    all.find((column) =>
      column.place === 'outside'
        ? column.kind === kind
        : column.learned.type.kind === 'string' && personNameOf(column.name) === kind,
    )?.name
  const full = named('name')
  const first = named('first_name')
  const last = named('last_name')
  const isNameable = (name: string | undefined): name is string => name !== undefined && stemOf(name) === name
  if (isNameable(first) && isNameable(last)) return { first, last, parts: [] }
  const owner = full ?? name
  return {
    first: names.of(owner, 'first'),
    last: names.of(owner, 'last'),
    parts: full === undefined ? nameParts(owner, names, locale) : [],
  }
}

function poolOf({ settings }: UnlearnedColumn, locale: string): ColumnOrigin {
  if (settings.values === undefined) return { from: 'pool', provider: settings.provider ?? '', locale }
  return { from: 'pool', values: [...settings.values], ...(settings.weights && { weights: [...settings.weights] }) }
}

function eventTime({ settings: { start, step, jitter, shape } }: UnlearnedColumn): ColumnOrigin {
  const millis = (duration: string | number | undefined): number =>
    typeof duration === 'number' ? duration : (parseDuration(duration ?? '0s') ?? 0)
  const from = typeof start === 'number' ? start : (parseTime(start ?? '', 'DMY')?.millis ?? 0)
  const times = { from: 'event_time', start: from, jitter: millis(jitter) } as const
  if (shape === undefined) return { ...times, step: millis(step) }
  return { ...times, curve: curveOfShape(1000 / millis(step), rateShapeOf(shape)) }
}

/** Placeholder texts with as many words as the column's own texts, of which none is kept. */
function textPool(wordCounts: readonly number[], seed: number): ColumnOrigin {
  const random = new TrainingRandom(seed)
  const values = new Set<string>()
  for (let i = 0; i < textPoolSize; i++) {
    const words = Math.min(maxTextLength, wordCounts[random.below(wordCounts.length)] ?? 8)
    const text = Array.from({ length: words }, () => vocabulary[random.below(vocabulary.length)]).join(' ')
    values.add(text.charAt(0).toUpperCase() + text.slice(1))
  }
  return { from: 'pool', values: [...values] }
}

function roundedShare(share: number): number {
  return Math.round(share * 1e6) / 1e6
}
