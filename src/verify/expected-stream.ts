import type { ConnectorConfig } from '../config/connector.js'
import type { Encoder } from '../encode/encoder.js'
import { assignPartitions } from '../kafka/partitioner.js'
import type { Generator } from '../model/generator.js'
import type { ExpectedBatch, ExpectedShard } from './match/expected-and-found.js'

/** Where the records of a shard go: to partitions by key or position, or all to a file that is the shard's own. */
export type Placement = { readonly partitions: number } | 'own file'

/** A shard's stream, made and encoded again as its task did. The encoder is prepared. */
export class ExpectedStream implements ExpectedShard {
  readonly shards: number
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
    this.#partitions = new Int32Array(generator.capacity).fill(shard)
  }

  start(position: number): void {
    this.#generator.start(position)
  }

  next(count: number): ExpectedBatch {
    const records = this.#encoder.encode(this.#generator.generate(Math.min(count, this.#generator.capacity)))
    if (this.#placement !== 'own file') assignPartitions(records, this.#placement.partitions, this.#partitions)
    return { records, partitions: this.#partitions }
  }
}
