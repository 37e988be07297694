import type { FieldType } from '../../record.js'
import type { RawColumn } from '../table/table.js'
import { compactDate, dateOrderOf, parseTime, zoneMinutes, type DateOrder } from './dates.js'
import type { Punctuation } from './number-form.js'
import { commonStep } from './numbers.js'
import { droppedNotes, readColumn, type Reading } from './reading.js'

export type LearnedKind = 'integer' | 'decimal' | 'real' | 'boolean' | 'category' | 'date' | 'timestamp'

/** A column for the circuit: what each distinct raw cell is in the held form of its type. */
export interface Learned {
  readonly kind: LearnedKind
  readonly type: FieldType
  /** Per distinct value of the raw column; null is missing. */
  readonly held: readonly (string | number | boolean | null)[]
  /** Step of the grid through zero that the numbers lie on, in the held form; 0 for reals and what is not a number. */
  readonly grain: number
  /** What was found beside the kind, for `describe`: a zone, the order of day and month. */
  readonly detail: string | null
  readonly notes: readonly string[]
}

/** What a columns file, and the table's separator, say about how to read. */
export interface ReadAs extends Punctuation {
  readonly missing: ReadonlySet<string>
  readonly scale?: number
  readonly min?: number | string
  readonly max?: number | string
  readonly order?: DateOrder
  readonly zone?: string
}

const dayMillis = 86_400_000
/** Share of a column's values that must be of a type; the others are then read as missing, and counted. */
const enough = 0.95

/** Whether so much of a column was read that it is of this type. */
export function fits(reading: Reading<unknown>, forced: boolean): boolean {
  return reading.accepted > 0 && (forced || reading.accepted >= enough * (reading.accepted + reading.rejected))
}

/** Dates, or dates with a time. Null where the column is neither. */
export function learnTime(
  column: RawColumn,
  as: ReadAs,
  forced: 'date' | 'timestamp' | 'compact date' | null,
): Learned | null {
  const texts = column.values.filter((cell) => typeof cell === 'string')
  const { order, certain } = as.order === undefined ? dateOrderOf(texts) : { order: as.order, certain: true }
  const offset = as.zone === undefined ? 0 : (zoneMinutes(as.zone) ?? 0) * 60_000
  const zones = new Set<string>()
  let withTime = false
  const reading = readColumn(
    column,
    (cell) => {
      if (forced === 'compact date') return compactDate(cell)
      if (typeof cell === 'number' && forced !== null) return epochMillis(cell)
      const time = typeof cell === 'string' ? parseTime(cell.trim(), order) : undefined
      if (time === undefined) return undefined
      if (time.hasTime) withTime = true
      if (time.zone !== null) zones.add(time.zone)
      return time.zone === null && time.hasTime ? time.millis - offset : time.millis
    },
    as.missing,
  )
  if (forced === 'compact date' && (reading.rejected > 0 || column.values.length < 2)) return null
  if (!fits(reading, forced !== null)) return null
  const notes = droppedNotes(column.name, reading, 'dates')
  if (forced === 'compact date')
    notes.push(
      `column ${column.name}: its numbers are dates, such as ${String(column.values.find((cell) => cell !== null))}`,
    )
  if (!certain)
    notes.push(
      `column ${column.name}: its dates could be day/month or month/day and were read as ${order === 'DMY' ? 'day/month' : 'month/day'}; ` +
        'set order: DMY or MDY in a columns file to say which',
    )
  const isDate = forced === null ? !withTime : forced !== 'timestamp'
  const values = clamped(column, reading.values, as, (bound) => parseTime(String(bound), 'DMY')?.millis, notes)
  const held = values.map((value) => (value !== null && isDate ? Math.floor(value / dayMillis) : value))
  const zone = zones.size === 0 ? (as.zone ?? 'no zone, taken as UTC') : [...zones].sort().join(', ')
  return {
    kind: isDate ? 'date' : 'timestamp',
    type: { kind: isDate ? 'date' : 'timestamp' },
    held,
    grain: grainOf(held),
    detail: isDate ? null : zone,
    notes,
  }
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

/** Every distinct text a category. */
export function learnCategory(column: RawColumn, as: ReadAs, kind: 'string' | 'uuid' = 'string'): Learned {
  const reading = readColumn(column, String, as.missing)
  return { kind: 'category', type: { kind }, held: reading.values, grain: 0, detail: null, notes: [] }
}

/** The step that all of the numbers are multiples of, at least 1. */
export function grainOf(held: readonly (number | null)[]): number {
  return commonStep(held.filter((value) => value !== null)) || 1
}

/** Seconds where that gives a year before 5138, else milliseconds. */
function epochMillis(value: number): number {
  return Math.abs(value) < 1e11 ? Math.round(value * 1000) : Math.round(value)
}

/** The values within the bounds that a columns file gives; how many rows were moved to them is noted. */
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
  if (moved > 0) notes.push(`column ${name}: ${moved} values were moved to its bounds`)
  return bounded
}
