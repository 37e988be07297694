import type { Field, Vector } from '../../record.js'
import { changedColumn, type ChangedColumn } from './changed-column.js'
import type { LifeBatch } from './life-batch.js'
import type { LivesSpec } from './lives.js'

/** The columns that events add to the entity's: state, time, and those that states change. */
export class LifeColumns {
  readonly times: Float64Array
  readonly vectors: readonly Vector[]
  readonly #states: Uint16Array
  readonly #changed: readonly ChangedColumn[]

  /** `fields` and `vectors`: those of the entities. */
  constructor(spec: LivesSpec, fields: readonly Field[], vectors: readonly Vector[], capacity: number) {
    this.#states = new Uint16Array(capacity)
    this.times = new Float64Array(capacity)
    this.#changed = spec.changed.map((column, index) => changedColumn(column, index, fields, vectors, capacity))
    this.vectors = [
      { kind: 'dictionary', codes: this.#states },
      { kind: 'number', values: this.times, codes: undefined },
      ...this.#changed.map(({ vector }) => vector),
    ]
  }

  /** Starts a batch. */
  begin(): void {
    for (const column of this.#changed) column.begin()
  }

  /** Writes record `to` from an event of a life and the row of its entity. Call in order of `to`. */
  put(to: number, life: LifeBatch, event: number, row: number): void {
    this.#states[to] = life.state[event]
    this.times[to] = life.time[event]
    for (const column of this.#changed) column.put(to, life, event, row)
  }
}
