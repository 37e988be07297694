import { eventsOf, maxBatchEvents, type LifeLaw, type WaitLaw } from './life-law.js'
import type { LifeRandom } from './life-random.js'
import type { LivesSpec } from './lives.js'

/** Instead of a setter: the column has no value. */
export const unset = -1

/** Events at the same time are distinguished by their number, which is below this. */
const eventsPerTime = maxBatchEvents + 1
/** From this many ms on, a time and an event number no longer fit in one number. */
const longMs = Number.MAX_SAFE_INTEGER / eventsPerTime

/**
 * The entire lives of a batch of entities: a pure function of (law, seed, batch). Events are ordered by entity, then by their order in
 * its life. Hot: allocates nothing after the first batch.
 */
export class LifeBatch {
  /** The loaded batch; −1: none. */
  number = -1
  /** Number of events; the arrays may be longer. */
  events = 0
  /** By event: its entity, counted from 0 in the batch. */
  readonly entity: Int32Array
  readonly state: Uint16Array
  readonly time: Float64Array
  /** 1 where a life begins. */
  readonly begins: Uint8Array
  /** By column of `changed`, then by event: the setter that the value comes from, or `unset`. */
  readonly setters: readonly Int16Array[]
  /** Like `setters`: the time of the event that set the value. */
  readonly setTimes: readonly Float64Array[]
  /** The events sorted by time, stably. */
  readonly order: Int32Array
  readonly #keys: Float64Array

  constructor(
    readonly spec: LivesSpec,
    readonly law: LifeLaw,
    readonly random: LifeRandom,
  ) {
    const events = law.maxEvents
    this.entity = new Int32Array(events)
    this.state = new Uint16Array(events)
    this.time = new Float64Array(events)
    this.begins = new Uint8Array(events)
    this.setters = spec.changed.map(() => new Int16Array(events))
    this.setTimes = spec.changed.map(() => new Float64Array(events))
    this.order = new Int32Array(events)
    this.#keys = new Float64Array(events)
  }

  /** `firstEntity` and `stride` give the numbers of the batch's entities in the entire stream, which determine when they begin. */
  load(number: number, firstEntity: number, stride: number): void {
    if (this.number === number) return
    this.number = number
    const { law, random } = this
    const { startMs, everyMs } = this.spec
    random.start(number)
    this.events = eventsOf(law, number)
    let left = this.events
    for (let j = 0; j < law.entities; j++) {
      const length = this.#length(law.entities - j, left)
      const begins = startMs + Math.floor((firstEntity + j * stride + random.next()) * everyMs)
      this.#life(j, this.events - left, length, begins)
      left -= length
    }
    this.#sort(startMs + Math.floor(firstEntity * everyMs))
  }

  /** Draws the length of the first of `lives` lives that have `events` events in total. */
  #length(lives: number, events: number): number {
    const { lengths, sums, maxLength, width } = this.law
    const rest = (lives - 1) * width
    let left = this.random.next() * sums[lives * width + events]
    let last = 0
    for (let n = 1; n <= maxLength && n <= events; n++) {
      const share = lengths[n] * sums[rest + events - n]
      if (share === 0) continue
      last = n
      left -= share
      if (left < 0) return n
    }
    // Reached only through rounding errors.
    return last
  }

  #life(entity: number, at: number, length: number, begins: number): void {
    const { first, states } = this.spec
    let state = first
    let time = begins
    for (let left = length, event = at; left > 0; left--, event++) {
      this.entity[event] = entity
      this.state[event] = state
      this.time[event] = time
      this.begins[event] = left === length ? 1 : 0
      const { sets } = states[state]
      for (let c = 0; c < sets.length; c++) {
        const set = sets[c]
        const setters = this.setters[c]
        const times = this.setTimes[c]
        if (set === undefined) {
          setters[event] = left === length ? unset : setters[event - 1]
          times[event] = left === length ? NaN : times[event - 1]
        } else {
          setters[event] = set ?? unset
          times[event] = time
        }
      }
      if (left === 1) return
      const next = this.#next(state, left)
      const law = this.law.states[state]
      const waits = law.waits[next]
      for (let w = 0; w < waits.length; w++) time += this.#wait(waits[w])
      state = law.to[next]
    }
  }

  /** Draws a life's transition from a state, given that it has `left` events left, including the state's own. */
  #next(state: number, left: number): number {
    const { ends, maxLength, states } = this.law
    const { to, odds } = states[state]
    const width = maxLength + 1
    let share = this.random.next() * ends[state * width + left]
    let last = 0
    for (let t = 0; t < to.length; t++) {
      const weight = odds[t] * ends[to[t] * width + left - 1]
      if (weight === 0) continue
      last = t
      share -= weight
      if (share < 0) return t
    }
    return last
  }

  #wait({ low, span, keep, alias }: WaitLaw): number {
    const place = this.random.next() * keep.length
    const slot = Math.floor(place)
    const range = place - slot < keep[slot] ? slot : alias[slot]
    return low[range] + Math.floor(this.random.next() * span[range])
  }

  #sort(fromMs: number): void {
    const { events, time, order } = this
    let longest = 0
    const keys = this.#keys.subarray(0, events)
    for (let event = 0; event < events; event++) {
      const ms = time[event] - fromMs
      if (ms > longest) longest = ms
      keys[event] = ms * eventsPerTime + event
    }
    if (longest < longMs) {
      keys.sort()
      for (let rank = 0; rank < events; rank++) order[rank] = keys[rank] % eventsPerTime
      return
    }
    for (let event = 0; event < events; event++) order[event] = event
    order.subarray(0, events).sort((one, other) => time[one] - time[other] || one - other)
  }
}
