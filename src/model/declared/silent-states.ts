import type { LifeState, LifeTransition, WaitingTime } from '../lives/lives.js'

/** A way out of a state, through silent ones: where it leads, or that the life ends on it. */
interface Way {
  readonly to: number | null
  readonly odds: number
  readonly waits: readonly WaitingTime[]
}

/** Silent states that follow each other in a circle, the first one also last; null: there is none. */
export function silentCycle(states: readonly LifeState[], silent: ReadonlySet<number>): number[] | null {
  const visit = (state: number, way: readonly number[]): number[] | null => {
    if (way.includes(state)) return [...way.slice(way.indexOf(state)), state]
    for (const { to } of states[state].next) {
      const found = silent.has(to) ? visit(to, [...way, state]) : null
      if (found !== null) return found
    }
    return null
  }
  for (const state of silent) {
    const found = visit(state, [])
    if (found !== null) return found
  }
  return null
}

/**
 * The states that have events, in their order: what leads through silent ones leads to where these lead, by the product of the odds and
 * after the sum of the waiting times. Silent states are in no circle of their own.
 */
export function withoutSilent(states: readonly LifeState[], silent: ReadonlySet<number>): LifeState[] {
  if (silent.size === 0) return [...states]
  const kept = [...states.keys()].filter((state) => !silent.has(state))
  const waysFrom = ({ ends, next }: LifeState): Way[] => [
    ...(ends > 0 ? [{ to: null, odds: ends, waits: [] }] : []),
    ...next.flatMap(({ to, odds, wait }): Way[] =>
      silent.has(to)
        ? waysFrom(states[to]).map((way) => ({ ...way, odds: odds * way.odds, waits: [wait, ...way.waits] }))
        : [{ to, odds, waits: [wait] }],
    ),
  ]
  return kept.map((index) => {
    const state = states[index]
    const ways = waysFrom(state)
    const next = ways.flatMap(({ to, odds, waits: [wait, ...more] }): LifeTransition[] =>
      to === null ? [] : [{ to: kept.indexOf(to), odds, wait, ...(more.length > 0 && { more }) }],
    )
    const ends = ways.reduce((sum, { to, odds }) => (to === null ? sum + odds : sum), 0)
    return { ...state, ends, next }
  })
}
