import { GenesisError } from '../../errors.js'
import { CheckpointReader } from '../../kafka/checkpoint-reader.js'
import { ConnectionPool } from '../../kafka/connection-pool.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import type { KafkaSinkConfig } from './options.js'
import { KafkaSink } from './sink.js'

export function createKafkaSink({ connector, worker, shard, fingerprint, shared }: SinkPlan<KafkaSinkConfig>): Sink {
  const { topic, topicCreation, delivery, transaction, compression, producer } = connector
  if (topic === null) throw new GenesisError('INTERNAL', 'a kafka sink without a topic')
  shared.checkpoints ??= new CheckpointReader(worker.kafka, worker.checkpoints.topic)
  shared.connections ??= new ConnectionPool(worker.kafka)
  const options = {
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
  return new KafkaSink(worker.kafka, options, shared.checkpoints, shared.connections)
}
