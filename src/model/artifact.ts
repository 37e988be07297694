/**
 * The format of a model file: one JSON document, whose SHA-256 is the model's fingerprint. Tables are base64 of little-endian
 * float32.
 */
import type { FieldType } from '../record.js'
import type { Formula, Rounding } from './expression/formula.js'
import type { CheckLaw } from './generated/check-digits.js'

export const artifactFormat = 'genesis-model'
/** The newest version that this program reads. */
export const artifactVersion = 5
/** The first version with texts of words, check digits and initials. */
export const wordVersion = 4
/** The first version with spelled times, forms, formulas and short numbers. */
export const formulaVersion = 3
/** The first version with relations and masks. */
export const relationVersion = 2
/** The version written for a model that needs nothing newer, so that earlier programs can read it. */
export const firstArtifactVersion = 1

export interface ModelArtifact {
  format: typeof artifactFormat
  version: number
  name: string
  /** In record order. Hidden columns can be used in templates and conditions but are not in the record. */
  columns: ArtifactColumn[]
  /** Since version 3. Conditions over learned columns that no record may satisfy; records that would are redrawn. */
  forbid?: Formula[]
  circuit: ArtifactCircuit | null
  /** The quality measured by `genesis fit`; null if not measured. */
  report: unknown
}

export interface ArtifactColumn {
  name: string
  /** Fixed decimals since version 5. */
  type: FieldType
  nullable: boolean
  hidden?: true
  /** Since version 3. For a value in nested records: the field names from the top to the value. Absent: a top-level value. */
  path?: string[]
  /**
   * The share of records, 0 to 1, in which the value is missing, independently of everything else. For nullable pool, template, pattern,
   * uuid, event_time, cycle, list and regex columns; circuit columns have a symbol for missing instead.
   */
  missing?: number
  source: ColumnOrigin
}

/**
 * One symbol of a circuit column's alphabet. null: missing; a string or boolean: a category; a number: exactly this number, in the
 * held form of the column's type; [low, high]: a bin, in which every multiple of the column's `grain` from low to high, both
 * inclusive, is equally likely (for a double without grain: every real from low to high, exclusive).
 */
export type Symbol = null | string | boolean | number | readonly [number, number]

export type ColumnOrigin =
  /** A node of the circuit. `grain`: the step of the grid that bins lie on, in the held form; 0 for reals. */
  | { from: 'circuit'; node: number; alphabet: Symbol[]; grain?: number }
  /** A function of another circuit column: code c of `column` maps to values[c]. */
  | { from: 'dependency'; column: string; values: (null | string | boolean | number)[] }
  /**
   * A timestamp, day · 86,400,000 + time: `day` is a date column and `time` an integer column of milliseconds since midnight
   * (UTC); each is a circuit column or a dependency. Missing if either is.
   */
  | { from: 'composed'; day: string; time: string }
  /**
   * Since version 2. A number computed from others, up to a rest. `rest` is a hidden learned column. The value, in the held form, is
   * formula + rest; with `by: ratio`, formula × rest / 1,000,000, rounded to the column's grain; since version 3, with `above`,
   * above + formula × ratio, where a formula of high − above puts the value between two columns. Without a rest it is the
   * formula's value. It is then limited by `bounds` and by the columns `atLeast` and `atMost`. If the formula is missing, or the rest
   * is the number `notSo`, the value is that of `own`, a hidden learned column; without `own` it is missing.
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
  /** Since version 2. The value of a hidden column, but missing if column `by`, whose symbols are single values, has one of `values`. */
  | { from: 'masked'; value: string; by: string; values: (null | string | boolean | number)[] }
  /** start + position · step. */
  | { from: 'sequence'; start: number; step: number }
  /** One of these values, drawn independently for each record; or of a named word list shipped with the program. */
  | { from: 'pool'; values: string[]; weights?: number[] }
  | { from: 'pool'; provider: string; locale: string }
  /**
   * Text into which other columns are inserted: {column} as is, {column|slug} only its ASCII letters and digits in lower case,
   * {column|initial} only the first of these (since version 4), {column|lower} in lower case; {{ and }} are braces. Numbers are decimal,
   * dates and timestamps ISO 8601. A missing value is empty or, if the template's own column is nullable, makes the whole text missing.
   */
  | { from: 'template'; template: string }
  /**
   * Text drawn from a pattern: # is a digit, ? a lower-case letter, ^ an upper-case letter, * a hexadecimal digit; \ escapes. `check` (of patterns, regular
   * expressions and filled forms, from version 4 on): the law that check digits satisfy; they replace those that were drawn.
   */
  | { from: 'pattern'; pattern: string; check?: CheckLaw }
  /**
   * RFC 9562, from the record's own random words. Version 7 takes its time from the record's first event_time column; without one it
   * is 2025-01-01T00:00Z + position milliseconds.
   */
  | { from: 'uuid'; version: 4 | 7 }
  /** start + position · step (+ up to jitter), in milliseconds; with a curve, start + the time at which it has released `position` records. */
  | { from: 'event_time'; start: number; step: number; jitter: number }
  | { from: 'event_time'; start: number; curve: TimeCurve; jitter: number }
  /** The wall clock at the time of generation; not repeatable. */
  | { from: 'clock' }
  /**
   * Since version 3. start + position · step, in the held form. With `restart`, which lies in the direction of the step, values wrap
   * around: start + (position · step mod (restart − start)). `initial`: the value of position 0, within that cycle; default: start.
   */
  | { from: 'cycle'; start: number; step: number; restart?: number; initial?: number }
  /**
   * Since version 3. The value of a formula over other columns of any kind: a number, a date or time, a boolean or a text, according to
   * the column's type. Missing if the formula is, or if a number is not finite.
   */
  | { from: 'formula'; formula: Formula }
  /**
   * Since version 3. A list whose number of items is the value of `length`, a hidden circuit column of numbers up to `most`. Items are
   * records of a model of their own, whose last column is the key if the list is a map. Missing if the length is.
   */
  | { from: 'items'; length: string; most: number; item: ModelArtifact }
  /** Since version 3. Position p has values[p mod values.length]. */
  | { from: 'list'; values: (string | boolean | number)[] }
  /**
   * Since version 3. Text that matches a regular expression (syntax: docs/schemas.md). Alternatives are equally likely, and so are
   * repetition counts. `minLength` and `maxLength`, in characters, exclude shorter and longer texts.
   */
  | { from: 'regex'; regex: string; minLength?: number; maxLength?: number; check?: CheckLaw }
  /**
   * Since version 3. Text that matches the single-form regular expression in `form`, a hidden learned column of texts. Missing if
   * `form` is.
   */
  | { from: 'filled'; form: string; check?: CheckLaw }
  /**
   * Since version 4. Text according to `form`, a hidden learned column of texts: either `=` and the text itself, or the number of words (up
   * to 40) to draw from `words`. Missing if `form` is.
   */
  | { from: 'worded'; form: string; words: WordModel; topics?: WordTopics }

/**
 * Words and which of them follow which. Weighted lists hold consecutive pairs of an index into `words` and a weight. `alone` is for texts
 * of one word, `first` for the first word of longer texts. Word w is followed by one of `next[w]` in the middle of a text, or `end[w]` at
 * its end. −1, or an empty list, means any word that can be there after a word of the same kind: `middle[kinds[w]]` or `last[kinds[w]]`.
 */
export interface WordModel {
  words: string[]
  alone: number[]
  first: number[]
  /** By word: its kind, because some words rarely end texts, such as "the", or rarely begin them. */
  kinds: number[]
  middle: number[][]
  last: number[][]
  next: number[][]
  end: number[][]
}

/**
 * How the words of a text follow `column`, a learned column of texts: with `values[i]`, the words of `shares[i]`, pairs of a word and a percentage, have
 * that much of their weight in all lists.
 */
export interface WordTopics {
  column: string
  values: string[]
  shares: number[][]
}

/**
 * A rate over time: straight lines between points of milliseconds (from 0, non-decreasing) and records per second. After the last point
 * it repeats, or stays at the last rate, which must then be above 0.
 */
export interface TimeCurve {
  readonly points: readonly (readonly [ms: number, perSecond: number])[]
  readonly repeats: boolean
}

export interface ArtifactCircuit {
  states: number
  /**
   * Since version 3. `short`: base64 of 16 bits per number (table.ts); rows are divided by their sums when read. A node without children
   * may have '' for its transitions, and then shares its parent's state. Absent: float32.
   */
  numbers?: 'short'
  parent: number[]
  prior: string
  /** By node; '' for the root. */
  transitions: string[]
  emissions: string[]
}
