/** Adds one declared column to the draft, from its settings. */
import { parseDuration } from '../../config/quantity.js'
import type { FieldType } from '../../record.js'
import type { ColumnOrigin } from '../artifact.js'
import { columnsIn, exactly, type Formula } from '../expression/formula.js'
import { readExpression } from '../expression/expression.js'
import { parsePattern } from '../generated/pattern-parts.js'
import { readForms, textsOfForms } from '../generated/regex-forms.js'
import { parseTemplate } from '../generated/template-parts.js'
import { locales, providers, wordsFor } from '../generated/words.js'
import { heldDate, heldDecimal, heldTimestamp } from '../held.js'
import { maxListedTexts } from './arg-properties.js'
import { histogram, logNormal, normal, zipfWeights, type DeclaredGrid } from './distributions.js'
import { evenly, uniform, type Distribution, type ModelDraft, type Target } from './draft.js'
import type { Declaration, Declared, Settings } from './from-declaration.js'
import { kinds, type Around } from './kinds.js'

/** The sources of a column's values; a column has exactly one. */
const origins = [
  'constant',
  'list',
  'values',
  'expression',
  'regex',
  'pattern',
  'derive',
  'provider',
  'distribution',
  'histogram',
] as const
type Way = (typeof origins)[number] | 'kind'

const numberKinds = ['integer', 'decimal', 'real', 'date', 'timestamp'] as const
type NumberKind = (typeof numberKinds)[number]

/** The keys allowed with each source, besides `hide` and `missing`. */
const keysOf: Readonly<Record<Way, readonly string[]>> = {
  constant: ['kind'],
  list: ['kind'],
  values: ['weights', 'kind'],
  expression: ['kind', 'scale'],
  regex: [],
  pattern: [],
  derive: [],
  provider: ['locale'],
  distribution: ['kind', 'scale', 'min', 'max', 'mean', 'deviation', 'median', 'spread', 'among', 'exponent', 'step'],
  histogram: ['kind', 'scale'],
  kind: [],
}
/** The keys of kinds that are a source themselves; other kinds have none. */
const keysOfKind: Readonly<Record<string, readonly string[]>> = {
  sequence: ['start', 'step', 'restart'],
  uuid: ['version'],
  event_time: ['start', 'step', 'jitter'],
  boolean: ['odds'],
  ...Object.fromEntries(numberKinds.map((kind) => [kind, ['min', 'max', 'scale', 'step']])),
}
const distributionKeys: Readonly<Record<string, readonly string[]>> = {
  uniform: ['min', 'max', 'step'],
  normal: ['mean', 'deviation', 'min', 'max'],
  'log-normal': ['median', 'spread', 'min', 'max'],
  zipf: ['among', 'exponent'],
}

export const columnKeys: readonly string[] = [
  ...new Set([...origins, 'hide', 'missing', ...Object.values(keysOf).flat(), ...Object.values(keysOfKind).flat()]),
]

const string: FieldType = { kind: 'string' }
/** Codes have 16 bits, and one of them may stand for missing. */
const maxValues = 65_535

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
    this.#declaration.try(() => new Column(this.#draft, this.#declaration, this.#around, column).add())
  }
}

class Column {
  readonly #settings: Settings
  readonly #target: Target

  constructor(
    readonly draft: ModelDraft,
    readonly declaration: Declaration,
    readonly around: Around,
    readonly declared: Declared,
  ) {
    const { settings, name } = declared
    this.#settings = settings
    const { missing, hide } = settings
    if (hide !== undefined && typeof hide !== 'boolean') this.#report('hide', 'true or false')
    const isShare = typeof missing === 'number' && missing >= 0 && missing <= 1
    if (missing !== undefined && !isShare) this.#report('missing', 'a share from 0 to 1')
    this.#target = { name, missing: isShare ? missing : null, ...(hide === true && { hidden: true }) }
  }

  add(): void {
    const { before, way } = this.#way()
    if (way === null || before < this.declaration.errors.length) return
    switch (way) {
      case 'constant':
        return this.#listed([this.#settings.constant], ({ symbols }, type) =>
          this.draft.addDrawn(this.#target, type, evenly(symbols)),
        )
      case 'list':
        return this.#listed(this.#settings.list, ({ symbols }, type) => {
          this.draft.addGenerated(this.#target, type, { from: 'list', values: symbols })
        })
      case 'values':
        return this.#listed(this.#settings.values, ({ symbols }, type) => {
          const weights = this.#weights(symbols.length)
          if (weights !== null) this.draft.addDrawn(this.#target, type, { symbols, weights })
        })
      case 'expression':
        return this.#expression(this.#settings.expression)
      case 'regex':
        return this.#regex(this.#settings.regex)
      case 'pattern': {
        const { pattern } = this.#settings
        if (typeof pattern !== 'string' || typeof parsePattern(pattern) === 'string')
          return this.#report('pattern', 'text with a character after each \\')
        return this.draft.addGenerated(this.#target, string, { from: 'pattern', pattern })
      }
      case 'derive':
        return this.#template(this.#settings.derive)
      case 'provider': {
        const { provider, locale = 'en' } = this.#settings
        if (!providers().includes(provider as string))
          return this.#report('provider', `one of ${providers().join(', ')}`)
        if (!locales().includes(locale as string)) return this.#report('locale', `one of ${locales().join(', ')}`)
        return this.draft.addDrawn(this.#target, string, evenly(wordsFor(provider as string, locale as string)))
      }
      case 'distribution':
        return this.#distribution(this.#settings.distribution)
      case 'histogram':
        return this.#histogram(this.#settings.histogram)
      case 'kind':
        return this.#kind(this.#settings.kind)
    }
  }

  /** The source of the values; null: not exactly one. Reports keys that do not belong to it. */
  #way(): { before: number; way: Way | null } {
    const before = this.declaration.errors.length
    const { name, path } = this.declared
    const given = origins.filter((way) => this.#settings[way] !== undefined)
    if (given.length > 1) {
      this.declaration.report([...path, given[1]], 'a column with two sources of values', {
        found: given.join(' and '),
        expected: `one of them for ${name}`,
      })
      return { before, way: null }
    }
    const way = given.length === 1 ? given[0] : this.#settings.kind === undefined ? undefined : 'kind'
    if (way === undefined) {
      this.declaration.report(path, 'the column does not say where its values come from', {
        expected: `kind, or one of ${origins.join(', ')}`,
      })
      return { before, way: null }
    }
    const { distribution, kind } = this.#settings
    const own =
      way === 'distribution'
        ? [...(distributionKeys[String(distribution)] ?? keysOf.distribution), 'kind', 'scale']
        : way === 'kind'
          ? ['kind', ...(keysOfKind[String(kind)] ?? [])]
          : keysOf[way]
    for (const key of Object.keys(this.#settings))
      if (key !== way && !own.includes(key) && key !== 'hide' && key !== 'missing')
        this.declaration.report(
          [...path, key],
          `not for a column of ${way === 'kind' ? String(kind) : way === 'distribution' ? String(distribution) : way}`,
          {
            found: key,
            expected: own.length === 0 ? 'hide or missing' : own.join(', '),
          },
        )
    return { before, way }
  }

  #report(key: string, expected: string, what = 'wrong value'): void {
    const found = this.#settings[key]
    this.declaration.report([...this.declared.path, key], what, { found: found ?? 'nothing', expected })
  }

  /** Values of one type in the held form. */
  #listed(given: unknown, add: (values: { symbols: (string | boolean | number)[] }, type: FieldType) => void): void {
    const key = origins.find((way) => this.#settings[way] !== undefined) ?? 'values'
    if (!Array.isArray(given) || given.length === 0 || given.length > maxValues)
      return this.#report(key, `a list of 1 to ${maxValues} values`)
    const values = given as unknown[]
    const { kind } = this.#settings
    if (kind === 'date' || kind === 'timestamp') {
      const held = values.map((value) =>
        typeof value === 'string' ? (kind === 'date' ? heldDate : heldTimestamp)(value) : null,
      )
      if (held.includes(null)) return this.#report(key, `${kind}s in ISO 8601`)
      return add({ symbols: held as number[] }, { kind })
    }
    if (kind !== undefined && !['integer', 'decimal', 'real', 'boolean', 'category', 'text'].includes(kind as string))
      return this.#report('kind', 'date, timestamp, or nothing')
    if (values.every((value) => typeof value === 'string')) return add({ symbols: values }, string)
    if (values.every((value) => typeof value === 'boolean')) return add({ symbols: values }, { kind: 'boolean' })
    if (!values.every((value) => typeof value === 'number' && Number.isFinite(value)))
      return this.#report(key, 'texts, numbers or booleans, all of one type')
    const numbers = values as number[]
    const scale = Math.max(...numbers.map((number) => exactly(number).scale))
    if (kind === 'real' || scale > 9) return add({ symbols: numbers }, { kind: 'double' })
    const type: FieldType = scale === 0 ? { kind: 'integer' } : { kind: 'decimal', scale }
    add({ symbols: numbers.map((number) => heldDecimal(number, scale)) }, type)
  }

  #weights(count: number): number[] | null {
    const { weights } = this.#settings
    if (weights === undefined) return new Array<number>(count).fill(1)
    const isGood =
      Array.isArray(weights) &&
      weights.length === count &&
      weights.every((weight) => typeof weight === 'number' && weight >= 0 && Number.isFinite(weight)) &&
      weights.some((weight) => weight > 0)
    if (isGood) return weights as number[]
    this.#report('weights', `a list of ${count}: numbers of at least 0, one of them above 0`)
    return null
  }

  #regex(regex: unknown): void {
    if (typeof regex !== 'string') return this.#report('regex', 'a regular expression')
    const forms = readForms({ regex })
    if (typeof forms === 'string') return this.#report('regex', 'the syntax listed in docs/schemas.md', forms)
    const texts = textsOfForms(forms, maxListedTexts)
    if (texts === null) return this.draft.addGenerated(this.#target, string, { from: 'regex', regex })
    this.draft.addDrawn(this.#target, string, { symbols: [...texts.keys()], weights: [...texts.values()] })
  }

  #template(derive: unknown): void {
    const parts = typeof derive === 'string' && derive !== '' ? parseTemplate(derive) : 'nothing'
    if (typeof parts === 'string')
      return this.#report('derive', 'text containing {column}, {column|slug}, {column|initial} or {column|lower}')
    for (const part of parts) {
      const source = part.kind === 'column' ? this.draft.column(part.column)?.source : undefined
      if (source?.from === 'formula' && this.draft.column((part as { column: string }).column)?.type.kind === 'string')
        return this.#report('derive', 'an expression such as a + "-" + b', 'a template cannot contain a computed text')
    }
    this.draft.addGenerated(this.#target, string, { from: 'template', template: derive as string })
  }

  #expression(text: unknown): void {
    if (typeof text !== 'string' || text === '')
      return this.#report('expression', 'an expression such as price * count')
    const place = this.declaration.place([...this.declared.path, 'expression'])
    const { formula, type } = readExpression(text, { columns: this.draft.types(), place })
    if (type === 'null') return this.#report('expression', 'an expression with a value')
    const named = columnsIn(formula).map((name) => this.draft.column(name)!)
    const isNullable = named.some(({ nullable }) => nullable) || canBeMissing(formula)
    if (this.#target.missing !== null)
      return this.#report('missing', 'cond ? null : value in the expression', 'not for an expression')
    const target = { ...this.#target, missing: isNullable ? 0 : null }
    const fieldType = this.#typeOfExpression(formula, type)
    if (fieldType === null) return
    const isLearned = named.every(({ source, type: { kind } }) => learned.includes(source.from) && isNumeric(kind))
    // Conditions can use numbers computed from drawn ones.
    const origin: ColumnOrigin =
      isLearned && named.length > 0 && isNumeric(fieldType.kind) && !divides(formula)
        ? { from: 'relation', formula }
        : { from: 'formula', formula }
    this.draft.addGenerated(target, fieldType, origin)
  }

  #typeOfExpression(formula: Formula, type: string): FieldType | null {
    const { kind, scale } = this.#settings
    if (type === 'text') return string
    if (type === 'boolean') return { kind: 'boolean' }
    if (type === 'time') return { kind: isDate(formula, this.draft) ? 'date' : 'timestamp' }
    if (type === 'duration') return { kind: 'integer' }
    if (kind !== undefined && kind !== 'integer' && kind !== 'decimal' && kind !== 'real') {
      this.#report('kind', 'integer, decimal or real')
      return null
    }
    if (scale !== undefined && !isScale(scale)) {
      this.#report('scale', 'an integer from 0 to 9')
      return null
    }
    const places = kind === 'integer' ? 0 : (scale ?? scaleOf(formula, this.draft))
    if (kind === 'real' || places === null || places > 9) return { kind: 'double' }
    return places === 0 ? { kind: 'integer' } : { kind: 'decimal', scale: places }
  }

  /** The type and grid of numbers, from `kind` and `scale`; null: these are wrong, which has been reported. */
  #grid(): { type: FieldType; grid: DeclaredGrid; held: (value: unknown) => number | null } | null {
    const { kind, scale } = this.#settings
    if (scale !== undefined && !isScale(scale)) {
      this.#report('scale', 'an integer from 0 to 9')
      return null
    }
    if (kind === 'date' || kind === 'timestamp') {
      const read = kind === 'date' ? heldDate : heldTimestamp
      return {
        type: { kind },
        grid: { unit: 1, isReal: false },
        held: (value) => (typeof value === 'string' ? read(value) : null),
      }
    }
    if (kind !== undefined && !numberKinds.includes(kind as NumberKind)) {
      this.#report('kind', numberKinds.join(', '))
      return null
    }
    const number = (value: unknown): number | null =>
      typeof value === 'number' && Number.isFinite(value) ? value : null
    if (kind === 'real') return { type: { kind: 'double' }, grid: { unit: 1, isReal: true }, held: number }
    const places = scale ?? (kind === 'decimal' ? 2 : 0)
    const type: FieldType = places === 0 ? { kind: 'integer' } : { kind: 'decimal', scale: places }
    return { type, grid: { unit: 10 ** places, isReal: false }, held: number }
  }

  #distribution(name: unknown): void {
    if (typeof name !== 'string' || !Object.hasOwn(distributionKeys, name))
      return this.#report(
        'distribution',
        `one of ${Object.keys(distributionKeys).join(', ')}; use values for weights and histogram for parts`,
      )
    if (name === 'uniform') return this.#uniform()
    const form = this.#grid()
    if (form === null) return
    const { type, grid, held } = form
    const read = (key: string, isGood: (value: number) => boolean, expected: string): number | null => {
      const value = held(this.#settings[key])
      if (value !== null && isGood(value)) return value
      this.#report(key, expected)
      return null
    }
    const number = (key: string, isGood: (value: number) => boolean, expected: string): number | null => {
      const value = this.#settings[key]
      if (typeof value === 'number' && isGood(value)) return value
      this.#report(key, expected)
      return null
    }
    const bound = (key: string): number | null | undefined =>
      this.#settings[key] === undefined ? undefined : read(key, () => true, "a bound of the column's kind")
    const [min, max] = [bound('min'), bound('max')]
    if (min === null || max === null) return
    let distribution: Distribution | null
    if (name === 'zipf') {
      const among = number(
        'among',
        (value) => Number.isInteger(value) && value >= 1 && value <= maxValues,
        `an integer from 1 to ${maxValues}`,
      )
      const exponent =
        this.#settings.exponent === undefined
          ? 1
          : number('exponent', (value) => value > 0 && value <= 20, 'a number above 0, up to 20')
      if (among === null || exponent === null) return
      const weights = zipfWeights(among, exponent)
      distribution = { symbols: weights.map((_, rank) => (rank + 1) * grid.unit), weights }
    } else if (name === 'normal') {
      const mean = read('mean', () => true, 'the mean')
      const unit =
        this.#settings.kind === 'date' || this.#settings.kind === 'timestamp'
          ? this.#spanUnit('deviation')
          : number('deviation', (value) => value > 0, 'a number above 0')
      if (mean === null || unit === null) return
      distribution = normal(mean, unit, { min, max }, grid)
    } else {
      const median = number('median', (value) => value > 0, 'a number above 0')
      const spread = number('spread', (value) => value > 1 && value <= 1000, 'a factor above 1, up to 1000')
      if (median === null || spread === null) return
      distribution = logNormal(median, spread, { min, max }, grid)
    }
    if (distribution === null) return this.#report(min === undefined ? 'max' : 'min', 'bounds with values between them')
    if (!distribution.symbols.flat().every((value) => grid.isReal || Number.isSafeInteger(value)))
      return this.#report('distribution', 'numbers below 2^53')
    this.draft.addDrawn(this.#target, type, distribution)
  }

  /** A duration in the column's units: days for dates, ms for timestamps. */
  #spanUnit(key: string): number | null {
    const ms = parseDuration(String(this.#settings[key]))
    if (ms !== undefined && ms > 0) return this.#settings.kind === 'date' ? ms / 86_400_000 : ms
    this.#report(key, 'a duration such as 36h')
    return null
  }

  #uniform(): void {
    const form = this.#grid()
    if (form === null) return
    const { type, grid, held } = form
    const [min, max] = ['min', 'max'].map((key) => {
      const value = held(this.#settings[key])
      if (value === null)
        this.#report(key, type.kind === 'date' || type.kind === 'timestamp' ? 'an ISO 8601 time' : 'a number')
      return value
    })
    if (min === null || max === null) return
    if (min > max || (grid.isReal && min === max))
      return this.#report('max', `more than min, ${String(this.#settings.min)}`)
    if (grid.isReal) return this.draft.addDrawn(this.#target, type, histogram([[min, max, 1]], grid))
    const { step } = this.#settings
    const isTime = type.kind === 'date' || type.kind === 'timestamp'
    const grain =
      step === undefined
        ? 1
        : isTime
          ? (this.#spanUnit('step') ?? 0)
          : typeof step === 'number'
            ? Math.round(step * grid.unit)
            : 0
    if (!Number.isSafeInteger(grain) || grain < 1)
      return this.#report('step', "a step above 0, in multiples of the column's smallest unit")
    const [low, high] = [Math.ceil((min * grid.unit) / grain) * grain, Math.floor((max * grid.unit) / grain) * grain]
    if (low > high || !Number.isSafeInteger(low) || !Number.isSafeInteger(high))
      return this.#report('max', 'bounds with values between them, below 2^53')
    this.draft.addDrawn(this.#target, type, uniform(low, high, grain))
  }

  #histogram(given: unknown): void {
    const form = this.#grid()
    if (form === null) return
    const { type, grid, held } = form
    const parts = Array.isArray(given) ? (given as unknown[]) : []
    const read = parts.map((part) => {
      if (!Array.isArray(part) || part.length !== 3) return null
      const [from, to, weight] = [held(part[0]), held(part[1]), part[2] as unknown]
      const isGood =
        from !== null &&
        to !== null &&
        typeof weight === 'number' &&
        weight >= 0 &&
        (grid.isReal ? from < to : from <= to)
      return isGood ? ([from, to, weight] as const) : null
    })
    if (read.length === 0 || read.length > maxValues || read.includes(null))
      return this.#report('histogram', 'a list of [from, to, weight] with from below to')
    const good = read.filter((part) => part !== null)
    if (!good.some(([, , weight]) => weight > 0)) return this.#report('histogram', 'at least one weight above 0')
    const distribution = histogram(good, grid)
    if (distribution.symbols.some((symbol) => Array.isArray(symbol) && symbol[0] > symbol[1]))
      return this.#report('histogram', "parts that each contain a value on the column's grid")
    this.draft.addDrawn(this.#target, type, distribution)
  }

  #kind(kind: unknown): void {
    const target = this.#target
    switch (kind) {
      case 'sequence': {
        const { start = 1, step = 1, restart } = this.#settings
        if (!Number.isSafeInteger(start)) return this.#report('start', 'an integer')
        if (!Number.isSafeInteger(step) || step === 0) return this.#report('step', 'an integer other than 0')
        const leads =
          restart === undefined || Math.sign((restart as number) - (start as number)) === Math.sign(step as number)
        if (!leads || (restart !== undefined && !Number.isSafeInteger(restart)))
          return this.#report('restart', 'an integer in the direction of the step')
        return this.draft.addGenerated(
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
        const { version = 4 } = this.#settings
        if (version !== 4 && version !== 7) return this.#report('version', '4 or 7')
        return this.draft.addGenerated(target, { kind: 'uuid' }, { from: 'uuid', version })
      }
      case 'event_time': {
        const { start, step = '1s', jitter = '0s' } = this.#settings
        const from = typeof start === 'string' ? heldTimestamp(start) : null
        if (from === null) return this.#report('start', 'an ISO 8601 time')
        const [stepMs, jitterMs] = [step, jitter].map((value) =>
          typeof value === 'string' ? parseDuration(value) : undefined,
        )
        if (stepMs === undefined) return this.#report('step', 'a duration such as 5s')
        if (jitterMs === undefined) return this.#report('jitter', 'a duration such as 5s')
        return this.draft.addGenerated(
          target,
          { kind: 'timestamp' },
          { from: 'event_time', start: from, step: stepMs, jitter: jitterMs },
        )
      }
      case 'clock':
        if (target.missing !== null) return this.#report('missing', 'nothing', 'not for a clock')
        return this.draft.addGenerated(target, { kind: 'timestamp' }, { from: 'clock' })
      case 'boolean': {
        const { odds = 0.5 } = this.#settings
        if (typeof odds !== 'number' || !(odds >= 0) || odds > 1) return this.#report('odds', 'a share from 0 to 1')
        return this.draft.addDrawn(target, { kind: 'boolean' }, { symbols: [true, false], weights: [odds, 1 - odds] })
      }
      default: {
        if (numberKinds.includes(kind as NumberKind)) return this.#uniform()
        const add =
          typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind as keyof typeof kinds] : undefined
        if (add === undefined)
          return this.#report(
            'kind',
            `one of ${[...Object.keys(keysOfKind), 'clock', ...Object.keys(kinds)].join(', ')}`,
          )
        add({ draft: this.draft, target, type: string, around: this.around })
      }
    }
  }
}

const learned: readonly ColumnOrigin['from'][] = ['circuit', 'dependency', 'composed', 'masked', 'relation']

function isNumeric(kind: FieldType['kind']): boolean {
  return kind !== 'string' && kind !== 'uuid' && kind !== 'boolean'
}

function isScale(scale: unknown): scale is number {
  return Number.isInteger(scale) && (scale as number) >= 0 && (scale as number) <= 9
}

function partsOf(formula: Formula): readonly Formula[] {
  return typeof formula === 'object' && formula !== null && 'op' in formula ? formula.of : []
}

function divides(formula: Formula): boolean {
  const isDivision =
    typeof formula === 'object' && formula !== null && 'op' in formula && (formula.op === '/' || formula.op === '%')
  return isDivision || partsOf(formula).some(divides)
}

/** Whether its value can be missing even if none of its columns is: null, and divisions, whose divisor may be 0. */
function canBeMissing(formula: Formula): boolean {
  return formula === null || divides(formula) || partsOf(formula).some(canBeMissing)
}

function isDate(formula: Formula, draft: ModelDraft): boolean {
  if (formula === null) return true
  if (typeof formula !== 'object') return false
  if ('column' in formula) return draft.column(formula.column)?.type.kind === 'date'
  if (!('op' in formula)) return false
  if (formula.op === 'date') return true
  return formula.op === 'if' && formula.of.slice(1).every((part) => isDate(part, draft))
}

/** The decimal places of an expression's numbers; null: any number of places. */
function scaleOf(formula: Formula, draft: ModelDraft): number | null {
  if (formula === null) return 0
  if (typeof formula === 'number') return exactly(formula).scale
  if ('text' in formula) return null
  if ('column' in formula) {
    const type = draft.column(formula.column)?.type
    return type?.kind === 'decimal' ? type.scale : type?.kind === 'double' ? null : 0
  }
  const { op, of } = formula
  const scales = (op === 'if' ? of.slice(1) : of).map((part) => scaleOf(part, draft))
  switch (op) {
    case '/':
      return null
    case '*':
      return scales.includes(null) ? null : scales.reduce<number>((sum, scale) => sum + (scale ?? 0), 0)
    case 'round':
      return typeof of[1] === 'number' ? of[1] : 0
    case '+':
    case '-':
    case '%':
    case 'min':
    case 'max':
    case 'abs':
    case 'if':
      return scales.includes(null) ? null : Math.max(...scales.map((scale) => scale ?? 0))
    default:
      return 0
  }
}
