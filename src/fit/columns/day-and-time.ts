import { dayMs } from '../../model/held.js'
import { grainOf } from './learned.js'
import type { LearnedColumn } from './plan.js'

/** A timestamp learned as two columns, so that it keeps its time of day even if its bins are wider than a day. */
export interface ComposedColumn {
  readonly column: LearnedColumn
  /** Days since 1970. */
  readonly day: LearnedColumn
  /** Milliseconds since midnight, UTC. */
  readonly time: LearnedColumn
}

/** Columns that span fewer days have narrow enough bins without being split. */
const minDays = 3

/**
 * Splits a column of timestamps into day and time of day; null if it is not one, spans only a few days or always has the same time.
 * `taken`: the names of all columns, to which those of the parts are added.
 */
export function dayAndTime(column: LearnedColumn, taken: Set<string>): ComposedColumn | null {
  const { held, type } = column.learned
  if (type.kind !== 'timestamp') return null
  const days = held.map((value) => (typeof value === 'number' ? Math.floor(value / dayMs) : null))
  const times = held.map((value, code) => (typeof value === 'number' ? value - days[code]! * dayMs : null))
  const [firstDay, lastDay] = span(days)
  const [firstTime, lastTime] = span(times)
  if (lastDay - firstDay < minDays || firstTime === lastTime) return null
  const part = (suffix: string, kind: 'date' | 'integer', values: (number | null)[]): LearnedColumn => ({
    ...column,
    name: freeName(`${column.name}.${suffix}`, taken),
    hidden: true,
    learned: { kind, type: { kind }, held: values, grain: grainOf(values), detail: null, notes: [] },
  })
  return { column, day: part('day', 'date', days), time: part('time', 'integer', times) }
}

function span(values: readonly (number | null)[]): [low: number, high: number] {
  let low = Infinity
  let high = -Infinity
  for (const value of values) {
    if (value === null) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}

/** The name, or a similar one if it is taken; adds it to `taken`. */
export function freeName(name: string, taken: Set<string>): string {
  let free = name
  while (taken.has(free)) free += '_'
  taken.add(free)
  return free
}
