import { KafkaSink } from '#src/sink/kafka/sink.js'
import type { KafkaSinkOptions } from '#src/sink/kafka/sink.js'
import { committedRecords, createTopic, deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { sinkContract } from './sink.js'

sinkContract('the Kafka sink', async (t) => {
  const connector = uniqueName('test-sink')
  const checkpoints = uniqueName('test-checkpoints')
  const topic = await createTopic(t, { partitions: 1 })
  deleteAfter(t, checkpoints)
  const options: KafkaSinkOptions = {
    shard: { connector, shard: 0, shards: 1 },
    fingerprint: 'f00d',
    topic,
    creation: null,
    checkpoints: { topic: checkpoints, partitions: 1, replicationFactor: -1 },
    groupId: 'test',
    delivery: 'exactly-once',
    transactionTimeoutMs: 30_000,
    compression: 'none',
    client: 'kafkajs',
    maxBatchBytes: 1_000_000,
  }
  return {
    takesOver: true,
    sink: () => {
      const sink = new KafkaSink(testCluster(), options)
      t.after(() => sink.close())
      return sink
    },
    committed: async () => (await committedRecords(topic)).map(({ value }) => value ?? ''),
  }
})
