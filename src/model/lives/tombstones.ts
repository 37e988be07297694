import type { LifeState, LivesSpec } from './lives.js'

const known = new WeakMap<LivesSpec, LivesSpec>()

/**
 * A specification in which another event follows each deletion, at the same time: a record without a value (Debezium's
 * `tombstones.on.delete`). Lives that end like this have one event more, so this is a different stream.
 */
export function withTombstones(spec: LivesSpec): LivesSpec {
  const given = known.get(spec) ?? added(spec)
  known.set(spec, given)
  return given
}

const atOnce = { ranges: [[0, 0]], weights: [1] } as const

function added(spec: LivesSpec): LivesSpec {
  const tombstones: LifeState[] = []
  const states = spec.states.map((state): LifeState => {
    if (!state.deletes) return state
    const to = spec.states.length + tombstones.length
    tombstones.push({
      name: state.name,
      ends: 1,
      next: [],
      deletes: false,
      tombstone: true,
      sets: state.sets.map(() => undefined),
    })
    return { ...state, ends: 0, next: [{ to, odds: 1, wait: atOnce }] }
  })
  if (tombstones.length === 0) return spec
  return { ...spec, maxEvents: spec.maxEvents + 1, states: [...states, ...tombstones] }
}
