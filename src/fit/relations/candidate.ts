import { columnsIn, type Formula, type Rounding } from '../../model/expression/formula.js'
import { computed, numbersOf, type NumberColumn } from './number-column.js'

/** A formula that a column may follow. */
export interface FormulaCandidate {
  readonly column: NumberColumn
  readonly formula: Formula
  readonly rounding: Rounding
}

/** How many rows satisfy a candidate. */
export interface Fitness {
  /** Number of rows with values in the column and in everything the formula needs. */
  readonly rows: number
  /** Number of these rows whose column has the formula's value. */
  readonly kept: number
}

export type Named = ReadonlyMap<string, NumberColumn>

/** Reads the numbers of a column in the selected rows, as `numbersOf` does. */
export type ReadNumbers = (column: NumberColumn, rows?: Uint32Array) => Float64Array

/** The formula's values in the selected rows, or in all. */
export function formulaIn(
  { column, formula, rounding }: FormulaCandidate,
  named: Named,
  rows?: Uint32Array,
  read: ReadNumbers = numbersOf,
): Float64Array {
  const inputs = new Map(
    columnsIn(formula).map((name) => {
      const input = named.get(name)!
      return [name, { type: input.type, numbers: read(input, rows) }] as const
    }),
  )
  const count = rows?.length ?? column.column.raw.codes.length
  return computed(formula, column.type, rounding, (name) => inputs.get(name)!, count)
}

export function fitnessOf(
  candidate: FormulaCandidate,
  named: Named,
  rows?: Uint32Array,
  read: ReadNumbers = numbersOf,
): Fitness {
  const values = read(candidate.column, rows)
  const given = formulaIn(candidate, named, rows, read)
  return keptRows(values, given, toleranceOf(candidate.column, values))
}

/** Counts the rows that have both values, and those where these are equal within the tolerance; only rows with 1 in `counted`. */
export function keptRows(values: Float64Array, given: Float64Array, tolerance: number, counted?: Uint8Array): Fitness {
  let rows = 0
  let kept = 0
  for (let i = 0; i < values.length; i++) {
    if (counted !== undefined && counted[i] === 0) continue
    const away = Math.abs(values[i] - given[i])
    if (Number.isNaN(away)) continue
    rows++
    if (away <= tolerance) kept++
  }
  return { rows, kept }
}

/** Allows for rounding errors: reals summed in another order differ in their last bits. */
export function toleranceOf({ type }: NumberColumn, values: Float64Array): number {
  if (type.kind !== 'double') return 0
  let largest = 0
  for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value)
  return largest * 1e-9
}
