import { GenesisError } from '../../errors.js'
import { columnsIn, durationText, type Formula } from '../../model/expression/formula.js'
import { dayMs } from '../../model/held.js'
import type { LearnedColumn } from '../columns/plan.js'
import { formulaIn, type FormulaCandidate, type Named } from './candidate.js'
import { calendarOf } from './calendar.js'
import { chooseExact, spanOf } from './choose-exact.js'
import { closedHours } from './days.js'
import { exactRelations, type ExactRelation } from './exact.js'
import { nearRelations } from './near.js'
import { columnOfNumbers, numberColumn, numbersOf, partsIn, type NumberColumn } from './number-column.js'
import { findOrders, type Order } from './order.js'
import { pacedRelation } from './paced.js'
import {
  dayRelation,
  exactRelation,
  nearRelation,
  ownRelation,
  statedRelation,
  type Forbidden,
  type PlannedRelation,
} from './planned-relation.js'
import type { StatedRelations } from './stated.js'
import { Uses } from './uses.js'
import { closedWeekdays, weekdayRelation } from './weekdays.js'

export interface RelationOptions {
  /** Whether a column must be learned itself, because it determines others or is determined by another, or is an event time. */
  readonly isFixed: (name: string) => boolean
  /** The columns that determine each other, directly or through others, in groups. */
  readonly groups: readonly ReadonlySet<string>[]
  /** Whether every value of a column is its own symbol, so that values always stay on a calendar. */
  readonly isExact: (name: string) => boolean
  /** Whether there are event times. What follows them cannot be redrawn, so that its orders must hold as it is. */
  readonly hasClocks: boolean
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
    made.set(column, statedRelation(named.get(column)!, formula, parts, freeName))
  }
  const statedOrders = stated.orders.map(({ low, high }) => ({ low: named.get(low)!, high: named.get(high)! }))
  const ordersOnly = { named, uses, isFixed: () => false, freeName, onSkipped: noRoom }
  if (!search) return limited(made, statedOrders, ordersOnly)
  const free = numeric.filter(({ name }) => !stated.untied.has(name))
  const found = exactRelations(free, named)
  const released = durationGroups(found, options.groups)
  const isGiven = (name: string): boolean => (isFixed(name) && !released.has(name)) || made.has(name)
  const exact = chooseExact(found, named, uses, isGiven)
  const copies = new Set(
    exact.filter(({ formula }) => columnsIn(formula).length === 1).map(({ column }) => column.name),
  )
  const rest = free.filter(({ name }) => !copies.has(name))
  const orders = [...statedOrders, ...findOrders(rest).filter((order) => !isStated(order, statedOrders))]
  const paced = found
    .filter(
      ({ column, isDuration, share }) => isDuration && share === 1 && isGiven(column.name) && !made.has(column.name),
    )
    .flatMap((relation) => pacedRelation(relation, named) ?? [])
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
    { hasClocks: options.hasClocks, paced },
  )
  for (const relation of exact) made.set(relation.column.name, exactRelation(relation, named, freeName))
  for (const { column, formula, by, between, trend, byDays, forbidden } of near) {
    const candidate = { column, formula, rounding: 'half' as const }
    const planned = byDays
      ? dayRelation(candidate, named, freeName)
      : nearRelation(candidate, by, between, named, freeName)
    const within = options.hasClocks ? planned : withHours(planned, candidate, named)
    const relation =
      forbidden === undefined ? within : { ...within, forbidden: [...(within.forbidden ?? []), forbidden] }
    made.set(column.name, trend === undefined ? relation : { ...relation, trend })
  }
  const isWhole = (name: string): boolean => isFixed(name) || isOnCalendar(named.get(name)!)
  const limits = limited(made, statedOrders, ordersOnly)
  const all = limited(new Map(limits.map((each) => [each.column.name, each])), orders.slice(statedOrders.length), {
    ...{ named, uses, isFixed: isWhole, freeName },
  })
  return [...all, ...calendars(free, new Set(all.map(({ column }) => column.name)), options)]
}

/**
 * The columns of groups in which each is computed from times in every row, or from another one that is. Then nothing is lost if none of them is
 * learned.
 */
function durationGroups(found: readonly ExactRelation[], groups: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  const exact = found.filter(({ share }) => share === 1)
  const durations = new Set(exact.filter(({ isDuration }) => isDuration).map(({ column }) => column.name))
  const isComputed = (name: string): boolean =>
    durations.has(name) ||
    exact.some(({ column, formula }) => column.name === name && columnsIn(formula).every((part) => durations.has(part)))
  return new Set(groups.filter((group) => [...group].every(isComputed)).flatMap((group) => [...group]))
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
    // Moving a value to a bound would break what else records must satisfy.
    const redrawn = [high, low].find(({ name }) => (made.get(name)?.parts ?? made.get(name)?.forbidden) !== undefined)
    if (redrawn !== undefined) {
      const known = made.get(redrawn.name)!
      made.set(redrawn.name, { ...known, forbidden: [...(known.forbidden ?? []), ...outOfOrder(low, high, known)] })
      continue
    }
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
    const known = made.get(side.name) ?? ownRelation(side, freeName)
    const key = side === high ? 'atLeast' : 'atMost'
    made.set(side.name, { ...known, [key]: [...known[key], other.name] })
    uses.add(side.name, [other.name])
  }
  return [...made.values()].filter(({ column }) => named.has(column.name))
}

/** Adds that a time must not fall into hours of the day, or on weekdays, that the column never has. */
function withHours(relation: PlannedRelation, candidate: FormulaCandidate, named: Named): PlannedRelation {
  const { column } = candidate
  if (!column.isTime || relation.by === 'ratio') return relation
  const isSum = column.type.kind === 'timestamp' && relation.parts === undefined
  const hours = isSum ? closedHours(column.name, numbersOf(column), formulaIn(candidate, named)) : null
  const closed = [hours, closedWeekdays(column)].filter((each) => each !== null)
  return closed.length === 0 ? relation : { ...relation, forbidden: closed }
}

/** The condition that two times are in the wrong order, or nearer than in any row; none if their days alone rule that out. */
function outOfOrder(low: NumberColumn, high: NumberColumn, { base }: PlannedRelation): Forbidden[] {
  const from = numbersOf(low).map((value) => value * low.unit)
  const to = numbersOf(high).map((value) => value * high.unit)
  let [least, leastDays] = [Infinity, Infinity]
  to.forEach((value, row) => {
    if (Number.isNaN(value - from[row])) return
    least = Math.min(least, value - from[row])
    leastDays = Math.min(leastDays, Math.floor(value / dayMs) - Math.floor(from[row] / dayMs))
  })
  const isBase = columnsIn(base ?? null).some((name) => name === low.name || name === high.name)
  if (isBase && leastDays > 0) return []
  const [after, before]: Formula[] = [{ column: high.name }, { column: low.name }]
  if (!(least > 0 && least < Infinity))
    return [{ formula: { op: '<', of: [after, before] }, text: `${high.name} never before ${low.name}` }]
  return [
    {
      formula: { op: '<', of: [{ op: '-', of: [after, before] }, least] },
      text: `${high.name} always ${durationText(least)} or more after ${low.name}`,
    },
  ]
}

/** Plans the columns on a calendar that are not yet computed from others. */
function calendars(
  columns: readonly NumberColumn[],
  made: ReadonlySet<string>,
  { isFixed, isExact, freeName }: RelationOptions,
): PlannedRelation[] {
  return columns.flatMap((column): PlannedRelation | PlannedRelation[] => {
    const { name } = column
    if (made.has(name) || isFixed(name) || isExact(name)) return []
    const found = calendarOf(column)
    if (found === null) return weekdayRelation(column, freeName) ?? []
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
