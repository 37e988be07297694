/**
 * The distribution of lives, as tables. Every batch has the same number of entities, and a number of events that is known beforehand, so
 * any position can be found by arithmetic. The lengths of its lives are drawn one by one, given their sum:
 * P(n | m lives left, r events left) = p(n) · sums[m − 1][r − n] ÷ sums[m][r]. The event counts of the batches in a cycle are the
 * quantiles of their distribution, so that over a cycle lives have the declared odds.
 */
import type { LifeState, LivesSpec, WaitingTime } from './lives.js'

/** Maximum number of entities in a batch. */
const maxEntities = 256
/** Approximate number of events in a batch. */
const targetEvents = 1024
/** Maximum number of events in a batch. */
export const maxBatchEvents = 4095
/** Batches in a cycle, after which event counts repeat: 2 to this power. */
const cycleBits = 12
const cycle = 1 << cycleBits
/** Lives are cut off at the longest length whose probability is at least this. */
const minShare = 1e-9

export interface LifeLaw {
  /** Number of entities in a batch. */
  readonly entities: number
  /** By batch of a cycle: number of events in the lives of its entities. */
  readonly totals: Int32Array
  /** By batch of a cycle: number of events before it; the last entry is that of the entire cycle. */
  readonly before: Float64Array
  /** Maximum number of events in a batch. */
  readonly maxEvents: number
  /** Maximum number of events in a life. */
  readonly maxLength: number
  /** lengths[n]: the probability that a life has n events. */
  readonly lengths: Float64Array
  /** sums[m · width + r]: the probability that m lives have r events in total. */
  readonly sums: Float64Array
  readonly width: number
  /** ends[s · (maxLength + 1) + n]: the probability that a life in state s has n more events, including that of s. */
  readonly ends: Float64Array
  readonly states: readonly StateLaw[]
}

interface StateLaw {
  readonly to: Int32Array
  readonly odds: Float64Array
  /** By transition: what its waiting time is the sum of. */
  readonly waits: readonly (readonly WaitLaw[])[]
}

/** Walker's alias table over ranges. */
export interface WaitLaw {
  readonly low: Float64Array
  readonly span: Float64Array
  readonly keep: Float64Array
  readonly alias: Int32Array
}

const laws = new WeakMap<LivesSpec, LifeLaw>()

/** The tables of a specification, computed once. */
export function lifeLaw(spec: LivesSpec): LifeLaw {
  const known = laws.get(spec) ?? makeLaw(spec)
  laws.set(spec, known)
  return known
}

/** The share of lives with n events, for n from 0 to `max`. Longer lives are left out. */
export function lengthShares({ states, first }: Pick<LivesSpec, 'states' | 'first'>, max: number): Float64Array {
  const ends = endTable(states, max)
  return ends.slice(first * (max + 1), (first + 1) * (max + 1))
}

function makeLaw({ states, first, maxEvents }: LivesSpec): LifeLaw {
  const all = lengthShares({ states, first }, maxEvents)
  let maxLength = maxEvents
  while (all[maxLength] < minShare) maxLength--
  const total = all.subarray(0, maxLength + 1).reduce((sum, share) => sum + share, 0)
  const lengths = all.slice(0, maxLength + 1).map((share) => share / total)
  const moment = (power: number): number => lengths.reduce((sum, share, n) => sum + share * n ** power, 0)
  const mean = moment(1)
  const entities = Math.max(1, Math.min(maxEntities, Math.floor(targetEvents / mean)))
  const deviation = Math.sqrt(Math.max(0, entities * (moment(2) - mean * mean)))
  const maxSum = Math.min(
    entities * maxLength,
    Math.ceil(entities * mean + 6 * deviation) + 2 * maxLength,
    maxBatchEvents,
  )
  const sums = sumTable(lengths, entities, maxSum)
  const totals = totalsOf(sums.subarray(entities * (maxSum + 1)))
  const before = new Float64Array(cycle + 1)
  totals.forEach((total, batch) => (before[batch + 1] = before[batch] + total))
  return {
    ...{ entities, totals, before, maxLength, lengths, sums },
    width: maxSum + 1,
    maxEvents: totals.reduce((a, b) => Math.max(a, b)),
    ends: endTable(states, maxLength),
    states: states.map(({ next }) => ({
      to: Int32Array.from(next, ({ to }) => to),
      odds: Float64Array.from(next, ({ odds }) => odds),
      waits: next.map(({ wait, more = [] }) => [wait, ...more].map(waitLaw)),
    })),
  }
}

function endTable(states: readonly LifeState[], max: number): Float64Array {
  const width = max + 1
  const table = new Float64Array(states.length * width)
  for (let n = 1; n <= max; n++)
    states.forEach(({ ends, next }, state) => {
      let share = n === 1 ? ends : 0
      if (n > 1) for (const { to, odds } of next) share += odds * table[to * width + n - 1]
      table[state * width + n] = share
    })
  return table
}

/** The quantiles of a batch's event count, spread evenly over the cycle: batch b has the quantile given by its reversed bits. */
function totalsOf(shares: Float64Array): Int32Array {
  const all = shares.reduce((sum, share) => sum + share, 0)
  const sorted = new Int32Array(cycle)
  let [events, below] = [0, shares[0]]
  for (let rank = 0; rank < cycle; rank++) {
    while (below < ((rank + 0.5) / cycle) * all && events + 1 < shares.length) below += shares[++events]
    sorted[rank] = events
  }
  return sorted.map((_, batch) => sorted[reversed(batch)])
}

function reversed(batch: number): number {
  let bits = 0
  for (let bit = 0; bit < cycleBits; bit++) bits |= ((batch >> bit) & 1) << (cycleBits - 1 - bit)
  return bits
}

/** Number of events in a batch. */
export function eventsOf({ totals }: LifeLaw, batch: number): number {
  return totals[batch % cycle]
}

/** Number of events before a batch. */
export function eventsBefore({ before }: LifeLaw, batch: number): number {
  return Math.floor(batch / cycle) * before[cycle] + before[batch % cycle]
}

/** The batch that an event belongs to; events are counted from 0 over all batches. */
export function batchOf({ before }: LifeLaw, event: number): number {
  const round = Math.floor(event / before[cycle])
  const rest = event - round * before[cycle]
  let [low, high] = [0, cycle - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (before[middle] <= rest) low = middle
    else high = middle - 1
  }
  return round * cycle + low
}

function sumTable(lengths: Float64Array, entities: number, maxEvents: number): Float64Array {
  const width = maxEvents + 1
  const table = new Float64Array((entities + 1) * width)
  const possible = Int32Array.from(lengths.keys()).filter((n) => lengths[n] > 0)
  table[0] = 1
  for (let m = 1; m <= entities; m++) {
    const row = m * width
    const before = row - width
    // One length at a time, for sequential memory access.
    for (const n of possible) {
      const share = lengths[n]
      for (let r = n + m - 1; r <= maxEvents; r++) table[row + r] += share * table[before + r - n]
    }
  }
  return table
}

/** Vose, "A linear algorithm for generating random numbers with a given distribution" (1991). */
function waitLaw({ ranges, weights }: WaitingTime): WaitLaw {
  const size = ranges.length
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const keep = Float64Array.from(weights, (weight) => (weight * size) / total)
  const alias = Int32Array.from(ranges, (_, index) => index)
  const small: number[] = []
  const large: number[] = []
  keep.forEach((share, index) => (share < 1 ? small : large).push(index))
  while (small.length > 0 && large.length > 0) {
    const less = small.pop()!
    const more = large[large.length - 1]
    alias[less] = more
    keep[more] -= 1 - keep[less]
    if (keep[more] < 1) small.push(large.pop()!)
  }
  for (const rest of [...small, ...large]) keep[rest] = 1
  return {
    low: Float64Array.from(ranges, ([low]) => low),
    span: Float64Array.from(ranges, ([low, high]) => high - low + 1),
    ...{ keep, alias },
  }
}
