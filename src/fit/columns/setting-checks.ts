import { parseDuration } from '../../config/quantity.js'
import { parsePattern } from '../../model/generated/pattern-parts.js'
import { parseTemplate } from '../../model/generated/template-parts.js'
import { locales, providers } from '../../model/generated/words.js'
import { spellingParts } from '../../model/time/spelling.js'
import { parseTime } from './dates.js'
import { zoneOffset } from './time-words.js'
import { heldTime } from '../../model/held.js'
import { wrongShape } from './event-shape.js'
import { learnedKinds } from './learned.js'
import type { ColumnKind, ColumnSettings } from './column-settings.js'

const kinds: readonly ColumnKind[] = [
  ...learnedKinds,
  ...(['sequence', 'uuid', 'pattern'] as const),
  ...(['text', 'name', 'first_name', 'last_name', 'email', 'phone', 'address', 'ip', 'url'] as const),
  ...(['pool', 'template', 'event_time', 'clock'] as const),
]

/** What is expected instead of an invalid value; null: it is valid. */
type Check = (value: unknown) => string | null

const oneOf =
  (...allowed: readonly unknown[]): Check =>
  (value) =>
    allowed.includes(value) ? null : `one of ${allowed.join(', ')}`
const isTexts: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string') ? null : 'a list of texts'
const isBound: Check = (value) =>
  Number.isFinite(value) ||
  (typeof value === 'string' && (parseTime(value, 'DMY') !== undefined || heldTime(value) !== null))
    ? null
    : 'a number or an ISO 8601 date'
const isNames: Check = (value) =>
  typeof value === 'string' || isTexts(value) === null ? null : 'the name of a column, or a list of names'
/** Codes have 16 bits, and one of them may stand for missing. */
const maxValues = 65_535
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
    typeof value === 'string' && zoneOffset(value) !== undefined ? null : 'a zone such as Z, +02:00 or CET',
  format: (value) =>
    value === 'iso' || (typeof value === 'string' && typeof spellingParts(value) !== 'string')
      ? null
      : 'iso, or a pattern such as dd.MM.yyyy HH:mm',
  derive: (value) =>
    typeof value === 'string' && value !== '' && typeof parseTemplate(value) !== 'string'
      ? null
      : 'text containing {column}, {column|slug}, {column|initial} or {column|lower}',
  mask: oneOf('label', 'pattern', 'placeholder'),
  pattern: (value) =>
    typeof value === 'string' && value !== '' && typeof parsePattern(value) !== 'string'
      ? null
      : 'text with a character after each \\',
  values: (value) => isTexts(value) ?? ((value as string[]).length <= maxValues ? null : `at most ${maxValues} values`),
  weights: (value) => (Array.isArray(value) && value.every(isWeight) ? null : 'a list of numbers, none below 0'),
  provider: (value) => oneOf(...providers())(value),
  locale: (value) => oneOf(...locales())(value),
  version: oneOf(4, 7),
  start: (value) => (Number.isSafeInteger(value) || isBound(value) === null ? null : 'an integer or an ISO 8601 time'),
  step: (value) => (Number.isSafeInteger(value) || isDuration(value) ? null : 'an integer or a duration such as 5s'),
  shape: wrongShape,
  equals: (value) => (typeof value === 'string' && value !== '' ? null : 'an expression such as price * count'),
  after: isNames,
  before: isNames,
  relations: oneOf('off'),
  repeats: oneOf('off'),
  domains: oneOf('example'),
  jitter: (value) => (isDuration(value) ? null : 'a duration such as 5s'),
}

function isDuration(value: unknown): boolean {
  return typeof value === 'string' && parseDuration(value) !== undefined
}

export const settingKeys: readonly string[] = Object.keys(checks)

/** What is expected instead of a value that is invalid on its own; null: it is valid. */
export function wrongSetting(key: keyof ColumnSettings, value: unknown): string | null {
  return checks[key](value)
}
