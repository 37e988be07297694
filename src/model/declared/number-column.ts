/** Declared columns of numbers, dates and times that are drawn: uniform, by a distribution or by a histogram. */
import { parseDuration } from '../../config/quantity.js'
import type { FieldType } from '../../record.js'
import { heldDate, heldTimestamp } from '../held.js'
import { distributionKeys, numberKinds, type NumberKind } from './column-keys.js'
import { isScale, maxValues, type DeclaredColumn } from './declared-column.js'
import { histogram, logNormal, normal, zipfWeights, type DeclaredGrid } from './distributions.js'
import { uniform, type Distribution } from './draft.js'

/** Adds a column drawn from the named distribution. */
export function addDistribution(column: DeclaredColumn, name: unknown): void {
  if (typeof name !== 'string' || !Object.hasOwn(distributionKeys, name))
    return column.report(
      'distribution',
      `one of ${Object.keys(distributionKeys).join(', ')}; use values for weights and histogram for parts`,
    )
  if (name === 'uniform') return addUniform(column)
  const form = gridOf(column)
  if (form === null) return
  const { type, grid, held } = form
  const read = (key: string, isGood: (value: number) => boolean, expected: string): number | null => {
    const value = held(column.settings[key])
    if (value !== null && isGood(value)) return value
    column.report(key, expected)
    return null
  }
  const number = (key: string, isGood: (value: number) => boolean, expected: string): number | null => {
    const value = column.settings[key]
    if (typeof value === 'number' && isGood(value)) return value
    column.report(key, expected)
    return null
  }
  const bound = (key: string): number | null | undefined =>
    column.settings[key] === undefined ? undefined : read(key, () => true, "a bound of the column's kind")
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
      column.settings.exponent === undefined
        ? 1
        : number('exponent', (value) => value > 0 && value <= 20, 'a number above 0, up to 20')
    if (among === null || exponent === null) return
    const weights = zipfWeights(among, exponent)
    distribution = { symbols: weights.map((_, rank) => (rank + 1) * grid.unit), weights }
  } else if (name === 'normal') {
    const mean = read('mean', () => true, 'the mean')
    const unit =
      column.settings.kind === 'date' || column.settings.kind === 'timestamp'
        ? spanUnit(column, 'deviation')
        : number('deviation', (value) => value > 0, 'a number above 0')
    if (mean === null || unit === null) return
    distribution = normal(mean, unit, { min, max }, grid)
  } else {
    const median = number('median', (value) => value > 0, 'a number above 0')
    const spread = number('spread', (value) => value > 1 && value <= 1000, 'a factor above 1, up to 1000')
    if (median === null || spread === null) return
    distribution = logNormal(median, spread, { min, max }, grid)
  }
  if (distribution === null) return column.report(min === undefined ? 'max' : 'min', 'bounds with values between them')
  if (!distribution.symbols.flat().every((value) => grid.isReal || Number.isSafeInteger(value)))
    return column.report('distribution', 'numbers below 2^53')
  column.draft.addDrawn(column.target, type, distribution)
}

/** Adds a column of equally likely numbers from `min` to `max`. */
export function addUniform(column: DeclaredColumn): void {
  const form = gridOf(column)
  if (form === null) return
  const { type, grid, held } = form
  const [min, max] = ['min', 'max'].map((key) => {
    const value = held(column.settings[key])
    if (value === null)
      column.report(key, type.kind === 'date' || type.kind === 'timestamp' ? 'an ISO 8601 time' : 'a number')
    return value
  })
  if (min === null || max === null) return
  if (min > max || (grid.isReal && min === max))
    return column.report('max', `more than min, ${String(column.settings.min)}`)
  if (grid.isReal) return column.draft.addDrawn(column.target, type, histogram([[min, max, 1]], grid))
  const { step } = column.settings
  const isTime = type.kind === 'date' || type.kind === 'timestamp'
  const grain =
    step === undefined
      ? 1
      : isTime
        ? (spanUnit(column, 'step') ?? 0)
        : typeof step === 'number'
          ? Math.round(step * grid.unit)
          : 0
  if (!Number.isSafeInteger(grain) || grain < 1)
    return column.report('step', "a step above 0, in multiples of the column's smallest unit")
  const [low, high] = [Math.ceil((min * grid.unit) / grain) * grain, Math.floor((max * grid.unit) / grain) * grain]
  if (low > high || !Number.isSafeInteger(low) || !Number.isSafeInteger(high))
    return column.report('max', 'bounds with values between them, below 2^53')
  column.draft.addDrawn(column.target, type, uniform(low, high, grain))
}

/** Adds a column that is uniform within each of the parts [from, to, weight]. */
export function addHistogram(column: DeclaredColumn, given: unknown): void {
  const form = gridOf(column)
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
    return column.report('histogram', 'a list of [from, to, weight] with from below to')
  const good = read.filter((part) => part !== null)
  if (!good.some(([, , weight]) => weight > 0)) return column.report('histogram', 'at least one weight above 0')
  const distribution = histogram(good, grid)
  if (distribution.symbols.some((symbol) => Array.isArray(symbol) && symbol[0] > symbol[1]))
    return column.report('histogram', "parts that each contain a value on the column's grid")
  column.draft.addDrawn(column.target, type, distribution)
}

/** The type and grid of numbers, from `kind` and `scale`; null: these are wrong, which has been reported. */
function gridOf(
  column: DeclaredColumn,
): { type: FieldType; grid: DeclaredGrid; held: (value: unknown) => number | null } | null {
  const { kind, scale } = column.settings
  if (scale !== undefined && !isScale(scale)) {
    column.report('scale', 'an integer from 0 to 9')
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
    column.report('kind', numberKinds.join(', '))
    return null
  }
  const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)
  if (kind === 'real') return { type: { kind: 'double' }, grid: { unit: 1, isReal: true }, held: number }
  const places = scale ?? (kind === 'decimal' ? 2 : 0)
  const type: FieldType = places === 0 ? { kind: 'integer' } : { kind: 'decimal', scale: places }
  return { type, grid: { unit: 10 ** places, isReal: false }, held: number }
}

/** A duration in the column's units: days for dates, ms for timestamps. */
function spanUnit(column: DeclaredColumn, key: string): number | null {
  const ms = parseDuration(String(column.settings[key]))
  if (ms !== undefined && ms > 0) return column.settings.kind === 'date' ? ms / 86_400_000 : ms
  column.report(key, 'a duration such as 36h')
  return null
}
