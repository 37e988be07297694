import type { TestContext } from 'node:test'
import { KafkaSink } from '#src/sink/kafka/sink.js'
import type { KafkaSinkOptions } from '#src/sink/kafka/sink.js'
import { deleteAfter, testCluster, uniqueName } from './kafka.js'

/** Sinks of one connector, and what they have in common. */
export interface KafkaSinks {
  readonly options: KafkaSinkOptions
  /** Another one; it is closed after the test. */
  readonly sink: (changes?: Partial<KafkaSinkOptions>) => KafkaSink
}

/** Their topics have new names, and are deleted after the test. */
export function kafkaSinks(t: TestContext, changes: Partial<KafkaSinkOptions> = {}): KafkaSinks {
  const options: KafkaSinkOptions = {
    shard: { connector: uniqueName('test-connector'), shard: 0, shards: 1 },
    fingerprint: 'f00d',
    topic: uniqueName('test-topic'),
    creation: { partitions: 2, replicationFactor: -1, config: {} },
    checkpoints: { topic: uniqueName('test-checkpoints'), partitions: 2, replicationFactor: -1 },
    groupId: 'test',
    delivery: 'exactly-once',
    transactionTimeoutMs: 30_000,
    compression: 'none',
    client: 'wire',
    maxBatchBytes: 1_000_000,
    ...changes,
  }
  deleteAfter(t, options.topic, options.checkpoints.topic)
  return {
    options,
    sink: (more = {}) => {
      const sink = new KafkaSink(testCluster(), { ...options, ...more })
      t.after(() => sink.close())
      return sink
    },
  }
}
