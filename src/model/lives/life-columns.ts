import type { Field, Vector } from '../../record.js'
import { changedColumn, type ChangedColumn } from './changed-column.js'
import type { LifeBatch } from './life-batch.js'
import type { LivesSpec } from './lives.js'

/** The columns of events that are not the entity's: state, time, and what states change. */
export class LifeColumns {
  readonly times: Float64Array
  readonly vectors: readonly Vector[]
  readonly #states: Uint16Array
  readonly #changed: readonly ChangedColumn[]

  /** `fields` and `vectors`: those of entities. */
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

  /** Before the first record of a batch. */
  begin(): void {
    for (const column of this.#changed) column.begin()
  }

  /** Record `to`: an event of a life, whose entity is in a row. In order. */
  put(to: number, life: LifeBatch, event: number, row: number): void {
    this.#states[to] = life.state[event]
    this.times[to] = life.time[event]
    for (const column of this.#changed) column.put(to, life, event, row)
  }
}
