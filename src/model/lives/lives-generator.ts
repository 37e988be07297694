import { createHash } from 'node:crypto'
import type { ColumnBatch, Field, Vector } from '../../record.js'
import { Gathered } from '../faults/gathered.js'
import { checkBatchSize, checkPosition, type Generator } from '../generator.js'
import { LifeBatch } from './life-batch.js'
import { LifeColumns } from './life-columns.js'
import { batchOf, eventsBefore, eventsOf, lifeLaw, type LifeLaw } from './life-law.js'
import { LifeRandom } from './life-random.js'
import { keptFields, livesFields } from './lives-fields.js'
import type { LivesSpec } from './lives.js'

/** The capacity that the inner generator, of entities, must have. */
export function entityCapacity(spec: LivesSpec): number {
  return 2 * lifeLaw(spec).entities
}

/** Which events to generate, and in what form. */
export interface LivesLayout {
  readonly spec: LivesSpec
  readonly seed: number
  readonly shard: number
  readonly shards: number
  readonly capacity: number
  /** Whether batches also contain the row before each event. */
  readonly before: boolean
}

/**
 * The events of one shard's entities: entity e belongs to shard e mod shards. Entities come in batches, whose lives have a known number
 * of events. A block of positions contains the later half of one batch's events merged by time with the earlier half of the next one's;
 * the first block contains only an earlier half. So any record can be generated from two batches.
 */
export class LivesGenerator implements Generator {
  readonly fields: readonly Field[]
  readonly fingerprint: string
  readonly capacity: number
  readonly #inner: Generator
  readonly #layout: LivesLayout
  readonly #law: LifeLaw
  /** By batch number modulo 2. */
  readonly #batches: readonly [LifeBatch, LifeBatch]
  readonly #kept: readonly number[]
  readonly #gathered = new Gathered()
  readonly #after: LifeColumns
  readonly #before: LifeColumns | null
  readonly #kinds: Uint8Array
  /** By state: what its event does, unless it begins or changes the entity. */
  readonly #ending: Uint8Array
  /** By record of the current block: its batch, event and entity row. */
  readonly #lanes: Uint8Array
  readonly #events: Int32Array
  readonly #rows: Int32Array
  #block = -1
  #entityVectors: readonly Vector[] = []
  #position: number

  /** `inner` generates the shard's entities; its capacity must be at least `entityCapacity`. */
  constructor(inner: Generator, layout: LivesLayout) {
    const { spec, seed, shard, shards, capacity } = layout
    this.#inner = inner
    this.#layout = layout
    this.#law = lifeLaw(spec)
    this.capacity = capacity
    this.#position = shard
    const random = new LifeRandom(livesSeed(seed, shard, shards))
    this.#batches = [new LifeBatch(spec, this.#law, random), new LifeBatch(spec, this.#law, random)]
    this.#kept = keptFields(spec, inner.fields)
    this.#kinds = new Uint8Array(capacity)
    this.#ending = Uint8Array.from(spec.states, ({ deletes, tombstone }) => (deletes ? 2 : tombstone ? 3 : 0))
    const events = this.#law.maxEvents
    this.#lanes = new Uint8Array(2 * events)
    this.#events = new Int32Array(2 * events)
    this.#rows = new Int32Array(2 * events)
    inner.start(shard)
    const { vectors } = inner.generate(1)
    const columns = (): LifeColumns => new LifeColumns(spec, inner.fields, vectors, capacity)
    this.#after = columns()
    this.#before = layout.before ? columns() : null
    this.fields = livesFields(spec, inner.fields)
    this.fingerprint = createHash('sha256')
      .update(JSON.stringify(['lives', inner.fingerprint, spec]))
      .digest('hex')
  }

  get position(): number {
    return this.#position
  }

  start(position: number): void {
    const { shard, shards } = this.#layout
    checkPosition(position, shard, shards)
    this.#position = position
  }

  generate(count: number): ColumnBatch {
    checkBatchSize(count, this.capacity)
    const { shard, shards } = this.#layout
    const start = this.#position
    this.#gathered.clear()
    this.#after.begin()
    this.#before?.begin()
    for (let done = 0; done < count;) done += this.#fill((start - shard) / shards + done, done, count - done)
    this.#position = start + count * shards
    const entity = this.#gathered.vectors
    const before = this.#before === null ? undefined : [...entity, ...this.#before.vectors]
    const changes = { kinds: this.#kinds, times: this.#after.times, ...(before && { before }) }
    const vectors = [...entity, ...this.#after.vectors]
    return { fields: this.fields, start, stride: shards, length: count, vectors, changes }
  }

  /** Writes up to `max` of the shard's records, starting with number `record`, to the batch at index `to`; returns how many. */
  #fill(record: number, to: number, max: number): number {
    const batch = batchOf(this.#law, record)
    const block = record < this.#middle(batch) ? batch : batch + 1
    const begins = block === 0 ? 0 : this.#middle(block - 1)
    const at = record - begins
    this.#lay(block)
    const count = Math.min(max, this.#middle(block) - record)
    this.#gathered.add({ vectors: this.#entityVectors }, this.#rows, at, count, 0)
    const [even, odd] = this.#batches
    for (let i = 0; i < count; i++) {
      const life = this.#lanes[at + i] === 0 ? even : odd
      const event = this.#events[at + i]
      const row = this.#rows[at + i]
      const begins = life.begins[event]
      this.#after.put(to + i, life, event, row)
      this.#before?.put(to + i, life, event + begins - 1, row)
      const ending = this.#ending[life.state[event]]
      this.#kinds[to + i] = ending > 0 ? ending : 1 - begins
    }
    return count
  }

  /** The shard's event at which the earlier half of a batch ends, and with it the block. */
  #middle(batch: number): number {
    return eventsBefore(this.#law, batch) + headOf(eventsOf(this.#law, batch))
  }

  /** Lays out a block: merges the halves of its two batches by time, the older batch first on ties. */
  #lay(block: number): void {
    if (this.#block === block) return
    this.#block = block
    const { entities } = this.#law
    const { shard, shards } = this.#layout
    const older = block - 1
    const first = Math.max(0, older) * entities
    this.#inner.start(shard + first * shards)
    const { vectors } = this.#inner.generate(block === 0 ? entities : 2 * entities)
    this.#entityVectors = this.#kept.map((index) => vectors[index])
    const younger = this.#load(block)
    if (block === 0) this.#merge(null, younger, 0)
    else this.#merge(this.#load(older), younger, entities)
  }

  #load(number: number): LifeBatch {
    const { shard, shards } = this.#layout
    const batch = this.#batches[number % 2]
    batch.load(number, shard + number * this.#law.entities * shards, shards)
    return batch
  }

  #merge(older: LifeBatch | null, younger: LifeBatch, firstRow: number): void {
    const lane = younger.number % 2
    const [oldEnd, youngEnd] = [older?.events ?? 0, headOf(younger.events)]
    let [old, young] = [headOf(oldEnd), 0]
    for (let at = 0; old < oldEnd || young < youngEnd; at++) {
      const isOld =
        old < oldEnd && (young === youngEnd || older!.time[older!.order[old]] <= younger.time[younger.order[young]])
      const event = isOld ? older!.order[old++] : younger.order[young++]
      this.#lanes[at] = isOld ? 1 - lane : lane
      this.#events[at] = event
      this.#rows[at] = isOld ? older!.entity[event] : firstRow + younger.entity[event]
    }
  }
}

/** The size of the earlier half of a number of events. */
function headOf(events: number): number {
  return events >> 1
}

/** Lives have their own random words, so an entity's columns do not depend on what happens to it. */
function livesSeed(seed: number, shard: number, shards: number): number {
  return createHash('sha256').update(`lives ${seed} ${shard} ${shards}`).digest().readUIntBE(0, 6)
}
