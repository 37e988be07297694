import { parseDuration } from '../../config/quantity.js'
import { readRateFile } from '../../config/rate-file.js'
import { GenesisError, type ErrorDetails } from '../../errors.js'
import { heldTime } from '../../model/held.js'
import { wrongSpelling } from '../../model/time/spelling.js'
import { parseTime } from './dates.js'
import { englishWords } from './time-words.js'
import type { ColumnKind, ColumnSettings } from './column-settings.js'
import type { ColumnsFile } from './settings.js'

type Key = keyof ColumnSettings

/** Creates the error for a key of the column, or for the column itself. */
type Complain = (key: Key | null, what: string, details?: ErrorDetails) => GenesisError

export function complainAt(file: ColumnsFile, column: string): Complain {
  return (key, what, details) => {
    const place = file.place(['columns', column, ...(key === null ? [] : [key])])
    return new GenesisError('CONFIG_INVALID', what, { place, ...details })
  }
}

const numbers: readonly ColumnKind[] = ['integer', 'decimal', 'real']
const times: readonly ColumnKind[] = ['date', 'timestamp', 'time']
const dates: readonly ColumnKind[] = ['date', 'timestamp']

/** The kinds that a key applies to; keys not listed apply to all kinds. */
const kindsOfKey: Partial<Record<Key, readonly ColumnKind[]>> = {
  min: [...numbers, ...times],
  max: [...numbers, ...times],
  scale: numbers,
  decimal: numbers,
  order: dates,
  zone: dates,
  format: times,
  derive: ['template'],
  pattern: ['pattern', 'phone'],
  values: ['pool'],
  weights: ['pool'],
  provider: ['pool'],
  locale: ['pool', 'name', 'first_name', 'last_name', 'email', 'address'],
  version: ['uuid'],
  start: ['sequence', 'event_time'],
  step: ['sequence', 'event_time'],
  jitter: ['event_time'],
  shape: ['event_time'],
  equals: [...numbers, ...times],
  after: [...numbers, ...times],
  before: [...numbers, ...times],
  domains: ['email'],
}

/** The required keys of a column that is not read from the table. */
function neededKeys(kind: ColumnKind, { values, shape }: ColumnSettings): readonly Key[] {
  if (kind === 'pool') return values === undefined ? ['provider'] : []
  if (kind === 'template') return ['derive']
  if (kind === 'event_time') return shape?.type === 'curve' ? ['start'] : ['start', 'step']
  return []
}

/**
 * Contradictions between the settings of a column of this kind that are each valid on their own. `isMade`: the column does not
 * use the table.
 */
export function contradictions(
  kind: ColumnKind,
  isMade: boolean,
  settings: ColumnSettings,
  complain: Complain,
): GenesisError[] {
  const errors: GenesisError[] = []
  for (const key of ['missing', 'mask', 'equals', 'after', 'before', 'relations', 'repeats', 'domains'] as const) {
    if (isMade && settings[key] !== undefined) errors.push(complain(key, 'only for columns of the table'))
  }
  for (const key of Object.keys(settings) as Key[]) {
    const kinds = kindsOfKey[key]
    if (kinds !== undefined && !kinds.includes(kind))
      errors.push(complain(key, `not for a column of kind ${kind}`, { expected: `kind ${kinds.join(', ')}` }))
  }
  for (const key of neededKeys(kind, settings)) {
    if (settings[key] === undefined) errors.push(complain(null, `a column of kind ${kind} needs ${key}`))
  }
  if (kind === 'template' && settings.kind !== undefined && settings.kind !== kind)
    errors.push(complain('kind', 'a derived column is a text', { found: settings.kind, expected: 'no kind' }))
  if (kind === 'pool') errors.push(...wrongPool(settings, complain))
  if (kind === 'date' || kind === 'timestamp' || kind === 'time') errors.push(...wrongFormat(kind, settings, complain))
  if (numbers.includes(kind) || times.includes(kind)) errors.push(...wrongBounds(kind, settings, complain))
  if (kind === 'sequence') errors.push(...wrongSequence(settings, complain))
  if (kind === 'event_time') errors.push(...wrongShaped(settings, complain))
  return errors
}

function wrongFormat(
  kind: 'date' | 'timestamp' | 'time',
  { format }: ColumnSettings,
  complain: Complain,
): GenesisError[] {
  if (format === undefined || format === 'iso') return []
  const wrong = wrongSpelling({ ...englishWords, pattern: format }, kind)
  return wrong === null
    ? []
    : [complain('format', wrong, { found: format, expected: `a pattern of a ${kind}, or iso` })]
}

function wrongPool({ values, weights, provider }: ColumnSettings, complain: Complain): GenesisError[] {
  if (values !== undefined && provider !== undefined)
    return [complain('provider', 'values and provider exclude each other', { found: 'both' })]
  if (weights === undefined) return []
  if (values === undefined) return [complain('weights', 'only values have weights', { found: 'no values' })]
  if (weights.length !== values.length)
    return [
      complain('weights', 'not one weight per value', {
        found: `${weights.length}`,
        expected: `${values.length} weights`,
      }),
    ]
  return weights.some((weight) => weight > 0) ? [] : [complain('weights', 'no weight is above 0')]
}

function wrongBounds(kind: ColumnKind, { min, max }: ColumnSettings, complain: Complain): GenesisError[] {
  const isNumber = numbers.includes(kind)
  const valueOf = (bound: number | string): number | undefined => {
    if (typeof bound === 'number') return isNumber ? bound : undefined
    if (isNumber) return undefined
    return kind === 'time' ? (heldTime(bound) ?? undefined) : parseTime(bound, 'DMY')?.millis
  }
  const expected = isNumber ? 'a number' : kind === 'time' ? 'a time of day such as 12:30' : 'an ISO 8601 date or time'
  const errors: GenesisError[] = []
  for (const [key, bound] of Object.entries({ min, max })) {
    if (bound !== undefined && valueOf(bound) === undefined)
      errors.push(complain(key as Key, `not a bound of a column of kind ${kind}`, { found: String(bound), expected }))
  }
  const [low, high] = [min, max].map((bound) => (bound === undefined ? undefined : valueOf(bound)))
  if (low !== undefined && high !== undefined && low > high)
    errors.push(complain('min', 'min is above max', { found: String(min), expected: `at most ${String(max)}` }))
  return errors
}

function wrongSequence({ start, step }: ColumnSettings, complain: Complain): GenesisError[] {
  return Object.entries({ start, step }).flatMap(([key, value]) =>
    value === undefined || Number.isSafeInteger(value)
      ? []
      : [complain(key as Key, 'sequences hold integers', { found: String(value), expected: 'an integer' })],
  )
}

function wrongShaped({ shape, step }: ColumnSettings, complain: Complain): GenesisError[] {
  if (shape === undefined) return []
  if (shape.type !== 'curve') {
    const millis = typeof step === 'string' ? parseDuration(step) : step
    if (step === undefined || Number(millis) > 0) return []
    const expected = 'a step above 0: the mean time between records'
    return [complain('step', 'a shape needs a rate', { found: String(step), expected })]
  }
  const errors: GenesisError[] = []
  if (step !== undefined)
    errors.push(complain('step', 'a recorded curve has its own rates', { found: String(step), expected: 'no step' }))
  try {
    readRateFile(shape.curve ?? '')
  } catch (error) {
    if (!(error instanceof GenesisError)) throw error
    errors.push(error)
  }
  return errors
}
