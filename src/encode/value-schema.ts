import type { Field } from '../record.js'
import type { EncodeStep } from './step.js'
import type { SubjectSchema } from './subject.js'

/** How a layout's records are written by a schema. */
export interface ValuePlan {
  /** What follows the schema's id. */
  readonly steps: readonly EncodeStep[]
  /** Names of columns that no field of the schema takes. */
  readonly unusedColumns: readonly string[]
}

/** A schema of values, whatever it is written in. */
export interface ValueSchema extends SubjectSchema {
  /** What `value.schema` would be to name it. */
  readonly inline: object | string | null
  /** The full name of its records, for the subject's name; undefined: it has none. */
  readonly name: string | undefined
  /** Throws SCHEMA_MISMATCH with every mismatch in `details.all`. */
  readonly plan: (fields: readonly Field[]) => ValuePlan
}

/** What of a schema is to be derived from a layout. */
export interface RecordName {
  readonly name: string
  readonly namespace: string
}
