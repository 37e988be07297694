/** Relations as the artifact computes them: which parts of a column are computed, and which are learned in hidden columns. */
import type { FieldType } from '../../record.js'
import { dayMs } from '../../model/held.js'
import type { ColumnInput } from '../../model/expression/input.js'
import { roundings, type Formula, type Rounding } from '../../model/expression/formula.js'
import { grainOf } from '../columns/learned.js'
import type { LearnedColumn } from '../columns/plan.js'
import { formulaIn, keptRows, toleranceOf, type FormulaCandidate, type Named } from './candidate.js'
import { spanOf } from './choose-exact.js'
import { codeLength } from './code-length.js'
import { daysAndTimes } from './days.js'
import { columnOfNumbers, computedOf, numbersOf, type NumberColumn } from './number-column.js'
import { ratioRests } from './rests.js'

export interface Forbidden {
  readonly formula: Formula
  /** What is true of all other records, such as "never before ordered". */
  readonly text: string
}

/** How a column is computed from others, and which hidden columns are learned for that. */
export interface PlannedRelation {
  readonly column: LearnedColumn
  readonly formula: Formula
  readonly rounding: Rounding
  readonly by: 'sum' | 'ratio'
  /** The bounds that the column lies between: it is low + ratio × formula, where the formula is high − low. */
  readonly between?: readonly [low: Formula, high: Formula]
  /** The column of times that the formula is a trend over. */
  readonly trend?: string
  readonly rest: LearnedColumn | null
  /** The rest that marks rows in which the formula does not hold; null: none. */
  readonly notSo: number | null
  readonly own: LearnedColumn | null
  /** Hidden columns that the formula reads beside others. */
  readonly parts?: readonly LearnedColumn[]
  /** What the column is compared with in the report, if not the formula. */
  readonly base?: Formula
  /** Conditions that no record may satisfy. */
  readonly forbidden?: readonly Forbidden[]
  /** The hidden column that the formula reads, if the column is only its own values within limits. */
  readonly free?: LearnedColumn
  readonly bounds: readonly [number, number] | null
  readonly atLeast: readonly string[]
  readonly atMost: readonly string[]
  /** Whether it is stated in a columns file. Then every record satisfies it, even if the table's rows do not. */
  readonly stated?: true
  /** How its weekdays differ, if it is learned as weeks and weekdays. */
  readonly weekdays?: string
  /** The calendar that the column lies on, if the formula only counts its positions. */
  readonly calendar?: string
  /** Number of rows with all values, and of those that satisfy the formula; null: every row has a rest. */
  readonly kept: { readonly rows: number; readonly kept: number } | null
}

/** Plans a stated equality, which every record satisfies. It is rounded as in the rows that satisfy it, and missing as in the table. */
export function statedRelation(
  column: NumberColumn,
  formula: Formula,
  parts: (name: string) => ColumnInput,
  freeName: (name: string) => string,
): PlannedRelation {
  const values = numbersOf(column)
  const tolerance = toleranceOf(column, values)
  let best: { rounding: Rounding; given: Float64Array; rows: number; kept: number } | null = null
  for (const rounding of roundings) {
    const given = computedOf(formula, column.type, rounding, parts, values.length)
    const { rows, kept } = keptRows(values, given, tolerance)
    if (best === null || kept > best.kept) best = { rounding, given, rows, kept }
  }
  const { rounding, given, rows, kept } = best!
  const rests = values.map((value) => (Number.isNaN(value) ? NaN : 0))
  const isGone = rests.some((rest, i) => Number.isNaN(rest) && !Number.isNaN(given[i]))
  const applies = (i: number): boolean => !Number.isNaN(given[i])
  return {
    ...{ column: column.column, formula, rounding, by: 'sum', bounds: null, atLeast: [], atMost: [], notSo: null },
    ...{ stated: true, kept: { rows, kept } },
    rest: isGone ? restColumn(column, rests, restType(column.type), applies, freeName) : null,
    own: ownColumn(column, values, (i) => !applies(i), freeName),
  }
}

/** Plans a formula that nearly every row satisfies. Exceptions are learned as differences or as values, whichever is shorter. */
export function exactRelation(
  candidate: FormulaCandidate,
  named: Named,
  freeName: (name: string) => string,
): PlannedRelation {
  const { column, formula, rounding } = candidate
  const values = numbersOf(column)
  const given = formulaIn(candidate, named)
  const tolerance = toleranceOf(column, values)
  let rows = 0
  let kept = 0
  let gone = 0
  const rests = values.map((value, i) => {
    if (Number.isNaN(given[i])) return NaN
    if (Number.isNaN(value)) {
      gone++
      return NaN
    }
    rows++
    if (Math.abs(value - given[i]) > tolerance) return value - given[i]
    kept++
    return 0
  })
  const base = {
    ...{ column: column.column, formula, rounding, by: 'sum' as const, bounds: null, atLeast: [], atMost: [] },
    kept: { rows, kept },
  }
  if (rows === kept && gone === 0)
    return { ...base, rest: null, notSo: null, own: ownColumn(column, values, (i) => Number.isNaN(given[i]), freeName) }
  const differ = rests.filter((rest) => rest !== 0)
  const are = values.filter((_, i) => rests[i] !== 0 && !Number.isNaN(rests[i]))
  const asOwn = differ.length > 0 && codeLength(are, column.grain) < codeLength(differ, column.grain)
  const shown = asOwn ? rests.map((rest) => (rest === 0 || Number.isNaN(rest) ? rest : 1)) : rests
  return {
    ...base,
    rest: restColumn(column, shown, restType(column.type), (i) => !Number.isNaN(given[i]), freeName),
    notSo: asOwn ? 1 : null,
    own: ownColumn(column, values, (i) => Number.isNaN(given[i]) || (asOwn && shown[i] === 1), freeName),
  }
}

/** Plans a formula that a rest, learned for every row, makes hold. `between`: see PlannedRelation. */
export function nearRelation(
  candidate: FormulaCandidate,
  by: 'sum' | 'ratio',
  between: PlannedRelation['between'],
  named: Named,
  freeName: (name: string) => string,
): PlannedRelation {
  const { column, formula, rounding } = candidate
  const all = numbersOf(column)
  const values = between === undefined ? all : beyond(all, formulaIn({ ...candidate, formula: between[0] }, named))
  const given = formulaIn(candidate, named)
  const ratio = by === 'ratio'
  const rests = ratio ? ratioRests(values, given, column.grain) : values.map((value, i) => value - given[i])
  const [least] = spanOf({ held: rests })
  // Rows in which no ratio leads from the base to the value.
  const isStray = (i: number): boolean => Number.isNaN(rests[i]) && !Number.isNaN(values[i] - given[i])
  const strays = rests.some((_, i) => isStray(i))
  const notSo = strays ? least - (grainOf([...rests].filter((rest) => !Number.isNaN(rest))) || 1) : null
  const shown = notSo === null ? rests : rests.map((rest, i) => (isStray(i) ? notSo : rest))
  return {
    ...{ column: column.column, formula, rounding, by, bounds: boundsOf(column), atLeast: [], atMost: [], kept: null },
    ...(between !== undefined && { between }),
    rest: restColumn(
      column,
      shown,
      ratio ? { kind: 'decimal', scale: 6 } : restType(column.type),
      (i) => !Number.isNaN(given[i]),
      freeName,
    ),
    notSo,
    own: ownColumn(column, all, (i) => Number.isNaN(given[i]) || isStray(i), freeName),
  }
}

/**
 * Plans a time as days after the day of a formula and a time of day, each learned. An order of both is then a condition, because a time of day
 * can be too early on the same day.
 */
export function dayRelation(
  candidate: FormulaCandidate,
  named: Named,
  freeName: (name: string) => string,
): PlannedRelation {
  const { column, formula } = candidate
  const { name } = column
  const values = numbersOf(column)
  const given = formulaIn(candidate, named)
  const { days, times } = daysAndTimes(values, given)
  const applies = (row: number): boolean => !Number.isNaN(given[row])
  const counted = columnOfNumbers(
    freeName(`${name}.days`),
    { kind: 'integer' },
    filled(days, (row) => !Number.isNaN(days[row])),
  )
  const day: Formula = { op: 'date', of: [formula] }
  return {
    ...{
      column: column.column,
      rounding: 'half',
      by: 'sum',
      bounds: boundsOf(column),
      atLeast: [],
      atMost: [],
      kept: null,
    },
    formula: { op: '+', of: [day, { op: '*', of: [{ column: counted.name }, dayMs] }] },
    base: formula,
    parts: [counted],
    rest: columnOfNumbers(freeName(`${name}.clock`), { kind: 'integer' }, filled(times, applies)),
    notSo: null,
    own: ownColumn(column, values, (row) => !applies(row), freeName),
  }
}

/** Plans a column that is its own values, in a hidden column, which orders can then limit. */
export function ownRelation(column: NumberColumn, freeName: (name: string) => string): PlannedRelation {
  const { type, name } = column
  const free = columnOfNumbers(freeName(`${name}.free`), type, numbersOf(column))
  return {
    ...{ column: column.column, formula: { column: free.name }, rounding: 'half' as const, by: 'sum' as const },
    ...{ rest: null, notSo: null, own: null, bounds: spanOf(column), atLeast: [], atMost: [], kept: null },
    free,
  }
}

/**
 * A number stays in the table's range. A time does not: it may come a rest after the last of the table, because what is cut off there would be
 * an end too near to its start.
 */
function boundsOf(column: NumberColumn): PlannedRelation['bounds'] {
  return isTime(column.type) ? null : spanOf(column)
}

const isTime = ({ kind }: FieldType): boolean => kind === 'date' || kind === 'timestamp'

function beyond(values: Float64Array, low: Float64Array): Float64Array {
  return values.map((value, i) => value - low[i])
}

/** The type of a rest: for times, a number of days or milliseconds. */
export function restType(type: FieldType): FieldType {
  return isTime(type) || type.kind === 'time' ? { kind: 'integer' } : type
}

function restColumn(
  { name }: NumberColumn,
  rests: Float64Array,
  type: FieldType,
  applies: (row: number) => boolean,
  freeName: (name: string) => string,
): LearnedColumn {
  return columnOfNumbers(freeName(`${name}.rest`), type, filled(rests, applies))
}

/** The column's own values in rows without a formula value; null: the formula covers every row with a value. */
function ownColumn(
  { name, type }: NumberColumn,
  values: Float64Array,
  applies: (row: number) => boolean,
  freeName: (name: string) => string,
): LearnedColumn | null {
  if (!values.some((value, i) => !Number.isNaN(value) && applies(i))) return null
  return columnOfNumbers(freeName(`${name}.own`), type, filled(values, applies))
}

/** In rows where a hidden column is not used, repeats the previous row's value, because a constant would be learned as if it meant something. */
export function filled(values: Float64Array, applies: (row: number) => boolean): Float64Array {
  let last = values.find((_, i) => applies(i)) ?? 0
  return values.map((value, i) => {
    if (applies(i)) last = value
    return last
  })
}
