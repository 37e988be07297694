import { dirname } from 'node:path'
import { nearest } from '../../../config/nearest.js'
import { parseDuration } from '../../../config/quantity.js'
import { readSources, type Source } from '../../../config/source.js'
import { GenesisError } from '../../../errors.js'
import { parseTime, zoneMinutes, type DateOrder } from './dates.js'
import type { DetectedKind } from './detect.js'
import type { DecimalSign } from './number-form.js'
import { inFolder, wrongShape, type EventShape } from './event-shape.js'

/** What a columns file says about one column; everything it leaves out is found by looking at the table. */
export interface ColumnSettings {
  readonly kind?: ColumnKind
  /** Takes part in templates and conditions but is not in the record. */
  readonly hide?: boolean
  /** Is not read at all. */
  readonly drop?: boolean
  /** Texts that mean that a value is missing. */
  readonly missing?: readonly string[]
  readonly min?: number | string
  readonly max?: number | string
  /** Decimal places. */
  readonly scale?: number
  /** The sign before them, in the table. */
  readonly decimal?: DecimalSign
  readonly order?: DateOrder
  /** Of times that are written without one. */
  readonly zone?: string
  /** A template over other columns, in place of what the table has. */
  readonly derive?: string
  /** `label` renames categories column-1, column-2 …, by frequency; `pattern` makes texts of the same form instead. */
  readonly mask?: 'label' | 'pattern'
  readonly pattern?: string
  readonly values?: readonly string[]
  readonly weights?: readonly number[]
  readonly provider?: string
  readonly locale?: string
  readonly version?: 4 | 7
  /** Of a sequence: a number. Of an event time: ISO 8601. */
  readonly start?: number | string
  /** Of a sequence: a number. Of an event time: a duration such as 5s. */
  readonly step?: number | string
  /** Of an event time. */
  readonly jitter?: string
  /** Of an event time: how its rate changes, as in a connector's throughput. */
  readonly shape?: EventShape
}

export type ColumnKind = DetectedKind | 'pool' | 'template' | 'event_time' | 'clock'

/** A columns file: settings per column, those of columns that the table lacks among them. */
export type ColumnsFile = ReadonlyMap<string, ColumnSettings>

const kinds: readonly ColumnKind[] = [
  ...([
    'integer',
    'decimal',
    'real',
    'boolean',
    'category',
    'date',
    'timestamp',
    'sequence',
    'uuid',
    'pattern',
  ] as const),
  ...(['text', 'name', 'first_name', 'last_name', 'email', 'phone', 'address', 'ip', 'url'] as const),
  ...(['pool', 'template', 'event_time', 'clock'] as const),
]

/** What a key expects, if the value is not that. */
type Check = (value: unknown) => string | null

const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value) ? null : `one of ${allowed.join(', ')}`
const isText: Check = (value) => (typeof value === 'string' && value !== '' ? null : 'text')
const isTexts: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string') ? null : 'a list of texts'
const isBound: Check = (value) =>
  Number.isFinite(value) || (typeof value === 'string' && parseTime(value, 'DMY') !== undefined)
    ? null
    : 'a number or an ISO 8601 date'
const isWeight = (item: unknown): boolean => typeof item === 'number' && item >= 0

const checks: { readonly [Key in keyof Required<ColumnSettings>]: Check } = {
  kind: oneOf(...kinds),
  hide: oneOf(true, false),
  drop: oneOf(true, false),
  missing: isTexts,
  min: isBound,
  max: isBound,
  scale: (value) =>
    Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 9 ? null : 'an integer from 0 to 9',
  decimal: oneOf(',', '.'),
  order: oneOf('DMY', 'MDY'),
  zone: (value) =>
    typeof value === 'string' && zoneMinutes(value) !== undefined ? null : 'a zone such as Z or +02:00',
  derive: isText,
  mask: oneOf('label', 'pattern'),
  pattern: isText,
  values: isTexts,
  weights: (value) => (Array.isArray(value) && value.every(isWeight) ? null : 'a list of numbers from 0 on'),
  provider: isText,
  locale: isText,
  version: oneOf(4, 7),
  start: (value) => (Number.isSafeInteger(value) || isBound(value) === null ? null : 'an integer or an ISO 8601 time'),
  step: (value) => (Number.isSafeInteger(value) || isDuration(value) ? null : 'an integer or a duration such as 5s'),
  shape: wrongShape,
  jitter: (value) => (isDuration(value) ? null : 'a duration such as 5s'),
}

function isDuration(value: unknown): boolean {
  return typeof value === 'string' && parseDuration(value) !== undefined
}

/**
 * Reads a columns file: YAML or JSON with one key, `columns`, a map from column to settings. Throws CONFIG_UNREADABLE or
 * CONFIG_INVALID with every error of the file.
 */
export async function readColumnsFile(path: string): Promise<ColumnsFile> {
  const [source] = await readSources(path)
  const columns = new Map<string, ColumnSettings>()
  if (source === undefined) return columns
  const errors: GenesisError[] = []
  const top = asMap(source.value, source, [], errors)
  for (const key of Object.keys(top)) {
    if (key !== 'columns') errors.push(unknownKey(source, [key], ['columns']))
  }
  const settings = asMap(top.columns ?? {}, source, ['columns'], errors)
  for (const [column, value] of Object.entries(settings)) {
    const at = ['columns', column]
    const given = asMap(value ?? {}, source, at, errors)
    for (const [key, item] of Object.entries(given)) {
      if (!Object.hasOwn(checks, key)) {
        errors.push(unknownKey(source, [...at, key], Object.keys(checks)))
        continue
      }
      const expected = checks[key as keyof ColumnSettings](item)
      if (expected !== null) errors.push(wrongValue(source, [...at, key], item, expected))
    }
    const { shape } = given as ColumnSettings
    const known = shape !== undefined && wrongShape(shape) === null
    columns.set(column, known ? { ...given, shape: inFolder(shape, dirname(path)) } : given)
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1)
    throw new GenesisError('CONFIG_INVALID', `${errors.length} errors in the columns file`, {
      place: path,
      all: errors,
    })
  return columns
}

function asMap(value: unknown, source: Source, path: string[], errors: GenesisError[]): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  errors.push(wrongValue(source, path, value, 'a map'))
  return {}
}

function wrongValue(source: Source, path: string[], value: unknown, expected: string): GenesisError {
  const found = value === undefined ? 'nothing' : JSON.stringify(value)
  return new GenesisError('CONFIG_INVALID', 'wrong value', { place: source.place(path), found, expected })
}

function unknownKey(source: Source, path: string[], known: readonly string[]): GenesisError {
  const key = path[path.length - 1]
  const likely = nearest(key, known)
  return new GenesisError('CONFIG_INVALID', 'unknown key', {
    place: source.place(path),
    found: key,
    expected: likely ?? `one of ${known.join(', ')}`,
  })
}
