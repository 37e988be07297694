/**
 * The form of a model file: one JSON document. Its SHA-256 is the model's fingerprint.
 * Tables are base64 of little-endian float32.
 */
import type { FieldType } from '../record.js'
import type { Formula, Rounding } from './expression/formula.js'

export const artifactFormat = 'genesis-model'
/** The newest version that is read. */
export const artifactVersion = 3
/** The first version that has relations and masks. */
export const relationVersion = 2
/** What is written for a model that needs nothing of a later one, so that earlier programs read it. */
export const firstArtifactVersion = 1

export interface ModelArtifact {
  format: typeof artifactFormat
  version: number
  name: string
  /** In the order of the record; hidden ones take part in templates and conditions but are not in the record. */
  columns: ArtifactColumn[]
  /** From version 3 on. Conditions over learned columns that are true of no record: one that would be is drawn again. */
  forbid?: Formula[]
  circuit: ArtifactCircuit | null
  /** What `genesis fit` measured; null where it was not asked to. */
  report: unknown
}

export interface ArtifactColumn {
  name: string
  type: FieldType
  nullable: boolean
  hidden?: true
  /** From version 3 on. Of a value in nested records: their field names from the top, and its own. Left out: it stands at the top. */
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
   * (UTC), each of the circuit or a dependency. Missing where either is.
   */
  | { from: 'composed'; day: string; time: string }
  /**
   * From version 2 on. A number that others decide but for a rest: formula + rest, in the held form; with `by: ratio` formula × rest /
   * 1,000,000, rounded to the column's grain, and from version 3 on more than `above`: above + (high − above) × rest is between two columns. `rest` is a hidden learned column; without one the formula is all. `bounds`, `atLeast`
   * and `atMost` (columns) then limit it. Where the formula is missing, and where the rest is the number `notSo`, the value is that of `own`, a
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
  /** From version 2 on. The value of a hidden column, but missing where column `by`, of symbols that are one value each, has one of `values`. */
  | { from: 'masked'; value: string; by: string; values: (null | string | boolean | number)[] }
  /** start + position · step. */
  | { from: 'sequence'; start: number; step: number }
  /** One of these, drawn per record, independent of everything else; or a named pool of words that ships with the program. */
  | { from: 'pool'; values: string[]; weights?: number[] }
  | { from: 'pool'; provider: string; locale: string }
  /**
   * Text with {column} in it, any other column; {column|slug} is lower-case ASCII letters and digits of it,
   * {column|lower} lower case; {{ and }} are braces. Numbers are decimal, dates and timestamps ISO 8601, and what is
   * missing is empty – or, where the template's own column is nullable, makes the whole text missing.
   */
  | { from: 'template'; template: string }
  /** Text from a pattern: # is a digit, ? a lower-case letter, ^ an upper-case letter, * a hexadecimal digit, \ escapes. */
  | { from: 'pattern'; pattern: string }
  /**
   * RFC 9562, from the record's own random words. The time of version 7 is the record's first event_time column, or
   * otherwise 2025-01-01T00:00Z + position milliseconds.
   */
  | { from: 'uuid'; version: 4 | 7 }
  /** start + position · step (+ up to jitter), in milliseconds; with a curve, start + when it has let `position` records go. */
  | { from: 'event_time'; start: number; step: number; jitter: number }
  | { from: 'event_time'; start: number; curve: TimeCurve; jitter: number }
  /** The wall clock at the time of generation; not repeatable. */
  | { from: 'clock' }
  /**
   * From version 3 on. start + position · step, in the held form. With `restart`, which lies in the direction of the step, what reaches it goes on
   * from the start: start + (position · step mod (restart − start)). `initial`: the value of position 0, within that round; left out: start.
   */
  | { from: 'cycle'; start: number; step: number; restart?: number; initial?: number }
  /**
   * From version 3 on. What a formula gives of other columns of any kind: a number, a date or time, a truth or a text, as the column's type has it. It is missing where
   * the formula is, and where a number is not finite.
   */
  | { from: 'formula'; formula: Formula }
  /**
   * From version 3 on. A list of as many items as `length`, a hidden circuit column of numbers, says, at most `most`; they are records of a model of their
   * own, of which the last column of a map is its key. Missing where the length is.
   */
  | { from: 'items'; length: string; most: number; item: ModelArtifact }
  /** From version 3 on. Position p has values[p mod their number]. */
  | { from: 'list'; values: (string | boolean | number)[] }
  /**
   * From version 3 on. Text that a regular expression matches (docs/schemas.md has the syntax): the alternatives of a choice are equally likely, and so
   * are the numbers of a repetition. `minLength` and `maxLength`, in characters, leave out what is shorter or longer.
   */
  | { from: 'regex'; regex: string; minLength?: number; maxLength?: number }
  /**
   * From version 3 on. Text that matches the regular expression, of one form, that is the value of `form`, a hidden learned column of texts; missing
   * where that is.
   */
  | { from: 'filled'; form: string }

/**
 * A rate over time: straight lines between points, of milliseconds (from 0, not falling) and records a second. After the last
 * one it begins again, or goes on at the last rate, which is then above 0.
 */
export interface TimeCurve {
  readonly points: readonly (readonly [ms: number, perSecond: number])[]
  readonly repeats: boolean
}

export interface ArtifactCircuit {
  states: number
  /**
   * From version 3 on. `short`: base64 of 16 bits a number (table.ts), whose rows are divided by their sums, and a node without children may have ''
   * for its transitions: its state is its parent's. Left out: float32.
   */
  numbers?: 'short'
  parent: number[]
  prior: string
  /** '' for the root. */
  transitions: string[]
  emissions: string[]
}
