import { createHash } from 'node:crypto'
import type { DisturbConfig } from '../../config/disturb.js'
import { GenesisError } from '../../errors.js'
import type { ColumnBatch, Field } from '../../record.js'
import { checkBatchSize, type Generator } from '../generator.js'
import { BlockPlan, maxDistance } from './block-plan.js'
import { Gathered } from './gathered.js'

/** Extra records, beyond `capacity`, that the inner generator must have room for, so that moves rarely split a batch. */
export function spareCapacity(config: DisturbConfig): number {
  return 2 * maxDistance(config)
}

/**
 * A shard's stream with faults: late and out-of-order records are moved, duplicates get a slot of their own, and the other faults are
 * marked for the encoder. A position of this stream is a slot. The record in a slot is a pure function of (stream, fault settings, fault
 * seed, slot), so checkpoints, slices and verification work as for any other stream.
 */
export class DisturbedGenerator implements Generator {
  readonly fields: readonly Field[]
  readonly fingerprint: string
  readonly capacity: number
  readonly #inner: Generator
  readonly #shard: number
  readonly #shards: number
  readonly #plan: BlockPlan
  readonly #gathered = new Gathered()
  readonly #kinds: Uint8Array
  readonly #positions: Float64Array
  readonly #draws: Float64Array
  #position: number

  /** `inner` generates the shard's undisturbed stream. Throws CONFIG_INVALID for fields that are not columns. */
  constructor(inner: Generator, config: DisturbConfig, shard: number, shards: number, capacity: number) {
    const { missingFields, nullFields } = config
    checkNames('missing_field', missingFields, inner.fields)
    checkNames('null', nullFields, inner.fields)
    this.fields = inner.fields
    const settings = JSON.stringify([inner.fingerprint, config])
    this.fingerprint = createHash('sha256').update(settings).digest('hex')
    this.capacity = capacity
    this.#inner = inner
    this.#shard = shard
    this.#shards = shards
    this.#plan = new BlockPlan(config, shard, shards)
    this.#kinds = new Uint8Array(capacity)
    this.#positions = new Float64Array(capacity)
    this.#draws = new Float64Array(capacity)
    this.#position = shard
  }

  get position(): number {
    return this.#position
  }

  start(position: number): void {
    this.#inner.start(position)
    this.#position = position
  }

  generate(count: number): ColumnBatch {
    checkBatchSize(count, this.capacity)
    const start = this.#position
    const stride = this.#shards
    this.#gathered.clear()
    for (let done = 0; done < count;) done += this.#fill((start - this.#shard) / stride + done, done, count - done)
    this.#position = start + count * stride
    const { fields } = this
    const faults = { kinds: this.#kinds, positions: this.#positions, draws: this.#draws }
    return { fields, start, stride, length: count, vectors: this.#gathered.vectors, faults }
  }

  /** Writes the records of up to `max` slots, starting at `slot`, to the batch at index `to`; returns how many. */
  #fill(slot: number, to: number, max: number): number {
    const plan = this.#plan
    const block = Math.floor(slot / plan.slots)
    plan.load(block)
    const at = slot - block * plan.slots
    let count = 0
    let low = plan.sources[at]
    let high = low
    for (const room = Math.min(max, plan.slots - at); count < room; count++) {
      const source = plan.sources[at + count]
      const nextLow = Math.min(low, source)
      const nextHigh = Math.max(high, source)
      if (nextHigh - nextLow >= this.#inner.capacity) break
      low = nextLow
      high = nextHigh
    }
    this.#inner.start((plan.first + low) * this.#shards + this.#shard)
    this.#gathered.add(this.#inner.generate(high - low + 1), plan.sources, at, count, low)
    for (let i = 0; i < count; i++) {
      this.#kinds[to + i] = plan.kinds[at + i]
      this.#positions[to + i] = (plan.first + plan.sources[at + i]) * this.#shards + this.#shard
      this.#draws[to + i] = plan.draws[at + i]
    }
    return count
  }
}

function checkNames(kind: string, names: readonly string[] | null, fields: readonly Field[]): void {
  const unknown = names?.find((name) => !fields.some((field) => field.name === name))
  if (unknown === undefined) return
  throw new GenesisError('CONFIG_INVALID', 'not a column of the model', {
    place: `disturb.${kind}.fields`,
    found: unknown,
    expected: `one of ${fields.map(({ name }) => name).join(', ')}`,
  })
}
