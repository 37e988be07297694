import type { DateOrder } from './dates.js'
import type { DetectedKind } from './detect.js'
import type { EventShape } from './event-shape.js'
import type { DecimalSign } from './number-form.js'

/** A columns file's settings for one column; anything absent is inferred from the table. */
export interface ColumnSettings {
  readonly kind?: ColumnKind
  /** Usable in templates and conditions, but not in the record. */
  readonly hide?: boolean
  /** Not read at all. */
  readonly drop?: boolean
  /** Texts that mark a missing value. */
  readonly missing?: readonly string[]
  readonly min?: number | string
  readonly max?: number | string
  /** Decimal places. */
  readonly scale?: number
  /** The decimal separator in the table. */
  readonly decimal?: DecimalSign
  readonly order?: DateOrder
  /** The time zone of times written without one. */
  readonly zone?: string
  /** How dates and times are written: a pattern (see Spelling), or iso. */
  readonly format?: string
  /** A template over other columns, which replaces the table's values. */
  readonly derive?: string
  /** `label` renames categories to column-1, column-2 …, by frequency; `pattern` generates texts of the same form; `placeholder`, Latin words. */
  readonly mask?: 'label' | 'pattern' | 'placeholder'
  readonly pattern?: string
  readonly values?: readonly string[]
  readonly weights?: readonly number[]
  readonly provider?: string
  readonly locale?: string
  readonly version?: 4 | 7
  /** For a sequence: a number. For an event time: ISO 8601. */
  readonly start?: number | string
  /** For a sequence: a number. For an event time: a duration such as 5s. */
  readonly step?: number | string
  /** For an event time. */
  readonly jitter?: string
  /** For an event time: how its rate changes, as in a connector's throughput. */
  readonly shape?: EventShape
  /** An expression over other columns, which the column equals in every record. */
  readonly equals?: string
  /** Columns that this column is never below (`after`) or never above (`before`). */
  readonly after?: string | readonly string[]
  readonly before?: string | readonly string[]
  /** Ignores relations found for this column. */
  readonly relations?: 'off'
  /** For email addresses: only example domains, where mail reaches no one. */
  readonly domains?: 'example'
  /** Does not repeat the column's people: each record has another. */
  readonly repeats?: 'off'
}

export type ColumnKind = DetectedKind | 'pool' | 'template' | 'event_time' | 'clock'
