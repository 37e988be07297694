import type { LifeState, LifeTransition, WaitingTime } from '../lives/lives.js'

/** A path out of a state, through silent ones: where it leads, or that the life ends there. */
interface Way {
  readonly to: number | null
  readonly odds: number
  readonly waits: readonly WaitingTime[]
}

/** The silent states of a cycle, the first one repeated at the end; null: there is none. */
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
 * The states that have events, in their order. Transitions to silent states lead to where these lead, with the product of the odds and
 * after the sum of the waiting times. The silent states must not form a cycle.
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
