/** Times that follow another one by a number of days, and have a time of day of their own. */
import type { Formula } from '../../model/expression/formula.js'
import { dayMs } from '../../model/held.js'
import type { Forbidden } from './planned-relation.js'
import { codeLength, levelsOf, sharedBits } from './code-length.js'

/** Columns that span fewer days have narrow enough rests. */
const minDays = 3
/** Parts of a day that a column may never use, such as the night: an hour each. */
const partMs = 3_600_000
/** If more of the sums of any base and any rest are in such hours, … */
const maxStray = 0.01
/** … this many bits per row are paid to avoid them. */
const strayCost = 1
/** Maximum share of rows that may have to be redrawn because they would end before they begin: each is made again. */
const maxBroken = 0.15

/** The days from a base to times, and these times of day. NaN: missing. */
export function daysAndTimes(values: Float64Array, base: Float64Array): { days: Float64Array; times: Float64Array } {
  return { days: values.map((value, i) => dayOf(value) - dayOf(base[i])), times: timesOfDay(values) }
}

/**
 * The bits per row that days and times of day save, compared with a difference in milliseconds; null: the column spans only a few days. With a difference,
 * times of day are those of the base plus something, so that shops close at any hour.
 */
export function savedByDays(values: Float64Array, base: Float64Array, grain: number): number | null {
  const all = values.filter((value) => !Number.isNaN(value))
  const [low, high] = all.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity])
  if (!(dayOf(high) - dayOf(low) >= minDays)) return null
  const { days, times } = daysAndTimes(values, base)
  const rests = values.map((value, i) => value - base[i])
  if (brokenShare(days, times, base, rests) > maxBroken) return null
  const [start, ownDays, ownTimes, ownRests] = [timesOfDay(base), days, times, rests].map(levelsOf)
  const asRest = codeLength(rests, grain) - sharedBits(start, ownRests)
  const asDays =
    codeLength(days, 1) +
    codeLength(times, grain) -
    Math.max(sharedBits(ownDays, ownTimes), sharedBits(start, ownTimes))
  const used = new Set(Array.from(times, (time) => Math.floor(time / partMs)))
  const isStraying = strayShare(base, rests, (time) => !used.has(Math.floor(time / partMs))) > maxStray
  return asRest - asDays + (isStraying ? strayCost : 0)
}

/** The share of rows that an order would have to be redrawn for if times of day did not depend on the rest; 0 without an order. */
function brokenShare(days: Float64Array, times: Float64Array, base: Float64Array, rests: Float64Array): number {
  const sign = rests.every((rest) => !(rest < 0)) ? 1 : rests.every((rest) => !(rest > 0)) ? -1 : 0
  const shift = Math.floor(rests.length * 0.382) + 1
  let all = 0
  let broken = 0
  days.forEach((count, i) => {
    const rest = (dayOf(base[i]) + count) * dayMs + times[(i + shift) % times.length] - base[i]
    if (Number.isNaN(rest)) return
    all++
    if (sign * rest < 0) broken++
  })
  return all === 0 ? 0 : broken / all
}

/** The share of sums of bases and rests of different rows whose time of day `isStray`. */
function strayShare(base: Float64Array, rests: Float64Array, isStray: (time: number) => boolean): number {
  const shift = Math.floor(rests.length * 0.382) + 1
  let all = 0
  let strays = 0
  base.forEach((value, i) => {
    const sum = value + rests[(i + shift) % rests.length]
    if (Number.isNaN(sum)) return
    all++
    if (isStray(sum - dayOf(sum) * dayMs)) strays++
  })
  return all === 0 ? 0 : strays / all
}

export function timesOfDay(values: Float64Array): Float64Array {
  return values.map((value) => value - dayOf(value) * dayMs)
}

function dayOf(ms: number): number {
  return Math.floor(ms / dayMs)
}

/** Fewer rows prove nothing about hours without any. */
const minRows = 200
/** Shortest time without any row that is taken for closing hours. */
const minClosedMs = 2 * partMs
/** Share of the sums that may fall into these before it matters. */
const maxClosed = 0.002

/** The condition that a time is in the longest part of the day in which no row is; null: there is none, or its sums never are. */
export function closedHours(name: string, values: Float64Array, base: Float64Array): Forbidden | null {
  const times = timesOfDay(values)
  const known = times.filter((time) => !Number.isNaN(time)).sort()
  if (known.length < minRows) return null
  // From the last time of a day to the first of the next, unless a longer gap is within the day.
  let [open, close] = [known[0], known[known.length - 1]]
  let gap = dayMs - close + open
  for (let i = 1; i < known.length; i++) {
    if (known[i] - known[i - 1] <= gap) continue
    gap = known[i] - known[i - 1]
    ;[open, close] = [known[i], known[i - 1]]
  }
  if (gap < minClosedMs) return null
  const isClosed = (each: number): boolean =>
    open <= close ? each < open || each > close : each < open && each > close
  const rests = values.map((value, i) => value - base[i])
  if (strayShare(base, rests, isClosed) < maxClosed) return null
  const time: Formula = { op: '%', of: [{ column: name }, dayMs] }
  const isEarly: Formula = { op: '<', of: [time, open] }
  const isLate: Formula = { op: '>', of: [time, close] }
  const shown = (ms: number): string => new Date(ms).toISOString().slice(11, 16)
  return {
    formula: { op: open <= close ? 'or' : 'and', of: [isEarly, isLate] },
    text: `from ${shown(open)} to ${shown(close)} only`,
  }
}
