import type { ConnectorConfig } from '../config/connector.js'
import type { Encoder } from '../encode/encoder.js'
import type { PartitionsSince } from '../kafka/checkpoint-record.js'
import { assignPartitions } from '../kafka/partitioner.js'
import type { Generator } from '../model/generator.js'
import type { EncodedBatch } from '../record.js'
import type { ExpectedBatch, ExpectedShard } from './match/expected-and-found.js'

/**
 * Where a shard's records go: to partitions by key or position, given the partition counts from certain positions on (records
 * before the first are elsewhere); or all to the shard's own file.
 */
export type Placement = readonly PartitionsSince[] | 'own file'

/** A shard's stream, regenerated and encoded as by its task. The encoder is prepared. */
export class ExpectedStream implements ExpectedShard {
  readonly shards: number
  readonly begin: number
  readonly #generator: Generator
  readonly #encoder: Encoder
  readonly #placement: Placement
  readonly #partitions: Int32Array

  constructor(
    readonly shard: number,
    connector: Pick<ConnectorConfig, 'tasks'>,
    { generator, encoder, placement }: { generator: Generator; encoder: Encoder; placement: Placement },
    readonly sure: number,
    readonly end: number,
  ) {
    this.shards = connector.tasks.max
    this.#generator = generator
    this.#encoder = encoder
    this.#placement = placement
    const first = placement === 'own file' ? 0 : placement[0].position
    this.begin = shard + Math.max(0, Math.ceil((first - shard) / this.shards)) * this.shards
    this.#partitions = new Int32Array(generator.capacity).fill(shard)
  }

  start(position: number): void {
    this.#generator.start(position)
  }

  next(count: number): ExpectedBatch {
    const records = this.#encoder.encode(this.#generator.generate(Math.min(count, this.#generator.capacity)))
    if (this.#placement !== 'own file') this.#assign(records, this.#placement)
    return { records, partitions: this.#partitions }
  }

  /** Uses the partition count at the time each record was sent. */
  #assign(records: EncodedBatch, history: readonly PartitionsSince[]): void {
    const { start, stride, length } = records
    history.forEach(({ position, partitions }, i) => {
      const next = history.at(i + 1)?.position ?? Infinity
      const from = Math.max(0, Math.ceil((position - start) / stride))
      const to = Math.min(length, Math.ceil((next - start) / stride))
      if (from < to) assignPartitions(records, partitions, this.#partitions, from, to)
    })
  }
}
