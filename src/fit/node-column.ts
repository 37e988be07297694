import type { LearnedColumn } from './columns/plan.js'
import type { Alphabet } from './discretise/alphabet.js'

/** A column that the circuit learns. */
export interface NodeColumn {
  readonly column: LearnedColumn
  readonly alphabet: Alphabet
  /** By row. */
  readonly codes: Uint16Array
}

/** The number of codes in value order. Alphabets of numbers, dates and times are in value order, with missing last. */
export function orderedCodes({ column, alphabet: { symbols } }: NodeColumn): number {
  const { kind } = column.learned
  if (kind === 'boolean' || column.learned.type.kind === 'string' || column.learned.type.kind === 'uuid') return 0
  return symbols.at(-1) === null ? symbols.length - 1 : symbols.length
}
