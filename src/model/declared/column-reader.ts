/** Adds declared columns to a draft, each by the source of its values. */
import { parseDuration } from '../../config/quantity.js'
import type { FieldType } from '../../record.js'
import { exactly } from '../expression/formula.js'
import { parsePattern } from '../generated/pattern-parts.js'
import { readForms, textsOfForms } from '../generated/regex-forms.js'
import { parseTemplate } from '../generated/template-parts.js'
import { locales, providers, wordsFor } from '../generated/words.js'
import { heldDate, heldDecimal, heldTimestamp } from '../held.js'
import { maxListedTexts } from './arg-properties.js'
import { keysOfKind, numberKinds, origins, sourceOf, type NumberKind } from './column-keys.js'
import { DeclaredColumn, maxValues } from './declared-column.js'
import { evenly, type ModelDraft } from './draft.js'
import { addExpression } from './expression-column.js'
import type { Declaration, Declared } from './from-declaration.js'
import { kinds, type Around } from './kinds.js'
import { addDistribution, addHistogram, addUniform } from './number-column.js'

const string: FieldType = { kind: 'string' }

/** Adds declared columns to a draft. Add the columns that a column depends on first. */
export class ColumnReader {
  readonly #draft: ModelDraft
  readonly #declaration: Declaration
  readonly #around: Around

  constructor(draft: ModelDraft, declaration: Declaration, declared: readonly Declared[]) {
    this.#draft = draft
    this.#declaration = declaration
    const named = (kind: string): string | undefined => declared.find(({ settings }) => settings.kind === kind)?.name
    this.#around = { firstName: named('first_name'), lastName: named('last_name') }
  }

  add(column: Declared): void {
    this.#declaration.try(() => addColumn(new DeclaredColumn(this.#draft, this.#declaration, this.#around, column)))
  }
}

/** Adds a column by the source of its values. */
function addColumn(column: DeclaredColumn): void {
  const { draft, settings, target } = column
  const before = column.declaration.errors.length
  const source = sourceOf(column)
  if (source === null || before < column.declaration.errors.length) return
  switch (source) {
    case 'constant':
      return readList(column, [settings.constant], ({ symbols }, type) => draft.addDrawn(target, type, evenly(symbols)))
    case 'list':
      return readList(column, settings.list, ({ symbols }, type) => {
        draft.addGenerated(target, type, { from: 'list', values: symbols })
      })
    case 'values':
      return readList(column, settings.values, ({ symbols }, type) => {
        const weights = weightsOf(column, symbols.length)
        if (weights !== null) draft.addDrawn(target, type, { symbols, weights })
      })
    case 'expression':
      return addExpression(column, settings.expression)
    case 'regex':
      return addRegex(column, settings.regex)
    case 'pattern': {
      const { pattern } = settings
      if (typeof pattern !== 'string' || typeof parsePattern(pattern) === 'string')
        return column.report('pattern', 'text with a character after each \\')
      return draft.addGenerated(target, string, { from: 'pattern', pattern })
    }
    case 'derive':
      return addTemplate(column, settings.derive)
    case 'provider': {
      const { provider, locale = 'en' } = settings
      if (!providers().includes(provider as string))
        return column.report('provider', `one of ${providers().join(', ')}`)
      if (!locales().includes(locale as string)) return column.report('locale', `one of ${locales().join(', ')}`)
      return draft.addDrawn(target, string, evenly(wordsFor(provider as string, locale as string)))
    }
    case 'distribution':
      return addDistribution(column, settings.distribution)
    case 'histogram':
      return addHistogram(column, settings.histogram)
    case 'kind':
      return addKind(column, settings.kind)
  }
}

/** Reads a list of values of one type, and adds them in the held form. */
function readList(
  column: DeclaredColumn,
  given: unknown,
  add: (values: { symbols: (string | boolean | number)[] }, type: FieldType) => void,
): void {
  const key = origins.find((way) => column.settings[way] !== undefined) ?? 'values'
  if (!Array.isArray(given) || given.length === 0 || given.length > maxValues)
    return column.report(key, `a list of 1 to ${maxValues} values`)
  const values = given as unknown[]
  const { kind } = column.settings
  if (kind === 'date' || kind === 'timestamp') {
    const held = values.map((value) =>
      typeof value === 'string' ? (kind === 'date' ? heldDate : heldTimestamp)(value) : null,
    )
    if (held.includes(null)) return column.report(key, `${kind}s in ISO 8601`)
    return add({ symbols: held as number[] }, { kind })
  }
  if (kind !== undefined && !['integer', 'decimal', 'real', 'boolean', 'category', 'text'].includes(kind as string))
    return column.report('kind', 'date, timestamp, or nothing')
  if (values.every((value) => typeof value === 'string')) return add({ symbols: values }, string)
  if (values.every((value) => typeof value === 'boolean')) return add({ symbols: values }, { kind: 'boolean' })
  if (!values.every((value) => typeof value === 'number' && Number.isFinite(value)))
    return column.report(key, 'texts, numbers or booleans, all of one type')
  const numbers = values as number[]
  const scale = Math.max(...numbers.map((number) => exactly(number).scale))
  if (kind === 'real' || scale > 9) return add({ symbols: numbers }, { kind: 'double' })
  const type: FieldType = scale === 0 ? { kind: 'integer' } : { kind: 'decimal', scale }
  add({ symbols: numbers.map((number) => heldDecimal(number, scale)) }, type)
}

function weightsOf(column: DeclaredColumn, count: number): number[] | null {
  const { weights } = column.settings
  if (weights === undefined) return new Array<number>(count).fill(1)
  const isGood =
    Array.isArray(weights) &&
    weights.length === count &&
    weights.every((weight) => typeof weight === 'number' && weight >= 0 && Number.isFinite(weight)) &&
    weights.some((weight) => weight > 0)
  if (isGood) return weights as number[]
  column.report('weights', `a list of ${count}: numbers of at least 0, one of them above 0`)
  return null
}

function addRegex(column: DeclaredColumn, regex: unknown): void {
  if (typeof regex !== 'string') return column.report('regex', 'a regular expression')
  const forms = readForms({ regex })
  if (typeof forms === 'string') return column.report('regex', 'the syntax listed in docs/schemas.md', forms)
  const texts = textsOfForms(forms, maxListedTexts)
  if (texts === null) return column.draft.addGenerated(column.target, string, { from: 'regex', regex })
  column.draft.addDrawn(column.target, string, { symbols: [...texts.keys()], weights: [...texts.values()] })
}

function addTemplate(column: DeclaredColumn, derive: unknown): void {
  const parts = typeof derive === 'string' && derive !== '' ? parseTemplate(derive) : 'nothing'
  if (typeof parts === 'string')
    return column.report('derive', 'text containing {column}, {column|slug}, {column|initial} or {column|lower}')
  for (const part of parts) {
    const source = part.kind === 'column' ? column.draft.column(part.column)?.source : undefined
    if (source?.from === 'formula' && column.draft.column((part as { column: string }).column)?.type.kind === 'string')
      return column.report('derive', 'an expression such as a + "-" + b', 'a template cannot contain a computed text')
  }
  column.draft.addGenerated(column.target, string, { from: 'template', template: derive as string })
}

function addKind(column: DeclaredColumn, kind: unknown): void {
  const target = column.target
  switch (kind) {
    case 'sequence': {
      const { start = 1, step = 1, restart } = column.settings
      if (!Number.isSafeInteger(start)) return column.report('start', 'an integer')
      if (!Number.isSafeInteger(step) || step === 0) return column.report('step', 'an integer other than 0')
      const leads =
        restart === undefined || Math.sign((restart as number) - (start as number)) === Math.sign(step as number)
      if (!leads || (restart !== undefined && !Number.isSafeInteger(restart)))
        return column.report('restart', 'an integer in the direction of the step')
      return column.draft.addGenerated(
        target,
        { kind: 'integer' },
        {
          from: 'cycle',
          start: start as number,
          step: step as number,
          ...(restart !== undefined && { restart: restart as number }),
        },
      )
    }
    case 'uuid': {
      const { version = 4 } = column.settings
      if (version !== 4 && version !== 7) return column.report('version', '4 or 7')
      return column.draft.addGenerated(target, { kind: 'uuid' }, { from: 'uuid', version })
    }
    case 'event_time': {
      const { start, step = '1s', jitter = '0s' } = column.settings
      const from = typeof start === 'string' ? heldTimestamp(start) : null
      if (from === null) return column.report('start', 'an ISO 8601 time')
      const [stepMs, jitterMs] = [step, jitter].map((value) =>
        typeof value === 'string' ? parseDuration(value) : undefined,
      )
      if (stepMs === undefined) return column.report('step', 'a duration such as 5s')
      if (jitterMs === undefined) return column.report('jitter', 'a duration such as 5s')
      return column.draft.addGenerated(
        target,
        { kind: 'timestamp' },
        { from: 'event_time', start: from, step: stepMs, jitter: jitterMs },
      )
    }
    case 'clock':
      if (target.missing !== null) return column.report('missing', 'nothing', 'not for a clock')
      return column.draft.addGenerated(target, { kind: 'timestamp' }, { from: 'clock' })
    case 'boolean': {
      const { odds = 0.5 } = column.settings
      if (typeof odds !== 'number' || !(odds >= 0) || odds > 1) return column.report('odds', 'a share from 0 to 1')
      return column.draft.addDrawn(target, { kind: 'boolean' }, { symbols: [true, false], weights: [odds, 1 - odds] })
    }
    default: {
      if (numberKinds.includes(kind as NumberKind)) return addUniform(column)
      const add = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : undefined
      if (add === undefined)
        return column.report(
          'kind',
          `one of ${[...Object.keys(keysOfKind), 'clock', ...Object.keys(kinds)].join(', ')}`,
        )
      add({ draft: column.draft, target, type: string, around: column.around })
    }
  }
}
