/** Times that follow a duration which is learned itself, because other columns depend on it: a rate on the number of days. */
import { columnsIn, formulaText, type Formula } from '../../model/expression/formula.js'
import type { FormulaCandidate } from './candidate.js'
import type { ExactRelation } from './exact.js'
import { numbersOf, type NumberColumn } from './number-column.js'

/** A later time as an earlier one and a duration, up to what rounding left out. */
export interface PacedRelation extends FormulaCandidate {
  /** Contradicts the duration. */
  readonly forbidden: { readonly formula: Formula; readonly text: string }
}

/** The end of a duration as its begin and the duration; null: the formula is not one of two columns. */
export function pacedRelation(
  { column: duration, formula }: ExactRelation,
  named: ReadonlyMap<string, NumberColumn>,
): PacedRelation | null {
  const parts = partsOf(formula)
  const [only, ...others] = columnsIn(formula)
  if (others.length === 0) return datedRelation(duration, formula, named.get(only))
  const [to, from] = [parts?.to, parts?.from].map((name) => (name === undefined ? undefined : named.get(name)))
  if (parts === null || to === undefined || from === undefined || !to.isTime || !from.isTime) return null
  const count: Formula =
    parts.shift === 0 ? { column: duration.name } : { op: '-', of: [{ column: duration.name }, parts.shift] }
  const isTime = (name: string): boolean => named.get(name)?.isTime === true
  return {
    column: to,
    formula: { op: '+', of: [parts.begin, { op: '*', of: [count, parts.unit] }] },
    rounding: 'half',
    forbidden: {
      formula: { op: '!=', of: [{ column: duration.name }, formula] },
      text: `${duration.name} always ${formulaText(formula, isTime)}`,
    },
  }
}

/** How much wider the rest may be than a unit of the number, such as a year of age. */
const maxUnits = 2.2

/** The time that a number decides up to a unit, such as a date of birth by an age; null: the number is not one that rises or falls with the time. */
function datedRelation(y: NumberColumn, formula: Formula, x: NumberColumn | undefined): PacedRelation | null {
  if (x?.isTime !== true) return null
  const times = numbersOf(x).map((value) => value * x.unit)
  const values = numbersOf(y).map((value) => value * y.unit)
  const rows = [...times.keys()].filter((row) => !Number.isNaN(times[row] + values[row]))
  const ends = [Math.min, Math.max].map((end) =>
    rows.reduce((row, other) => (end(times[row], times[other]) === times[other] ? other : row), rows[0]),
  )
  const [low, high] = ends
  const unit = Math.round((times[high] - times[low]) / (values[high] - values[low]))
  if (!Number.isFinite(unit) || unit === 0) return null
  const rests = rows.map((row) => times[row] - unit * values[row])
  const [least, most] = rests.reduce(([a, b], rest) => [Math.min(a, rest), Math.max(b, rest)], [Infinity, -Infinity])
  if (most - least > maxUnits * Math.abs(unit)) return null
  const scaled: Formula = { op: '*', of: [{ column: y.name }, unit] }
  return {
    column: x,
    formula: { op: '+', of: [scaled, Math.round(least)] },
    rounding: 'half',
    forbidden: {
      formula: { op: '!=', of: [{ column: y.name }, formula] },
      text: `${y.name} always ${formulaText(formula, (name) => name === x.name)}`,
    },
  }
}

interface DurationParts {
  readonly from: string
  readonly to: string
  readonly begin: Formula
  /** Milliseconds. */
  readonly unit: number
  /** What is added to the rounded duration. */
  readonly shift: number
}

/** Takes a formula of a duration apart, from the outside: a minimum, an offset, a step and its rounding, and the unit. */
function partsOf(formula: Formula): DurationParts | null {
  let [inner, shift, step, unit] = [formula, 0, 1, 1]
  const operand = (ops: readonly string[]): readonly [string, Formula, number] | null => {
    if (typeof inner !== 'object' || inner === null || !('op' in inner) || !ops.includes(inner.op)) return null
    const [first, second = 0] = inner.of
    return typeof second === 'number' ? [inner.op, first, second] : null
  }
  const least = operand(['max'])
  if (least !== null) inner = least[1]
  const offset = operand(['+', '-'])
  if (offset !== null) [inner, shift] = [offset[1], offset[0] === '+' ? offset[2] : -offset[2]]
  const steps = operand(['*'])
  if (steps !== null) [inner, step] = [steps[1], steps[2]]
  const rounded = operand(['ceil', 'floor', 'round'])
  if (rounded !== null) inner = rounded[1]
  const units = operand(['/'])
  if (units !== null) [inner, unit] = [units[1], units[2]]
  if (typeof inner !== 'object' || inner === null || !('op' in inner) || inner.op !== '-') return null
  const [end, begin] = inner.of
  const [to, from] = [columnOf(end), columnOf(begin)]
  return to === null || from === null ? null : { from, to, begin, unit: unit / step, shift }
}

/** The column that is a time, or whose day it is. */
function columnOf(formula: Formula): string | null {
  if (typeof formula !== 'object' || formula === null) return null
  if ('column' in formula) return formula.column
  return 'op' in formula && formula.op === 'date' ? columnOf(formula.of[0]) : null
}
