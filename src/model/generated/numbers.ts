/** Numbers computed from the position or the clock. Hot: allocates nothing. */
import type { NumberVector } from '../../record.js'
import type { ColumnOrigin } from '../artifact.js'
import { pitch } from '../random/block-words.js'
import { CurveClock } from '../time/curve-clock.js'
import type { GeneratedColumn } from './generated.js'

const unit32 = 2 ** -32

function numbers(capacity: number): NumberVector {
  return { kind: 'number', values: new Float64Array(capacity), codes: undefined }
}

/** start + position · step. */
export class Sequence implements GeneratedColumn {
  readonly vector: NumberVector
  readonly #start: number
  readonly #step: number

  constructor(start: number, step: number, capacity: number) {
    this.#start = start
    this.#step = step
    this.vector = numbers(capacity)
  }

  draw(_words: Int32Array, positions: Float64Array, to: number, count: number): void {
    const { values } = this.vector
    for (let i = 0; i < count; i++) values[to + i] = this.#start + positions[i] * this.#step
  }
}

export type EventTimes = Extract<ColumnOrigin, { from: 'event_time' }>

/**
 * start + position · step + jitter, in whole milliseconds; with a rate curve, the time at which the curve reaches the position takes
 * the place of position · step. A share of the values is missing.
 */
export class EventTime implements GeneratedColumn {
  readonly vector: NumberVector
  readonly #start: number
  readonly #step: number
  readonly #clock: CurveClock | null
  readonly #jitter: number
  readonly #missing: number
  readonly #jitterDraw: number
  readonly #missingDraw: number

  constructor(times: EventTimes, missing: number, capacity: number, takeDraws: (count: number) => number) {
    this.#start = times.start
    this.#step = 'curve' in times ? 0 : times.step
    this.#clock = 'curve' in times ? new CurveClock(times.curve) : null
    this.#jitter = times.jitter
    this.#missing = missing
    this.#jitterDraw = times.jitter > 0 ? takeDraws(2) : -1
    this.#missingDraw = missing > 0 ? takeDraws(1) : -1
    this.vector = numbers(capacity)
  }

  draw(words: Int32Array, positions: Float64Array, to: number, count: number): void {
    const { values } = this.vector
    const origin = this.#start
    const step = this.#step
    if (this.#clock) this.#clock.times(positions, origin, values, to, count)
    else for (let i = 0; i < count; i++) values[to + i] = origin + Math.floor(positions[i] * step)
    if (this.#jitterDraw >= 0) {
      const at = this.#jitterDraw * pitch
      const jitter = this.#jitter
      for (let i = 0; i < count; i++) {
        const unit = ((words[at + i] >>> 0) + (words[at + pitch + i] >>> 0) * unit32) * unit32
        values[to + i] += Math.min(jitter, Math.floor(unit * (jitter + 1)))
      }
    }
    if (this.#missingDraw >= 0) {
      const at = this.#missingDraw * pitch
      const missing = this.#missing
      for (let i = 0; i < count; i++) if ((words[at + i] >>> 0) * unit32 < missing) values[to + i] = NaN
    }
  }
}

/** The wall clock, read once per batch. */
export class WallClock implements GeneratedColumn {
  readonly vector: NumberVector
  #now = 0

  constructor(capacity: number) {
    this.vector = numbers(capacity)
  }

  begin(): void {
    this.#now = Date.now()
  }

  draw(_words: Int32Array, _positions: Float64Array, to: number, count: number): void {
    this.vector.values.fill(this.#now, to, to + count)
  }
}
