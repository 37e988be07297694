/** Checks and measures of a graph of states: reachability, cycles, and how long lives are. */
import { lengthShares } from '../lives/life-law.js'
import type { LifeState, WaitingTime } from '../lives/lives.js'

/** Maximum events of a life, whatever the declaration says. */
export const maxLifeEvents = 1000

/** States that cannot be reached from `from`. */
export function unreachable(states: readonly LifeState[], from: number): number[] {
  const seen = new Set([from])
  for (const state of seen) for (const { to } of states[state].next) seen.add(to)
  return states.flatMap((_, state) => (seen.has(state) ? [] : [state]))
}

/** States from which lives never end. */
export function endless(states: readonly LifeState[]): number[] {
  const ending = new Set(states.flatMap(({ ends }, state) => (ends > 0 ? [state] : [])))
  for (let size = -1; size < ending.size;) {
    size = ending.size
    states.forEach(({ next }, state) => {
      if (next.some(({ to }) => ending.has(to))) ending.add(state)
    })
  }
  return states.flatMap((_, state) => (ending.has(state) ? [] : [state]))
}

/** The states of a cycle, the first one repeated at the end; null: there is none. */
export function cycle(states: readonly LifeState[]): number[] | null {
  const done = new Set<number>()
  const visit = (state: number, way: readonly number[]): number[] | null => {
    if (way.includes(state)) return [...way.slice(way.indexOf(state)), state]
    if (done.has(state)) return null
    for (const { to } of states[state].next) {
      const found = visit(to, [...way, state])
      if (found !== null) return found
    }
    done.add(state)
    return null
  }
  for (const state of states.keys()) {
    const found = visit(state, [])
    if (found !== null) return found
  }
  return null
}

/** Events of the longest life, in a graph without cycles. */
export function longestLife(states: readonly LifeState[], from: number): number {
  const known = new Map<number, number>()
  const longest = (state: number): number => {
    const before = known.get(state)
    if (before !== undefined) return before
    const length = 1 + Math.max(0, ...states[state].next.map(({ to }) => longest(to)))
    known.set(state, length)
    return length
  }
  return longest(from)
}

/** The share of lives that end within `maxEvents` events. */
export function shareWithin(states: readonly LifeState[], first: number, maxEvents: number): number {
  return lengthShares({ states, first }, maxEvents).reduce((sum, share) => sum + share, 0)
}

/** The mean time from the first to the last event of a life, in ms. */
export function meanLifeMs(states: readonly LifeState[], first: number, maxEvents: number): number {
  // From the expected number of times that each transition is taken.
  let now = new Float64Array(states.length)
  now[first] = 1
  let total = 0
  for (let n = 1; n < maxEvents; n++) {
    const then = new Float64Array(states.length)
    states.forEach(({ next }, state) => {
      for (const { to, odds, wait, more = [] } of next) {
        then[to] += now[state] * odds
        total += now[state] * odds * [wait, ...more].reduce((sum, each) => sum + meanMs(each), 0)
      }
    })
    now = then
  }
  return total
}

function meanMs({ ranges, weights }: WaitingTime): number {
  const weight = weights.reduce((sum, each) => sum + each, 0)
  return ranges.reduce((all, [low, high], index) => all + ((low + high) / 2) * weights[index], 0) / weight
}
