import type { ColumnInput } from '../../model/expression/input.js'
import { columnsIn, type Formula } from '../../model/expression/formula.js'
import { dayMs } from '../../model/held.js'
import type { FieldType } from '../../record.js'
import type { LearnedColumn } from '../columns/plan.js'
import { codeLength } from './code-length.js'
import { columnOfNumbers, computedOf, numberColumn, numbersOf, partsIn } from './number-column.js'
import { restType, type PlannedRelation } from './planned-relation.js'

/** A column computed from the record's event time, outside the circuit: a formula, plus a hidden learned column unless the rest is always 0. */
export interface Follower {
  readonly column: LearnedColumn
  readonly formula: Formula
  readonly rest: LearnedColumn | null
}

/**
 * Splits off the relations that depend on an event time, directly or through each other, as formulas; the others stay relations.
 * `clocks`: the event times, with the table's values.
 */
export function followersOf(
  relations: readonly PlannedRelation[],
  clocks: readonly LearnedColumn[],
  learned: readonly LearnedColumn[],
  freeName: (name: string) => string,
): { followers: Follower[]; relations: PlannedRelation[] } {
  if (clocks.length === 0) return { followers: [], relations: [...relations] }
  const byName = new Map(relations.map((relation) => [relation.column.name, relation]))
  const isClock = (name: string): boolean => clocks.some((clock) => clock.name === name)
  const clockOf = (name: string, seen: readonly string[] = []): string | undefined => {
    if (isClock(name)) return name
    const relation = byName.get(name)
    if (relation === undefined || seen.includes(name)) return undefined
    for (const part of partsOf(relation)) {
      const clock = clockOf(part, [...seen, name])
      if (clock !== undefined) return clock
    }
    return undefined
  }
  const parts = partsIn([...learned, ...clocks])
  const followers: Follower[] = []
  const others: PlannedRelation[] = []
  for (const relation of relations) {
    const clock = clockOf(relation.column.name)
    if (clock === undefined) others.push(relation)
    else followers.push(follower(relation, clock, parts, freeName))
  }
  return { followers, relations: others }
}

/** The relation found, as a sentence. */
export function followerNote({ column, rest }: Follower, clocks: readonly LearnedColumn[]): string {
  const names = clocks.map(({ name }) => name).join(' and ')
  return `column ${column.name}: follows the event time ${names}${rest === null ? '' : ', at the distances that the table has'}`
}

function partsOf({ formula, between, atLeast, atMost }: PlannedRelation): string[] {
  return [...columnsIn(formula), ...(between ?? []).flatMap(columnsIn), ...atLeast, ...atMost]
}

function follower(
  { column, formula, by, rest, own, notSo, free, parts: hidden, between, atLeast, atMost }: PlannedRelation,
  clock: string,
  parts: (name: string) => ColumnInput,
  freeName: (name: string) => string,
): Follower {
  const { type } = column.learned
  const values = numbersOf(numberColumn(column))
  const from = (base: Formula): { whole: Formula; rests: Float64Array } => {
    const whole: Formula = type.kind === 'date' ? { op: 'date', of: [base] } : base
    const given = computedOf(whole, type, 'half', parts, values.length)
    return { whole, rests: values.map((value, row) => value - given[row]) }
  }
  const isPlain =
    by === 'sum' && [between, free, hidden].every((each) => each === undefined) && own === null && notSo === null
  const isTime = type.kind === 'date' || type.kind === 'timestamp'
  const ways = [
    ...(isPlain ? [from(formula)] : []),
    ...(isTime && (!isPlain || rest !== null) ? [from({ column: clock })] : []),
  ]
  const { whole, rests } = ways.sort(
    (a, b) => codeLength(a.rests, column.learned.grain) - codeLength(b.rests, column.learned.grain),
  )[0]
  // A formula that every row keeps needs no rest, whatever its rounding.
  const kept = rests.every((away) => away === 0) || (isPlain && rest === null)
  const learned = kept ? null : columnOfNumbers(freeName(`${column.name}.rest`), restType(type), rests)
  const sum: Formula = learned === null ? whole : { op: '+', of: [whole, scaled({ column: learned.name }, type)] }
  const least = atLeast.length === 0 ? sum : limit('max', sum, atLeast)
  return { column, formula: atMost.length === 0 ? least : limit('min', least, atMost), rest: learned }
}

function limit(op: 'max' | 'min', sum: Formula, names: readonly string[]): Formula {
  return { op, of: [sum, ...names.map((column): Formula => ({ column }))] }
}

function scaled(rest: Formula, type: FieldType): Formula {
  return type.kind === 'date' ? { op: '*', of: [rest, dayMs] } : rest
}
