import { dayMs, heldTime } from '../../model/held.js'
import { spellingReader } from '../../model/time/spelling.js'
import type { FieldType, Spelling } from '../../record.js'
import type { RawColumn } from '../table/table.js'
import { compactDate, dateOrderOf, parseTime, type DateOrder } from './dates.js'
import type { Punctuation } from './number-form.js'
import { commonStep } from './numbers.js'
import { droppedNotes, readColumn, shownCell, type Reading } from './reading.js'
import { spelledTimes, type SpelledTimes } from './spelled-times.js'
import { englishWords, zoneOffset } from './time-words.js'

export const learnedKinds = ['integer', 'decimal', 'real', 'boolean', 'category', 'date', 'timestamp', 'time'] as const
export type LearnedKind = (typeof learnedKinds)[number]

type TimeKind = 'date' | 'timestamp' | 'time'

/** A column for the circuit, with each distinct raw cell in the held form of its type. */
export interface Learned {
  readonly kind: LearnedKind
  readonly type: FieldType
  /** By distinct value of the raw column; null: missing. */
  readonly held: readonly (string | number | boolean | null)[]
  /** The step of the grid through zero that the numbers lie on, in the held form; 0 for reals and non-numbers. */
  readonly grain: number
  /** Further findings for `describe`, such as a time zone or the order of day and month. */
  readonly detail: string | null
  readonly notes: readonly string[]
}

/** How to read a column, according to a columns file and the table's separator. */
export interface ReadAs extends Punctuation {
  readonly missing: ReadonlySet<string>
  readonly scale?: number
  readonly min?: number | string
  readonly max?: number | string
  readonly order?: DateOrder
  readonly zone?: string
  /** How dates and times are written: a pattern (see Spelling), or iso. */
  readonly format?: string
}

/** Minimum share of a column's values that must be of a type; the others are then counted and read as missing. */
const minShare = 0.95

/** Whether enough of a column's values are of this type. */
export function fits(reading: Reading<unknown>, forced: boolean): boolean {
  return reading.accepted > 0 && (forced || reading.accepted >= minShare * (reading.accepted + reading.rejected))
}

/** Reads dates, times of day, or dates with a time. Null: the column is none of these. `forced`: accepts whatever can be read. */
export function learnTime(column: RawColumn, as: ReadAs, forced: TimeKind | 'compact date' | null): Learned | null {
  const texts = column.values.filter((cell): cell is string => typeof cell === 'string' && !as.missing.has(cell))
  if (forced === 'compact date') return compactTime(column, texts, as)
  const found = spelledTimes(
    texts.map((text) => text.trim()).filter((text) => /\d/.test(text)),
    as.order,
  )
  const spelledOne =
    found !== null && (forced === null || forced === found.kind) ? learnSpelled(column, found, as) : null
  if (spelledOne !== null || forced === 'time') return spelledOne
  return learnSeveralForms(column, texts, as, forced)
}

/** Times that all share one spelling, which is kept. */
function learnSpelled(
  column: RawColumn,
  { kind, spelling, read, zone, certain, lost }: SpelledTimes,
  as: ReadAs,
): Learned | null {
  const given = kind === 'timestamp' && zone === null && as.zone !== undefined ? zoneOffset(as.zone) : undefined
  const unit = kind === 'date' ? dayMs : 1
  const reading = readColumn(
    column,
    (cell) => {
      const value = typeof cell === 'string' ? read(cell.trim()) : undefined
      return value === undefined ? undefined : value * unit - (given ?? 0) * 60_000
    },
    as.missing,
  )
  if (!fits(reading, false)) return null
  const notes = droppedNotes(column.name, reading, kind === 'time' ? 'times of day' : 'dates')
  if (!certain)
    notes.push(orderNote(column, spelling.pattern.indexOf('d') < spelling.pattern.indexOf('M') ? 'DMY' : 'MDY'))
  if (lost > 0)
    notes.push(`column ${column.name}: its times are truncated to milliseconds; the ${lost} digits after that become 0`)
  const own = given === undefined ? spelling : { ...spelling, offsetMinutes: given }
  const isLocal = kind === 'timestamp' && zone === null && given === undefined
  return timesOf(column, kind, reading.values, as, notes, own, isLocal ? null : (zone ?? as.zone ?? null))
}

/** Dates and times in several spellings, which become ISO 8601. */
function learnSeveralForms(
  column: RawColumn,
  texts: readonly string[],
  as: ReadAs,
  forced: 'date' | 'timestamp' | null,
): Learned | null {
  const { order, certain } = as.order === undefined ? dateOrderOf(texts) : { order: as.order, certain: true }
  const offset = as.zone === undefined ? 0 : (zoneOffset(as.zone) ?? 0) * 60_000
  const zones = new Set<string>()
  let withTime = false
  const reading = readColumn(
    column,
    (cell) => {
      if (typeof cell === 'number' && forced !== null) return epochMillis(cell)
      const time = typeof cell === 'string' ? parseTime(cell.trim(), order) : undefined
      if (time === undefined) return undefined
      if (time.hasTime) withTime = true
      if (time.zone !== null) zones.add(time.zone)
      return time.zone === null && time.hasTime ? time.millis - offset : time.millis
    },
    as.missing,
  )
  if (!fits(reading, forced !== null)) return null
  const notes = droppedNotes(column.name, reading, 'dates')
  if (!certain) notes.push(orderNote(column, order))
  const other = texts.find((text) => /\d/.test(text) && !isoForm.test(text.trim()))
  if (other !== undefined && as.format === undefined)
    notes.push(
      `column ${column.name}: its dates have several formats (such as ${shownCell(other)}), and are written in ISO 8601`,
    )
  const kind = forced ?? (withTime ? 'timestamp' : 'date')
  const isEpoch = texts.length === 0
  const zone = zones.size > 0 ? [...zones].sort().join(', ') : (as.zone ?? (isEpoch ? 'UTC' : null))
  return timesOf(column, kind, reading.values, as, notes, undefined, zone)
}

/** Dates and times of digits only: 20240131 or 20240131235959. */
function compactTime(column: RawColumn, texts: readonly string[], as: ReadAs): Learned | null {
  if (column.values.length < 2) return null
  const isLong = texts.length > 0 && texts.every((text) => /^\s*(?:19|20)\d{12}\s*$/.test(text))
  const kind = isLong ? 'timestamp' : 'date'
  const spelling = { pattern: isLong ? 'yyyyMMddHHmmss' : 'yyyyMMdd' }
  const read = spellingReader(spelling, kind)
  const reading = readColumn(
    column,
    (cell) => (isLong ? (typeof cell === 'string' ? read(cell.trim()) : undefined) : compactDate(cell)),
    as.missing,
  )
  if (reading.rejected > 0 || !fits(reading, false)) return null
  const example = String(column.values.find((cell) => cell !== null))
  const notes = [
    ...droppedNotes(column.name, reading, 'dates'),
    `column ${column.name}: its numbers are dates, such as ${example}`,
  ]
  // Numbers in JSON have no spelling to keep; with one, they would become texts.
  const own = texts.length > 0 ? spelling : undefined
  return timesOf(column, kind, reading.values, as, notes, own, null)
}

const isoForm = /^\d{4}-\d\d-\d\d(?:$|[T ]\d\d:\d\d)/

function orderNote({ name }: RawColumn, order: DateOrder): string {
  return (
    `column ${name}: its dates could be day/month or month/day and were read as ${order === 'DMY' ? 'day/month' : 'month/day'}; ` +
    'set order: DMY or MDY in a columns file to say which'
  )
}

/** A learned column of times in milliseconds. `zone` null: local time. */
function timesOf(
  column: RawColumn,
  kind: TimeKind,
  millis: readonly (number | null)[],
  as: ReadAs,
  notes: string[],
  spelling: Spelling | undefined,
  zone: string | null,
): Learned {
  const parse = (bound: number | string): number | undefined =>
    kind === 'time' ? (heldTime(String(bound)) ?? undefined) : parseTime(String(bound), 'DMY')?.millis
  const values = clamped(column, millis, as, parse, notes)
  const held = values.map((value) => (value !== null && kind === 'date' ? Math.floor(value / dayMs) : value))
  const isLocal = kind === 'timestamp' && zone === null
  const asked = as.format === undefined ? spelling : formatted(as.format, spelling)
  const own = asked === undefined || isIso(asked, kind, isLocal) ? undefined : asked
  const shared = own === undefined ? {} : { spelling: own }
  return {
    kind,
    type: kind === 'timestamp' ? { kind, ...(isLocal && { local: true }), ...shared } : { kind, ...shared },
    held,
    grain: grainOf(held),
    detail: kind === 'timestamp' ? (zone ?? 'no zone: local time') : null,
    notes,
  }
}

/** Whether a spelling is the ISO 8601 default of its kind. */
function isIso({ pattern, offsetMinutes = 0 }: Spelling, kind: TimeKind, isLocal: boolean): boolean {
  if (offsetMinutes !== 0) return false
  if (kind === 'date') return pattern === 'yyyy-MM-dd'
  if (kind === 'time') return pattern === 'HH:mm:ss.SSS'
  return pattern === (isLocal ? "yyyy-MM-dd'T'HH:mm:ss.SSS" : "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")
}

/** The spelling set in a columns file, with the column's own words if it has any, otherwise English ones. */
function formatted(format: string, own: Spelling | undefined): Spelling | undefined {
  return format === 'iso' ? undefined : { ...englishWords, ...own, pattern: format }
}

export function learnBoolean(column: RawColumn, as: ReadAs, forced: boolean): Learned | null {
  const words: Record<string, boolean> = { true: true, false: false }
  if (forced)
    Object.assign(words, { yes: true, no: false, y: true, n: false, t: true, f: false, '1': true, '0': false })
  const reading = readColumn(column, (cell) => words[String(cell).trim().toLowerCase()], as.missing)
  if (!fits(reading, forced)) return null
  return {
    kind: 'boolean',
    type: { kind: 'boolean' },
    held: reading.values,
    grain: 0,
    detail: null,
    notes: droppedNotes(column.name, reading, 'true or false'),
  }
}

/** Reads every distinct text as a category. */
export function learnCategory(column: RawColumn, as: ReadAs, kind: 'string' | 'uuid' = 'string'): Learned {
  const reading = readColumn(column, String, as.missing)
  return { kind: 'category', type: { kind }, held: reading.values, grain: 0, detail: null, notes: [] }
}

/** The largest step that all numbers are multiples of, at least 1. */
export function grainOf(held: readonly (number | null)[]): number {
  return commonStep(held.filter((value) => value !== null)) || 1
}

/** Milliseconds since 1970 from a number: read as seconds if that gives a year before 5138, else as milliseconds. */
function epochMillis(value: number): number {
  return Math.abs(value) < 1e11 ? Math.round(value * 1000) : Math.round(value)
}

/** Clamps the values to the bounds in a columns file, and notes how many rows were changed. */
export function clamped(
  { name, counts }: RawColumn,
  values: readonly (number | null)[],
  { min, max }: ReadAs,
  parse: (bound: number | string) => number | undefined,
  notes: string[],
): readonly (number | null)[] {
  const low = min === undefined ? -Infinity : (parse(min) ?? -Infinity)
  const high = max === undefined ? Infinity : (parse(max) ?? Infinity)
  let moved = 0
  const bounded = values.map((value, code) => {
    if (value === null || (value >= low && value <= high)) return value
    moved += counts[code]
    return value < low ? low : high
  })
  if (moved > 0) notes.push(`column ${name}: ${moved} values were clamped to its bounds`)
  return bounded
}
