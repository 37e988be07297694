/**
 * The form of a model file: one JSON document. Its SHA-256 is the model's fingerprint.
 * Tables are base64 of little-endian float32.
 */
import type { FieldType } from '../record.js'
import type { Formula, Rounding } from './expression/formula.js'

export const artifactFormat = 'genesis-model'
/** The newest version that is read. */
export const artifactVersion = 4
/** The first version that has spelled times, forms, formulas and short numbers. */
export const formulaVersion = 3
/** The first version that has relations and masks. */
export const relationVersion = 2
/** Written for a model that needs nothing newer, so that earlier programs can read it. */
export const firstArtifactVersion = 1

export interface ModelArtifact {
  format: typeof artifactFormat
  version: number
  name: string
  /** In the order of the record; hidden ones take part in templates and conditions but are not in the record. */
  columns: ArtifactColumn[]
  /** From version 3 on. Conditions over learned columns that no record satisfies: one that would is redrawn. */
  forbid?: Formula[]
  circuit: ArtifactCircuit | null
  /** What `genesis fit` measured; null if it did not measure. */
  report: unknown
}

export interface ArtifactColumn {
  name: string
  type: FieldType
  nullable: boolean
  hidden?: true
  /** From version 3 on. For a value in nested records: the field names from the top down to its own. Absent: a top-level value. */
  path?: string[]
  /**
   * The share of records, 0 to 1, in which the value is missing, independently of everything else. For pool, template,
   * pattern, uuid, event_time, cycle, list and regex columns that are nullable; the circuit has its own symbol for it.
   */
  missing?: number
  source: ColumnOrigin
}

/**
 * One symbol of a circuit column's alphabet: null is "missing"; a string or boolean is a category; a number is an exact
 * number in the held form of the column's type; [low, high] is a bin: every multiple of the column's `grain` from low to
 * high, both included, is equally likely (for a double without grain: the reals from low up to high).
 */
export type Symbol = null | string | boolean | number | readonly [number, number]

export type ColumnOrigin =
  /** A node of the circuit. `grain`: the step of the value grid in the held form; 0 for reals. Bins lie on it. */
  | { from: 'circuit'; node: number; alphabet: Symbol[]; grain?: number }
  /** A function of another circuit column: code c of `column` gives values[c]. */
  | { from: 'dependency'; column: string; values: (null | string | boolean | number)[] }
  /**
   * A timestamp, day · 86,400,000 + time: `day` is a date column and `time` an integer column of milliseconds since midnight
   * (UTC); each is a circuit column or a dependency. Missing if either is.
   */
  | { from: 'composed'; day: string; time: string }
  /**
   * From version 2 on. A number computed from others up to a rest: formula + rest, in the held form; with `by: ratio` formula × rest /
   * 1,000,000, rounded to the column's grain, and from version 3 on more than `above`: above + (high − above) × rest is between two columns. `rest` is a hidden learned column; without one the value is the formula's, limited by `bounds`, `atLeast`
   * and `atMost` (columns). If the formula is missing, or the rest is the number `notSo`, the value is that of `own`, a
   * hidden learned column; without one it is missing.
   */
  | {
      from: 'relation'
      formula: Formula
      rounding?: Rounding
      rest?: string
      by?: 'ratio'
      above?: Formula
      notSo?: number
      own?: string
      grain?: number
      bounds?: readonly [low: number, high: number]
      atLeast?: string[]
      atMost?: string[]
    }
  /** From version 2 on. The value of a hidden column, but missing if column `by`, whose symbols are single values, has one of `values`. */
  | { from: 'masked'; value: string; by: string; values: (null | string | boolean | number)[] }
  /** start + position · step. */
  | { from: 'sequence'; start: number; step: number }
  /** One of these, drawn per record, independently of everything else; or a named word list that ships with the program. */
  | { from: 'pool'; values: string[]; weights?: number[] }
  | { from: 'pool'; provider: string; locale: string }
  /**
   * Text with {column} in it, any other column; {column|slug} is lower-case ASCII letters and digits of it,
   * {column|initial} the first of them (from version 4 on), {column|lower} lower case; {{ and }} are braces. Numbers are decimal, dates and timestamps ISO 8601. A missing value
   * is empty or, if the template's own column is nullable, makes the whole text missing.
   */
  | { from: 'template'; template: string }
  /** Text from a pattern: # is a digit, ? a lower-case letter, ^ an upper-case letter, * a hexadecimal digit, \ escapes. */
  | { from: 'pattern'; pattern: string }
  /**
   * RFC 9562, from the record's own random words. The time of version 7 is the record's first event_time column, or
   * otherwise 2025-01-01T00:00Z + position milliseconds.
   */
  | { from: 'uuid'; version: 4 | 7 }
  /** start + position · step (+ up to jitter), in milliseconds; with a curve, start + the time by which it has released `position` records. */
  | { from: 'event_time'; start: number; step: number; jitter: number }
  | { from: 'event_time'; start: number; curve: TimeCurve; jitter: number }
  /** The wall clock at the time of generation; not repeatable. */
  | { from: 'clock' }
  /**
   * From version 3 on. start + position · step, in the held form. With `restart`, which lies in the direction of the step, values wrap
   * around to the start: start + (position · step mod (restart − start)). `initial`: the value of position 0, within that cycle; default: start.
   */
  | { from: 'cycle'; start: number; step: number; restart?: number; initial?: number }
  /**
   * From version 3 on. The value of a formula over other columns of any kind: a number, a date or time, a boolean or a text, according to the column's type. Missing if
   * the formula is, or if a number is not finite.
   */
  | { from: 'formula'; formula: Formula }
  /**
   * From version 3 on. A list whose number of items, at most `most`, is the value of `length`, a hidden circuit column of numbers. Items are records of a model of their
   * own; for a map, its last column is the key. Missing if the length is.
   */
  | { from: 'items'; length: string; most: number; item: ModelArtifact }
  /** From version 3 on. Position p has values[p mod values.length]. */
  | { from: 'list'; values: (string | boolean | number)[] }
  /**
   * From version 3 on. Text that a regular expression matches (docs/schemas.md has the syntax): alternatives are equally likely, and so
   * are repetition counts. `minLength` and `maxLength`, in characters, exclude shorter and longer texts.
   */
  | { from: 'regex'; regex: string; minLength?: number; maxLength?: number }
  /**
   * From version 3 on. Text that matches the single-form regular expression in `form`, a hidden learned column of texts; missing
   * if that is.
   */
  | { from: 'filled'; form: string }

/**
 * A rate over time: straight lines between points of milliseconds (from 0, non-decreasing) and records per second. After the last
 * point it repeats, or continues at the last rate, which must then be above 0.
 */
export interface TimeCurve {
  readonly points: readonly (readonly [ms: number, perSecond: number])[]
  readonly repeats: boolean
}

export interface ArtifactCircuit {
  states: number
  /**
   * From version 3 on. `short`: base64 of 16 bits per number (table.ts), whose rows are divided by their sums; a node without children may have ''
   * for its transitions, and then its state is its parent's. Absent: float32.
   */
  numbers?: 'short'
  parent: number[]
  prior: string
  /** '' for the root. */
  transitions: string[]
  emissions: string[]
}
