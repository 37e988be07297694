/** Reads the `lives` of a declaration: docs/lives.md. */
import { isObject } from '../../config/is-object.js'
import { nearest } from '../../config/nearest.js'
import { parseDuration } from '../../config/quantity.js'
import type { Path } from '../../config/source.js'
import { heldTimestamp } from '../held.js'
import type { LifeState, LifeTransition, LivesSpec } from '../lives/lives.js'
import type { Declaration, Declared, Settings } from './from-declaration.js'
import { columnKeys } from './column-keys.js'
import { cycle, endless, longestLife, meanLifeMs, maxLifeEvents, shareWithin, unreachable } from './lives-graph.js'
import { silentCycle, withoutSilent } from './silent-states.js'
import { readWaitingTime } from './waiting-time.js'

/** The target that ends a life instead of leading to a state. */
const end = 'end'
const topKeys = ['state', 'time', 'start', 'every', 'first', 'max_events', 'states']
const stateKeys = ['next', 'after', 'set', 'deletes', 'silent']
const transitionKeys = ['odds', 'after']
/** The mean number of entities alive at the same time, unless `every` says how often one begins. */
const defaultAlive = 32
/** Minimum share of lives that must end within `max_events`. */
const minShareWithin = 0.5

/** Lives whose changed columns are not resolved yet, because the columns that set them are still to be read. */
export interface LivesDraft extends Omit<LivesSpec, 'states' | 'changed'> {
  readonly states: readonly Omit<LifeState, 'sets'>[]
  /** In the order of states. */
  readonly sets: readonly SetDraft[]
}

export interface SetDraft {
  readonly name: string
  readonly state: number
  /** The hidden column with the values; null: the event's time; undefined: no value. */
  readonly column: string | null | undefined
  readonly path: Path
}

/** Reads `lives`, and adds the columns that its states set to `columns`. Null: it is wrong, which has been reported. */
export function readLives(given: unknown, columns: Declared[], declaration: Declaration): LivesDraft | null {
  const before = declaration.errors.length
  if (!isObject(given) || !isObject(given.states) || Object.keys(given.states).length === 0) {
    declaration.report(isObject(given) && given.states !== undefined ? ['lives', 'states'] : ['lives'], 'no states', {
      expected: 'states: a map of states',
    })
    return null
  }
  declaration.reportUnknownKeys(given, topKeys, ['lives'])
  const states = given.states
  const names = Object.keys(states)
  const reader = new LivesReader(declaration, columns, names)
  const read = names.map((name, index) => reader.state(name, index, states[name]))
  const first = given.first === undefined ? 0 : reader.target(given.first, ['lives', 'first'])
  const [state, time] = [reader.columnName(given, 'state'), reader.columnName(given, 'time')]
  if (state === time)
    declaration.report(['lives'], 'state and time share a column', { found: state, expected: 'two names' })
  if (declaration.errors.length > before || first === null) return null
  checkGraph(read, first, declaration)
  checkSilent(read, first, reader, declaration)
  if (declaration.errors.length > before) return null
  return readSpec(given, { state, time, read, first, reader }, declaration)
}

/** Reads the rest, once the states are right; silent states are left out. */
function readSpec(
  given: Settings,
  { state, time, read, first: declared, reader }: ReadStates,
  declaration: Declaration,
): LivesDraft | null {
  const kept = [...read.keys()].filter((index) => !reader.silent.has(index))
  const first = kept.indexOf(declared)
  const states = withoutSilent(read, reader.silent)
  const maxEvents = readMaxEvents(given.max_events, states, first, declaration)
  const startMs = readStart(given.start, declaration)
  if (maxEvents === null || startMs === null) return null
  const everyMs = readEvery(given.every, Math.max(1, meanLifeMs(states, first, maxEvents) / defaultAlive), declaration)
  if (everyMs === null) return null
  const sets = reader.sets.map((set) => ({ ...set, state: kept.indexOf(set.state) }))
  return { ...{ state, time, startMs, everyMs, first, maxEvents }, states, sets }
}

interface ReadStates {
  /** The columns' names. */
  readonly state: string
  readonly time: string
  readonly read: readonly LifeState[]
  readonly first: number
  readonly reader: LivesReader
}

class LivesReader {
  readonly sets: SetDraft[] = []
  /** The states that have no event. */
  readonly silent = new Set<number>()

  constructor(
    readonly declaration: Declaration,
    readonly columns: Declared[],
    readonly names: readonly string[],
  ) {}

  columnName(given: Settings, key: 'state' | 'time'): string {
    const name = given[key] ?? key
    if (typeof name !== 'string' || name === '')
      this.declaration.report(['lives', key], 'not a name', { found: name, expected: 'the name of a column' })
    else if (this.columns.some((column) => column.name === name))
      this.declaration.report(given[key] === undefined ? ['lives'] : ['lives', key], 'this column already exists', {
        found: name,
        expected: `${key}: the name of a new column`,
      })
    return typeof name === 'string' ? name : key
  }

  target(name: unknown, path: Path): number | null {
    const index = this.names.indexOf(String(name))
    if (typeof name === 'string' && index >= 0) return index
    this.declaration.report(path, 'unknown state', {
      found: name,
      expected: nearest(String(name), [...this.names, end]) ?? `one of ${this.names.join(', ')}`,
    })
    return null
  }

  state(name: string, index: number, given: unknown): LifeState {
    const path = ['lives', 'states', name]
    const settings = isObject(given) ? given : {}
    if (given !== null && !isObject(given))
      this.declaration.report(path, 'not a map', { found: given, expected: 'such as { next: paid, after: 5m }' })
    if (name === end)
      this.declaration.report(path, 'a reserved name', {
        found: end,
        expected: 'another name: end is what ends a life',
      })
    this.declaration.reportUnknownKeys(settings, stateKeys, path)
    const { deletes = false, silent = false, set } = settings
    if (typeof silent !== 'boolean')
      this.declaration.report([...path, 'silent'], 'wrong value', { found: silent, expected: 'true or false' })
    if (silent === true) this.silent.add(index)
    if (typeof deletes !== 'boolean')
      this.declaration.report([...path, 'deletes'], 'wrong value', { found: deletes, expected: 'true or false' })
    this.#set(index, set, [...path, 'set'])
    const { ends, next } = this.#next(settings, path)
    if (deletes === true && next.length > 0)
      this.declaration.report([...path, 'deletes'], 'a deleting state has a next one', {
        found: next.map(({ to }) => this.names[to]).join(', '),
        expected: 'no next: a deleted entity has no more events',
      })
    return { name, ends, next, deletes: deletes === true, sets: [] }
  }

  #next(settings: Settings, path: Path): { ends: number; next: LifeTransition[] } {
    const { next: given, after } = settings
    if (given === undefined || given === end) {
      if (after !== undefined)
        this.declaration.report([...path, 'after'], 'nothing follows this state', {
          found: after,
          expected: 'next, or no after',
        })
      return { ends: 1, next: [] }
    }
    if (typeof given !== 'string' && !isObject(given)) {
      this.declaration.report([...path, 'next'], 'wrong value', {
        found: given,
        expected: 'the state that follows, or states with their odds, such as { paid: 0.9, end: 0.1 }',
      })
      return { ends: 1, next: [] }
    }
    const targets = typeof given === 'string' ? { [given]: 1 } : given
    let [sum, ends] = [0, 0]
    const next: LifeTransition[] = []
    for (const [name, transition] of Object.entries(targets)) {
      const at = [...path, 'next', name]
      const own = isObject(transition) ? transition : {}
      this.declaration.reportUnknownKeys(own, transitionKeys, at)
      const odds = isObject(transition) ? transition.odds : transition
      if (typeof odds !== 'number' || !(odds > 0) || odds > 1) {
        this.declaration.report(at, 'not odds', { found: odds ?? 'nothing', expected: 'a number above 0, up to 1' })
        return { ends: 1, next: [] }
      }
      sum += odds
      if (name === end) {
        ends = odds
        continue
      }
      const to = this.target(name, typeof given === 'string' ? [...path, 'next'] : at)
      const wait = this.#wait(own.after ?? after, own.after === undefined ? [...path, 'after'] : [...at, 'after'])
      if (to !== null && wait !== null) next.push({ to, odds, wait })
    }
    if (Math.abs(sum - 1) > 1e-9)
      this.declaration.report([...path, 'next'], 'odds that do not sum to 1', {
        found: String(Number(sum.toFixed(9))),
        expected:
          sum < 1 ? `end: ${Number((1 - sum).toFixed(9))} for the lives that end here, or higher odds` : 'lower odds',
      })
    return { ends, next }
  }

  #wait(given: unknown, path: Path): LifeTransition['wait'] | null {
    if (given !== undefined) return readWaitingTime(given, path, this.declaration)
    this.declaration.report(path.slice(0, -1), 'no time until the next state', {
      expected: 'after: a duration such as 5m, or a distribution of durations',
    })
    return null
  }

  #set(state: number, given: unknown, path: Path): void {
    if (given === undefined) return
    if (!isObject(given))
      return this.declaration.report(path, 'not a map', {
        found: given,
        expected: 'columns and their values, such as { shipped_at: { kind: time } }',
      })
    for (const [name, settings] of Object.entries(given)) {
      const at = [...path, name]
      if (!isObject(settings)) {
        this.declaration.report(at, 'not a map', {
          found: settings,
          expected: '{ kind: time }, { constant: null }, or a column declared as under columns',
        })
        continue
      }
      if (this.columns.some((column) => column.name === name && column.path[0] === 'columns')) {
        this.declaration.report(at, 'a column of the entity', {
          found: name,
          expected: 'a column that only states set',
        })
        continue
      }
      this.sets.push({ name, state, column: this.#setter(name, state, settings, at), path: at })
    }
  }

  /** Declares the column for the value; see SetDraft. */
  #setter(name: string, state: number, settings: Settings, path: Path): string | null | undefined {
    const keys = Object.keys(settings)
    if (settings.kind === 'time' && keys.length === 1) return null
    if (settings.constant === null && keys.length === 1) return undefined
    if (settings.kind === 'clock')
      this.declaration.report([...path, 'kind'], 'not for a column that states set', {
        found: 'clock',
        expected: 'kind: time, the time of the event',
      })
    const known = columnKeys.filter((key) => key !== 'hide')
    this.declaration.reportUnknownKeys(settings, known, path)
    const column = `${name}@${this.names[state]}`
    this.columns.push({ name: column, settings, path })
    return column
  }
}

function checkGraph(states: readonly LifeState[], first: number, declaration: Declaration): void {
  const place = (index: number): Path => ['lives', 'states', states[index].name]
  for (const index of unreachable(states, first))
    declaration.report(place(index), 'an unreachable state', {
      found: states[index].name,
      expected: `a state that leads to it from ${states[first].name}`,
    })
  for (const index of endless(states))
    declaration.report(place(index), 'lives that never end', {
      found: `${states[index].name} → ${states[index].next.map(({ to }) => states[to].name).join(' or ')} → …`,
      expected: 'a path to a state without next, or odds for end',
    })
  if (states[first].deletes)
    declaration.report([...place(first), 'deletes'], 'the first state deletes the entity', {
      found: states[first].name,
      expected: 'another first state',
    })
}

function checkSilent(
  states: readonly LifeState[],
  first: number,
  { silent, sets }: LivesReader,
  declaration: Declaration,
): void {
  const wrong = (state: number, what: string, expected: string): void =>
    declaration.report(['lives', 'states', states[state].name, 'silent'], what, { found: states[state].name, expected })
  for (const state of silent) {
    if (state === first) wrong(state, 'lives begin with an event', 'another first state')
    if (states[state].deletes) wrong(state, 'what is deleted without an event is never known to be', 'silent: false')
    if (sets.some((set) => set.state === state))
      wrong(state, 'a state without an event sets columns', 'set in the states that follow')
  }
  const round = silentCycle(states, silent)
  if (round === null) return
  declaration.report(['lives', 'states', states[round[0]].name, 'silent'], 'silent states in a circle', {
    found: round.map((state) => states[state].name).join(' → '),
    expected: 'a state with an event in it',
  })
}

function readMaxEvents(
  given: unknown,
  states: readonly LifeState[],
  first: number,
  declaration: Declaration,
): number | null {
  const round = cycle(states)
  const path = ['lives', 'max_events']
  const isGood = typeof given === 'number' && Number.isInteger(given) && given >= 1 && given <= maxLifeEvents
  if (given !== undefined && !isGood) {
    declaration.report(path, 'wrong value', { found: given, expected: `an integer from 1 to ${maxLifeEvents}` })
    return null
  }
  if (given === undefined && round !== null) {
    declaration.report(['lives'], 'lives may cycle forever', {
      found: round.map((state) => states[state].name).join(' → '),
      expected: `max_events: the maximum number of events in a life, up to ${maxLifeEvents}`,
    })
    return null
  }
  const maxEvents = typeof given === 'number' ? given : longestLife(states, first)
  const share = maxEvents > maxLifeEvents ? 1 : shareWithin(states, first, maxEvents)
  if (maxEvents <= maxLifeEvents && share >= minShareWithin) return maxEvents
  declaration.report(given === undefined ? ['lives', 'states'] : path, 'lives are too long', {
    found:
      maxEvents > maxLifeEvents
        ? `up to ${maxEvents} events`
        : `${(100 * share).toFixed(1)} % of lives end within ${maxEvents} events`,
    expected: maxEvents > maxLifeEvents ? `at most ${maxLifeEvents}` : 'at least half of them',
    remedy: 'Longer lives are never drawn, so the actual odds would differ from those declared',
  })
  return null
}

function readStart(given: unknown, declaration: Declaration): number | null {
  if (given === undefined) return Date.UTC(2026, 0, 1)
  const start = typeof given === 'string' ? heldTimestamp(given) : null
  if (start !== null) return start
  declaration.report(['lives', 'start'], 'not a time', {
    found: given,
    expected: 'ISO 8601, such as 2026-01-01T00:00:00Z',
  })
  return null
}

function readEvery(given: unknown, byDefault: number, declaration: Declaration): number | null {
  if (given === undefined) return byDefault
  const every = typeof given === 'string' ? parseDuration(given) : undefined
  if (every !== undefined && every >= 1) return every
  declaration.report(['lives', 'every'], 'not a duration', { found: given, expected: 'such as 10s, at least 1ms' })
  return null
}
