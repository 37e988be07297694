/**
 * Columns from a field's `arg.properties`, the annotations of avro-random-generator (docs/schemas.md): options, iteration, range, length,
 * regex, prefix, suffix, odds. Anything not understood is an error.
 */
import { isObject } from '../../config/is-object.js'
import { nearest } from '../../config/nearest.js'
import type { FieldType } from '../../record.js'
import { escapedRegex, readForms, textsOfForms } from '../generated/regex-forms.js'
import type { Json, Scalar } from './avro-shape.js'
import { argProperties } from './avro-shape.js'
import type { SchemaSource } from './schema-source.js'
import { evenly, uniform, type ModelDraft, type Target } from './draft.js'
import { heldOption, isDecimal, typeOf, unitsPerColumnUnit } from './scalar-type.js'

const texts = ['options', 'length', 'regex', 'iteration', 'prefix', 'suffix']
const numbers = ['options', 'range', 'iteration']
const allowed: Readonly<Record<Scalar['kind'], readonly string[]>> = {
  null: ['options'],
  boolean: ['options', 'iteration', 'odds'],
  int: numbers,
  long: numbers,
  float: numbers,
  double: numbers,
  bytes: ['options', 'length'],
  string: texts,
  enum: ['options'],
  fixed: ['options'],
}

/** A regular expression with at most this many texts is drawn from their list, so that conditions can use it. */
export const maxListedTexts = 1024
const maxInt = 2 ** 31 - 1

/**
 * The share of records in which the field is missing; undefined if its properties do not say. Throws SCHEMA_INVALID if the field cannot
 * be missing.
 */
export function missingShare(
  properties: Json | null,
  isNullable: boolean,
  path: string,
  source: SchemaSource,
): number | undefined {
  const share = properties?.missing
  if (share === undefined) return undefined
  const at = `${path}: ${argProperties}.missing`
  if (typeof share !== 'number' || !(share >= 0) || share > 1)
    source.invalid(at, 'not a share', { found: share, expected: 'a number from 0 to 1' })
  if (!isNullable) source.invalid(at, 'the field is never missing', { found: share, expected: 'a union with null' })
  return share
}

/** Throws SCHEMA_INVALID at the first property that does not apply to the type. */
export function checkNames(
  properties: Json,
  names: readonly string[],
  kind: string,
  path: string,
  source: SchemaSource,
): void {
  const known = [...names, 'missing']
  const other = Object.keys(properties).find((name) => !known.includes(name))
  if (other === undefined) return
  const meant = nearest(other, known)
  source.invalid(`${path}: ${argProperties}.${other}`, `not a property of ${kind}`, {
    found: other,
    expected: `${names.length === 0 ? 'none' : names.join(', ')}`,
    ...(meant !== undefined && { remedy: `Did you mean ${meant}?` }),
  })
}

/** Adds the column that a field's properties describe, by default of its shape's type. False: they do not determine its values. */
export function addByProperties(
  draft: ModelDraft,
  target: Target,
  shape: Scalar,
  source: SchemaSource,
  type = typeOf(shape),
): boolean {
  const { properties } = shape
  if (properties === null) return false
  const names = isDecimal(shape) ? ['options', 'range'] : allowed[shape.kind]
  checkNames(properties, names, shape.kind, shape.path, source)
  return new PropertiesReader(draft, target, shape, properties, source, type).add()
}

class PropertiesReader {
  readonly #place: string

  constructor(
    readonly draft: ModelDraft,
    readonly target: Target,
    readonly shape: Scalar,
    readonly properties: Json,
    readonly source: SchemaSource,
    readonly type: FieldType,
  ) {
    this.#place = `${shape.path}: ${argProperties}`
  }

  add(): boolean {
    const { options, iteration, range, regex, length, odds, prefix, suffix } = this.properties
    if (options !== undefined) this.#options(options)
    else if (iteration !== undefined) this.#iteration(iteration)
    else if (range !== undefined) this.#range(range)
    else if (odds !== undefined) this.#odds(odds)
    else if (regex !== undefined) this.#regex(regex, false)
    else if (length !== undefined || prefix !== undefined || suffix !== undefined) this.#regex(undefined, true)
    else return false
    return true
  }

  #alone(name: string, ...others: string[]): void {
    const other = others.find((each) => this.properties[each] !== undefined)
    if (other !== undefined)
      this.source.invalid(`${this.#place}.${other}`, `${name} and ${other} exclude each other`, {
        found: `${name} and ${other}`,
        expected: 'one of them',
      })
  }

  #options(options: unknown): void {
    this.#alone('options', 'length', 'regex', 'iteration', 'range', 'odds', 'prefix', 'suffix')
    if (!Array.isArray(options) || options.length === 0)
      this.source.invalid(`${this.#place}.options`, 'not a list of values', {
        found: options,
        expected: 'a list with at least one value',
        ...(isObject(options) && { remedy: 'A schema that is no file of its own needs the values themselves' }),
      })
    const held = options.map((option: unknown, index) =>
      heldOption(option, this.shape, `${this.#place}.options[${index}]`, this.source),
    )
    this.draft.addDrawn(this.target, this.type, evenly(held))
  }

  #odds(odds: unknown): void {
    if (typeof odds !== 'number' || !(odds >= 0) || odds > 1)
      this.source.invalid(`${this.#place}.odds`, 'not odds', { found: odds, expected: 'a number from 0 to 1' })
    this.draft.addDrawn(this.target, this.type, { symbols: [true, false], weights: [odds, 1 - odds] })
  }

  #iteration(iteration: unknown): void {
    this.#alone('iteration', 'length', 'regex', 'range', 'odds')
    const at = `${this.#place}.iteration`
    const isBoolean = this.shape.kind === 'boolean'
    const given = this.#members(iteration, at, isBoolean ? ['start'] : ['start', 'restart', 'step', 'initial'])
    if (given.start === undefined)
      this.source.invalid(`${at}.start`, 'an iteration without a start', { expected: 'the first value' })
    if (!isBoolean) return this.#numbersInTurn(given, at)
    if (typeof given.start !== 'boolean')
      this.source.invalid(`${at}.start`, 'not a boolean', { found: given.start, expected: 'true or false' })
    this.draft.addGenerated(this.target, this.type, { from: 'list', values: [given.start, !given.start] })
  }

  #numbersInTurn(given: Json, at: string): void {
    const { kind } = this.shape
    const isReal = kind === 'float' || kind === 'double'
    const read = (name: string): number | undefined => {
      if (given[name] === undefined) return undefined
      return isReal ? this.#real(given[name], `${at}.${name}`) : this.#whole(given[name], `${at}.${name}`)
    }
    const [start = 0, restart, initial] = ['start', 'restart', 'initial'].map(read)
    const step = read('step') ?? (restart !== undefined && restart < start ? -1 : 1)
    if (step === 0) this.source.invalid(`${at}.step`, 'a step of 0', { found: step, expected: 'another number' })
    if (restart !== undefined && Math.sign(restart - start) !== Math.sign(step))
      this.source.invalid(`${at}.restart`, 'the step never reaches it', {
        found: `start ${start}, step ${step}, restart ${restart}`,
        expected: `a restart ${step > 0 ? 'above' : 'below'} the start`,
      })
    const end = restart ?? (kind === 'int' || kind === 'string' ? (step > 0 ? maxInt : -maxInt - 1) : undefined)
    if (initial !== undefined && end !== undefined) {
      const way = (initial - start) * Math.sign(step)
      if (way < 0 || way >= Math.abs(end - start))
        this.source.invalid(`${at}.initial`, 'outside the iteration', {
          found: initial,
          expected: `a number from ${start} to ${end} (exclusive)`,
        })
    }
    const scale = Math.max(...[start, step, end, initial].map((number) => decimalsOf(number ?? 0)))
    if (scale > 9) this.source.invalid(at, 'too many decimals', { found: `${scale} decimals`, expected: 'at most 9' })
    const unit = isReal ? 1 / 10 ** scale : unitsPerColumnUnit(this.shape)
    const held = (number: number, name: string): number => {
      const value = isReal ? Math.round(number * 10 ** scale) : number / unit
      if (!Number.isSafeInteger(value))
        this.source.invalid(`${at}.${name}`, 'not exactly representable', {
          found: number,
          expected: unit > 1 ? `a multiple of ${unit}: times have millisecond precision` : 'less than 2^53',
        })
      return value
    }
    const origin = {
      from: 'cycle' as const,
      start: held(start, 'start'),
      step: held(step, 'step'),
      ...(end !== undefined && { restart: held(end, 'restart') }),
      ...(initial !== undefined && { initial: held(initial, 'initial') }),
    }
    if (kind !== 'string') {
      const type = this.type
      return this.draft.addGenerated(this.target, isReal ? { kind: 'decimal', scale } : type, origin)
    }
    const number = `${this.target.name.replace(/[{}|]/g, '_')}#number`
    this.draft.addGenerated({ name: number, missing: null, hidden: true }, { kind: 'integer' }, origin)
    const [prefix, suffix] = [this.#text('prefix'), this.#text('suffix')].map((text) => text.replace(/[{}]/g, '$&$&'))
    this.draft.addGenerated(
      this.target,
      { kind: 'string' },
      { from: 'template', template: `${prefix}{${number}}${suffix}` },
    )
  }

  #range(range: unknown): void {
    const at = `${this.#place}.range`
    const { min, max } = this.#members(range, at, ['min', 'max'])
    if (min === undefined && max === undefined)
      this.source.invalid(at, 'a range without bounds', { found: range, expected: 'min, max or both' })
    const { shape } = this
    const { type } = this
    if (shape.kind === 'int' || shape.kind === 'long') {
      const limit = shape.kind === 'int' ? maxInt : Number.MAX_SAFE_INTEGER
      const low = min === undefined ? -limit : this.#whole(min, `${at}.min`)
      const end = max === undefined ? limit : this.#whole(max, `${at}.max`)
      this.#ascending(low, end, at)
      const unit = unitsPerColumnUnit(shape)
      const [first, last] = [Math.ceil(low / unit), Math.ceil(end / unit) - 1]
      if (last < first)
        this.source.invalid(at, 'the range contains no millisecond', { found: range, expected: 'a wider range' })
      return this.draft.addDrawn(this.target, type, uniform(first, last))
    }
    if (type.kind === 'decimal') {
      const limit = 10 ** Math.min(15, shape.precision)
      const factor = 10 ** type.scale
      const low = min === undefined ? 1 - limit : Math.ceil(rounded(this.#real(min, `${at}.min`) * factor))
      const end = max === undefined ? limit : Math.ceil(rounded(this.#real(max, `${at}.max`) * factor))
      this.#ascending(low, end, at)
      if (low <= -limit || end > limit)
        this.source.invalid(at, 'too many digits for this decimal', {
          found: range,
          expected: `at most ${shape.precision} digits`,
        })
      return this.draft.addDrawn(this.target, type, uniform(low, end - 1))
    }
    const low = min === undefined ? -Number.MAX_VALUE : this.#real(min, `${at}.min`)
    const end = max === undefined ? Number.MAX_VALUE : this.#real(max, `${at}.max`)
    this.#ascending(low, end, at)
    if (!Number.isFinite(end - low))
      this.source.invalid(at, 'too wide', { found: range, expected: 'both bounds, less than 1.8e308 apart' })
    this.draft.addDrawn(this.target, type, { symbols: [[low, end]], weights: [1], grain: 0 })
  }

  #ascending(low: number, end: number, at: string): void {
    if (low >= end)
      this.source.invalid(at, 'min is not below max', { found: `min ${low}, max ${end}`, expected: 'min < max' })
  }

  #regex(regex: unknown, isPlain: boolean): void {
    if (!isPlain && typeof regex !== 'string')
      this.source.invalid(`${this.#place}.regex`, 'not a regular expression', { found: regex, expected: 'text' })
    const { min, max } = this.#length(isPlain)
    const [before, after] = [this.#text('prefix'), this.#text('suffix')]
    const more = [...before, ...after].length
    const given = more > 0 ? `(?:${regex as string})` : (regex as string)
    const body = isPlain ? `[a-z]{${min},${max}}` : given
    const whole = {
      regex: `${escapedRegex(before)}${body}${escapedRegex(after)}`,
      ...(!isPlain && min !== undefined && { minLength: min + more }),
      ...(!isPlain && max !== undefined && { maxLength: max + more }),
    }
    const forms = readForms(whole)
    if (typeof forms === 'string')
      this.source.invalid(`${this.#place}.${isPlain ? 'length' : 'regex'}`, forms, {
        found: regex ?? this.properties.length,
        expected: 'the syntax listed in docs/schemas.md',
      })
    const type = this.type
    const known = textsOfForms(forms, maxListedTexts)
    if (known === null) return this.draft.addGenerated(this.target, type, { from: 'regex', ...whole })
    this.draft.addDrawn(this.target, type, { symbols: [...known.keys()], weights: [...known.values()] })
  }

  /** In characters, both inclusive. */
  #length(isPlain: boolean): { min?: number; max?: number } {
    const { length } = this.properties
    const at = `${this.#place}.length`
    if (length === undefined) return isPlain ? { min: 8, max: 15 } : {}
    if (typeof length === 'number') {
      const exact = this.#count(length, at)
      // Together with a regex, avro-random-generator documents a number as the minimum length.
      return isPlain ? { min: exact, max: exact } : { min: exact }
    }
    const given = this.#members(length, at, ['min', 'max'])
    if (given.min === undefined && given.max === undefined)
      this.source.invalid(at, 'a length without bounds', { found: length, expected: 'a number, or min, max or both' })
    const min = given.min === undefined ? 0 : this.#count(given.min, `${at}.min`)
    const end = given.max === undefined ? undefined : this.#count(given.max, `${at}.max`)
    if (end !== undefined) this.#ascending(min, end, at)
    return { min, ...(end !== undefined ? { max: end - 1 } : isPlain && { max: min + 8 }) }
  }

  #members(value: unknown, at: string, names: readonly string[]): Json {
    if (!isObject(value))
      this.source.invalid(at, 'not an object', { found: value, expected: `an object with ${names.join(', ')}` })
    const other = Object.keys(value).find((name) => !names.includes(name))
    if (other !== undefined)
      this.source.invalid(`${at}.${other}`, 'unknown key', { found: other, expected: names.join(', ') })
    return value
  }

  #text(name: 'prefix' | 'suffix'): string {
    const text = this.properties[name] ?? ''
    if (typeof text !== 'string')
      this.source.invalid(`${this.#place}.${name}`, 'not text', { found: text, expected: 'text' })
    return text
  }

  #count(value: unknown, at: string): number {
    if (!Number.isSafeInteger(value) || (value as number) < 0 || (value as number) > 10_000)
      this.source.invalid(at, 'not a length', { found: value, expected: 'an integer from 0 to 10000' })
    return value as number
  }

  #whole(value: unknown, at: string): number {
    const isInt = this.shape.kind === 'int' || this.shape.kind === 'string'
    const limit = isInt ? 2 ** 31 : 2 ** 53
    const isGood = typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit
    if (!isGood)
      this.source.invalid(at, `not a ${isInt ? '32' : '53'}-bit integer`, {
        found: value,
        expected: `an integer from -2^${isInt ? 31 : 53} to 2^${isInt ? 31 : 53} - 1`,
      })
    return value
  }

  #real(value: unknown, at: string): number {
    if (typeof value !== 'number' || !Number.isFinite(value))
      this.source.invalid(at, 'not a number', { found: value, expected: 'a number' })
    if (this.shape.kind === 'float' && Math.abs(value) > 3.4028234663852886e38)
      this.source.invalid(at, 'too large for a float', { found: value, expected: 'at most 3.4e38' })
    return value
  }
}

/** Decimal places of a number as written. */
function decimalsOf(number: number): number {
  const [digits, exponent = '0'] = String(number).split('e')
  return Math.max(0, (digits.split('.')[1] ?? '').length - Number(exponent))
}

/** Removes rounding errors from products that should be whole numbers, such as 10.1 · 100. */
function rounded(product: number): number {
  const nearestWhole = Math.round(product)
  return Math.abs(product - nearestWhole) < 1e-9 * Math.max(1, Math.abs(product)) ? nearestWhole : product
}
