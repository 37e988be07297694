/**
 * The law of lives as tables. A batch has a fixed number of entities, and batch b a number of events that is known beforehand, so that any
 * position is found by arithmetic: lengths of lives are drawn one after the other, given that together they are that many, by
 * P(n | m lives left, r events left) = p(n) · sums[m − 1][r − n] ÷ sums[m][r]. The numbers of events of a cycle of batches are the
 * quantiles of their own distribution; over a cycle, lives so have the odds they are declared to have.
 */
import type { LifeState, LivesSpec, WaitingTime } from './lives.js'

/** Entities of a batch at most, and events about. */
const maxEntities = 256
const eventsAimed = 1024
/** No batch has more events. */
export const maxBatchEvents = 4095
/** Batches after which the numbers of events come again, a power of two. */
const cycleBits = 12
const cycle = 1 << cycleBits
/** Lives of this length and more are so rare that none is drawn. */
const leastShare = 1e-9

export interface LifeLaw {
  /** Entities of a batch. */
  readonly entities: number
  /** Events of the batches of a cycle: those of all their entities' whole lives. */
  readonly totals: Int32Array
  /** Events before each batch of a cycle, and in all of it. */
  readonly before: Float64Array
  /** The most events of a batch. */
  readonly maxEvents: number
  /** The most events of a life. */
  readonly maxLength: number
  /** lengths[n]: the probability of a life of n events. */
  readonly lengths: Float64Array
  /** sums[m · width + r]: the probability that m lives have r events together. */
  readonly sums: Float64Array
  readonly width: number
  /** ends[s · (maxLength + 1) + n]: the probability that a life in state s has n more events, the one in s counted. */
  readonly ends: Float64Array
  readonly states: readonly StateLaw[]
}

interface StateLaw {
  readonly to: Int32Array
  readonly odds: Float64Array
  readonly waits: readonly WaitLaw[]
}

/** Walker's alias table over ranges. */
export interface WaitLaw {
  readonly low: Float64Array
  readonly span: Float64Array
  readonly keep: Float64Array
  readonly alias: Int32Array
}

const laws = new WeakMap<LivesSpec, LifeLaw>()

/** The tables of a specification, made once. */
export function lifeLaw(spec: LivesSpec): LifeLaw {
  const known = laws.get(spec) ?? makeLaw(spec)
  laws.set(spec, known)
  return known
}

/** By length, from 0 to `max`: the share of lives that have so many events. Those that are longer are left out. */
export function lengthShares({ states, first }: Pick<LivesSpec, 'states' | 'first'>, max: number): Float64Array {
  const ends = endTable(states, max)
  return ends.slice(first * (max + 1), (first + 1) * (max + 1))
}

function makeLaw({ states, first, maxEvents }: LivesSpec): LifeLaw {
  const all = lengthShares({ states, first }, maxEvents)
  let maxLength = maxEvents
  while (all[maxLength] < leastShare) maxLength--
  const total = all.subarray(0, maxLength + 1).reduce((sum, share) => sum + share, 0)
  const lengths = all.slice(0, maxLength + 1).map((share) => share / total)
  const moment = (power: number): number => lengths.reduce((sum, share, n) => sum + share * n ** power, 0)
  const mean = moment(1)
  const entities = Math.max(1, Math.min(maxEntities, Math.floor(eventsAimed / mean)))
  const deviation = Math.sqrt(Math.max(0, entities * (moment(2) - mean * mean)))
  const most = Math.min(
    entities * maxLength,
    Math.ceil(entities * mean + 6 * deviation) + 2 * maxLength,
    maxBatchEvents,
  )
  const sums = sumTable(lengths, entities, most)
  const totals = totalsOf(sums.subarray(entities * (most + 1)))
  const before = new Float64Array(cycle + 1)
  totals.forEach((total, batch) => (before[batch + 1] = before[batch] + total))
  return {
    ...{ entities, totals, before, maxLength, lengths, sums },
    width: most + 1,
    maxEvents: totals.reduce((a, b) => Math.max(a, b)),
    ends: endTable(states, maxLength),
    states: states.map(({ next }) => ({
      to: Int32Array.from(next, ({ to }) => to),
      odds: Float64Array.from(next, ({ odds }) => odds),
      waits: next.map(({ wait }) => waitLaw(wait)),
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

/** The quantiles of the number of a batch's events, spread evenly over the cycle: batch b has that of its reversed bits. */
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

/** Events of a batch. */
export function eventsOf({ totals }: LifeLaw, batch: number): number {
  return totals[batch % cycle]
}

/** Events before a batch. */
export function eventsBefore({ before }: LifeLaw, batch: number): number {
  return Math.floor(batch / cycle) * before[cycle] + before[batch % cycle]
}

/** The batch that an event is of, counted from 0 over all batches. */
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

function sumTable(lengths: Float64Array, entities: number, most: number): Float64Array {
  const width = most + 1
  const table = new Float64Array((entities + 1) * width)
  const possible = Int32Array.from(lengths.keys()).filter((n) => lengths[n] > 0)
  table[0] = 1
  for (let m = 1; m <= entities; m++) {
    const row = m * width
    const before = row - width
    // A length at a time: one after the other in memory.
    for (const n of possible) {
      const share = lengths[n]
      for (let r = n + m - 1; r <= most; r++) table[row + r] += share * table[before + r - n]
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
