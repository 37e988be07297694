import { dayMs } from '../held.js'
import { nothing, union, type Interval, type Intervals } from './intervals.js'

/** The timestamps whose day is in `days` and whose time of day is in `times`. */
export interface DayTimes {
  /** Intervals of whole days since 1970. */
  readonly days: Intervals
  /** Intervals of whole milliseconds since midnight. */
  readonly times: Intervals
}

const wholeDay: Interval = [0, dayMs]

/**
 * A set of timestamps as mutually exclusive conjunctions: t < (d, m) becomes day < d, or day = d and time < m. Days with the same times
 * are merged.
 */
export function dayTimesOf(region: Intervals): DayTimes[] {
  let whole: Intervals = nothing
  const cut = new Map<number, Intervals>()
  for (const [from, to] of region) {
    // Times are whole milliseconds, so fractions of the bounds do not matter.
    const low = Math.ceil(from)
    const high = Math.ceil(to)
    const first = Math.ceil(low / dayMs)
    const last = Math.floor(high / dayMs)
    if (first < last) whole = union(whole, [[first, last]])
    for (const day of new Set([first - 1, last])) {
      if (!Number.isFinite(day)) continue
      const start = Math.max(0, low - day * dayMs)
      const end = Math.min(dayMs, high - day * dayMs)
      if (start < end && (start > 0 || end < dayMs)) cut.set(day, union(cut.get(day) ?? nothing, [[start, end]]))
    }
  }
  const alike = new Map<string, { days: Interval[]; times: Intervals }>()
  for (const [day, times] of cut) {
    const key = times.join(' ')
    const known = alike.get(key)
    if (known === undefined) alike.set(key, { days: [[day, day + 1]], times })
    else known.days.push([day, day + 1])
  }
  const parts = [...alike.values()].map(({ days, times }): DayTimes => ({ days: union(days), times }))
  return whole.length === 0 ? parts : [{ days: whole, times: [wholeDay] }, ...parts]
}
