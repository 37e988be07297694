import type { LearnedColumn } from './columns/plan.js'
import type { Alphabet } from './discretise/alphabet.js'

/** A column that the circuit learns. */
export interface NodeColumn {
  readonly column: LearnedColumn
  readonly alphabet: Alphabet
  /** By row. */
  readonly codes: Uint16Array
}
