import { GenesisError } from '../../errors.js'
import type { FieldType } from '../../record.js'
import type { ColumnInput } from '../../model/expression/input.js'
import { columnsIn, roundings, type Formula, type Rounding } from '../../model/expression/formula.js'
import { grainOf } from '../columns/learned.js'
import type { LearnedColumn } from '../columns/plan.js'
import { formulaIn, keptRows, toleranceOf, type FormulaCandidate, type Named } from './candidate.js'
import { calendarOf } from './calendar.js'
import { chooseExact, spanOf } from './choose-exact.js'
import { codeLength } from './code-length.js'
import { exactRelations } from './exact.js'
import { nearRelations } from './near.js'
import { columnOfNumbers, computedOf, numberColumn, numbersOf, partsIn, type NumberColumn } from './number-column.js'
import { findOrders, type Order } from './order.js'
import { ratioRests } from './rests.js'
import type { StatedRelations } from './stated.js'
import { Uses } from './uses.js'

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
  /** The hidden column that the formula reads, if the column is only its own values within limits. */
  readonly free?: LearnedColumn
  readonly bounds: readonly [number, number] | null
  readonly atLeast: readonly string[]
  readonly atMost: readonly string[]
  /** Whether it is stated in a columns file. Then every record satisfies it, even if the table's rows do not. */
  readonly stated?: true
  /** The calendar that the column lies on, if the formula only counts its positions. */
  readonly calendar?: string
  /** Number of rows with all values, and of those that satisfy the formula; null: every row has a rest. */
  readonly kept: { readonly rows: number; readonly kept: number } | null
}

export interface RelationOptions {
  /** Whether a column must be learned itself, because it determines others or is determined by another. */
  readonly isFixed: (name: string) => boolean
  /** Whether every value of a column is its own symbol, so that values always stay on a calendar. */
  readonly isExact: (name: string) => boolean
  readonly stated: StatedRelations
  /** Whether to search for relations; if not, only stated ones apply. */
  readonly search: boolean
  /** Returns a similar name that no column has yet. */
  readonly freeName: (name: string) => string
}

/** Finds the relations between columns, and plans how to compute them. Stated relations come first. */
export function planRelations(learned: readonly LearnedColumn[], options: RelationOptions): PlannedRelation[] {
  const { isFixed, isExact, freeName, stated, search } = options
  const numeric = learned.filter(isNumber).map(numberColumn)
  const named: Named = new Map(numeric.map((column) => [column.name, column]))
  const uses = new Uses()
  const made = new Map<string, PlannedRelation>()
  const parts = partsIn(learned)
  for (const { column, formula } of stated.equals) {
    uses.add(column, columnsIn(formula))
    made.set(column, asStated(named.get(column)!, formula, parts, freeName))
  }
  const statedOrders = stated.orders.map(({ low, high }) => ({ low: named.get(low)!, high: named.get(high)! }))
  const ordersOnly = { named, uses, isFixed: () => false, freeName, onSkipped: noRoom }
  if (!search) return limited(made, statedOrders, ordersOnly)
  const free = numeric.filter(({ name }) => !stated.untied.has(name))
  const isGiven = (name: string): boolean => isFixed(name) || made.has(name)
  const exact = chooseExact(exactRelations(free, named), named, uses, isGiven)
  const copies = new Set(
    exact.filter(({ formula }) => columnsIn(formula).length === 1).map(({ column }) => column.name),
  )
  const rest = free.filter(({ name }) => !copies.has(name))
  const orders = [...statedOrders, ...findOrders(rest).filter((order) => !isStated(order, statedOrders))]
  // Adding a rest would move values off their calendar.
  const isOnCalendar = (column: NumberColumn): boolean => !isExact(column.name) && calendarOf(column) !== null
  const near = nearRelations(
    rest,
    new Set(
      rest
        .filter((column) => isGiven(column.name) || uses.isMade(column.name) || isOnCalendar(column))
        .map(({ name }) => name),
    ),
    orders,
    named,
    uses,
  )
  for (const relation of exact) made.set(relation.column.name, exactly(relation, named, freeName))
  for (const { column, formula, by, between, trend } of near) {
    const relation = nearly({ column, formula, rounding: 'half' }, by, between, named, freeName)
    made.set(column.name, trend === undefined ? relation : { ...relation, trend })
  }
  const isWhole = (name: string): boolean => isFixed(name) || isOnCalendar(named.get(name)!)
  const limits = limited(made, statedOrders, ordersOnly)
  const all = limited(new Map(limits.map((each) => [each.column.name, each])), orders.slice(statedOrders.length), {
    ...{ named, uses, isFixed: isWhole, freeName },
  })
  return [...all, ...calendars(free, new Set(all.map(({ column }) => column.name)), options)]
}

function noRoom({ low, high }: Order): never {
  throw new GenesisError('CONFIG_INVALID', 'an order that other relations rule out', {
    place: `columns.${high.name}`,
    found: `${high.name} after ${low.name}, and the columns that both are computed from`,
    remedy: `Set relations: off on ${high.name} or ${low.name}`,
  })
}

function isStated({ low, high }: Order, stated: readonly Order[]): boolean {
  return stated.some((order) => order.low === low && order.high === high)
}

function isNumber({ learned: { type } }: LearnedColumn): boolean {
  return type.kind !== 'string' && type.kind !== 'uuid' && type.kind !== 'boolean'
}

/** Plans a stated equality, which every record satisfies. It is rounded as in the rows that satisfy it, and missing as in the table. */
function asStated(
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
function exactly(candidate: FormulaCandidate, named: Named, freeName: (name: string) => string): PlannedRelation {
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

function nearly(
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
    ...{ column: column.column, formula, rounding, by, bounds: spanOf(column), atLeast: [], atMost: [], kept: null },
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

function beyond(values: Float64Array, low: Float64Array): Float64Array {
  return values.map((value, i) => value - low[i])
}

/** The type of a rest: for times, a number of days or milliseconds. */
function restType(type: FieldType): FieldType {
  return type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'time' ? { kind: 'integer' } : type
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
function filled(values: Float64Array, applies: (row: number) => boolean): Float64Array {
  let last = values.find((_, i) => applies(i)) ?? 0
  return values.map((value, i) => {
    if (applies(i)) last = value
    return last
  })
}

interface LimitOptions {
  readonly named: Named
  readonly uses: Uses
  readonly isFixed: (name: string) => boolean
  readonly freeName: (name: string) => string
  /** Called for an order that exact relations rule out. */
  readonly onSkipped?: (order: Order) => void
}

/** Adds the orders that every row satisfies, as limits on computed columns. A column tied only by an order is computed from its own values. */
function limited(
  made: Map<string, PlannedRelation>,
  orders: readonly Order[],
  { named, uses, isFixed, freeName, onSkipped }: LimitOptions,
): PlannedRelation[] {
  const isExact = (name: string): boolean => made.get(name)?.kept != null
  for (const { low, high } of orders) {
    const follows = [low, high].some(
      ({ name }) => isExact(name) && uses.needs(name, name === low.name ? high.name : low.name),
    )
    if (follows) {
      onSkipped?.({ low, high })
      continue
    }
    const limitedSide = ([side, other]: readonly [NumberColumn, NumberColumn]): boolean =>
      !isExact(side.name) && !isFixed(side.name) && !uses.needs(other.name, side.name)
    const madeFirst = [[high, low] as const, [low, high] as const].sort(
      ([a], [b]) => Number(made.has(b.name)) - Number(made.has(a.name)),
    )
    const pair = madeFirst.find(limitedSide)
    if (pair === undefined) {
      onSkipped?.({ low, high })
      continue
    }
    const [side, other] = pair
    const known = made.get(side.name) ?? asItIs(side, freeName)
    const key = side === high ? 'atLeast' : 'atMost'
    made.set(side.name, { ...known, [key]: [...known[key], other.name] })
    uses.add(side.name, [other.name])
  }
  return [...made.values()].filter(({ column }) => named.has(column.name))
}

function asItIs(column: NumberColumn, freeName: (name: string) => string): PlannedRelation {
  const { type, name } = column
  const free = columnOfNumbers(freeName(`${name}.free`), type, numbersOf(column))
  return {
    ...{ column: column.column, formula: { column: free.name }, rounding: 'half' as const, by: 'sum' as const },
    ...{ rest: null, notSo: null, own: null, bounds: spanOf(column), atLeast: [], atMost: [], kept: null },
    free,
  }
}

/** Plans the columns on a calendar that are not yet computed from others. */
function calendars(
  columns: readonly NumberColumn[],
  made: ReadonlySet<string>,
  { isFixed, isExact, freeName }: RelationOptions,
): PlannedRelation[] {
  return columns.flatMap((column) => {
    const { name } = column
    if (made.has(name) || isFixed(name) || isExact(name)) return []
    const found = calendarOf(column)
    if (found === null) return []
    const free = columnOfNumbers(
      freeName(`${name}.place`),
      { kind: 'integer' },
      numbersOf({ ...column, held: found.places }),
    )
    return [
      {
        ...{ column: column.column, formula: found.formula(free.name), rounding: 'half' as const, by: 'sum' as const },
        ...{ rest: null, notSo: null, own: null, bounds: spanOf(column), atLeast: [], atMost: [], kept: null },
        ...{ free, calendar: found.text },
      },
    ]
  })
}
