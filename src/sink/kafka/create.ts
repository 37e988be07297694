import type { ConnectorConfig } from '../../config/connector.js'
import type { WorkerConfig } from '../../config/worker.js'
import { GenesisError } from '../../errors.js'
import { CheckpointReader } from '../../kafka/checkpoint-reader.js'
import { ConnectionPool } from '../../kafka/connection-pool.js'
import type { ShardId } from '../../record.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import type { KafkaSinkConfig } from './options.js'
import { KafkaSink, type KafkaSinkOptions } from './sink.js'

export function createKafkaSink({ connector, worker, shard, fingerprint, shared }: SinkPlan<KafkaSinkConfig>): Sink {
  const options = kafkaSinkOptions(connector, worker, shard, fingerprint)
  shared.checkpoints ??= new CheckpointReader(worker.kafka, worker.checkpoints.topic)
  shared.connections ??= new ConnectionPool(worker.kafka)
  return new KafkaSink(worker.kafka, options, shared.checkpoints, shared.connections)
}

/** Of a connector's shard; the library's transactional publisher has one too. */
export function kafkaSinkOptions(
  connector: Omit<ConnectorConfig, 'sink'>,
  worker: WorkerConfig,
  shard: ShardId,
  fingerprint: string,
): KafkaSinkOptions {
  const { topic, topicCreation, delivery, transaction, compression, producer } = connector
  if (topic === null) throw new GenesisError('INTERNAL', 'a kafka sink without a topic')
  return {
    shard,
    fingerprint,
    topic,
    creation: topicCreation.enabled ? topicCreation : null,
    checkpoints: worker.checkpoints,
    groupId: worker.group.id,
    delivery,
    transactionTimeoutMs: transaction.timeoutMs,
    compression,
    client: producer.client,
    hasTimestamps: connector.timestamp !== null,
    maxBatchBytes: producer.maxBatchBytes,
    deadLetterTopic: connector.deadLetterTopic,
  }
}
