import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import type { CheckpointReader } from '../kafka/checkpoint-reader.js'
import type { ConnectionPool } from '../kafka/connection-pool.js'
import type { Field, ShardId } from '../record.js'
import type { SinkConfig } from './options.js'

/** What a sink is created from. */
export interface SinkPlan<C extends SinkConfig = SinkConfig> {
  readonly connector: Omit<ConnectorConfig, 'sink'> & { readonly sink: C }
  readonly worker: WorkerConfig
  readonly shard: ShardId
  readonly fields: readonly Field[]
  readonly fingerprint: string
  /** Shared by the sinks of a thread. */
  readonly shared: SharedSinkParts
}

/** Created once for all sinks of a thread. */
export interface SharedSinkParts {
  /** Set by the first Kafka sink. */
  checkpoints?: CheckpointReader
  connections?: ConnectionPool
}
