import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { deleteTopicsV6 } from '@platformatic/kafka'
import type { ClusterOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'
import type { PartitionRange } from '#src/kafka/topic-reader.js'
import { TopicReader } from '#src/kafka/topic-reader.js'

/** The broker that the test runner provides. */
export function testCluster(): ClusterOptions {
  const brokers = process.env.KAFKA_BROKERS
  assert.ok(brokers, 'KAFKA_BROKERS must name the brokers to test with')
  return clusterAt(brokers.split(','))
}

export function clusterAt(brokers: readonly string[]): ClusterOptions {
  return { brokers, clientId: 'genesis-test', tls: null, sasl: null, connectTimeoutMs: 5_000, requestTimeoutMs: 15_000 }
}

export function uniqueName(prefix: string): string {
  return `${prefix}-${randomBytes(5).toString('hex')}`
}

/** A new topic that goes when the test ends. */
export async function createTopic(
  t: TestContext,
  { partitions = 1, config = {} }: { partitions?: number; config?: Record<string, string> } = {},
): Promise<string> {
  const topic = uniqueName('test-topic')
  deleteAfter(t, topic)
  // The broker would delete records whose timestamps are long ago whenever it looks.
  await makeTopic(testCluster(), topic, partitions, { 'retention.ms': '-1', ...config })
  return topic
}

/**
 * A topic that a bare producer can write to at once: a broker that was named the leader answers NOT_LEADER_OR_FOLLOWER
 * until it has heard so itself.
 */
export async function makeTopic(
  cluster: ClusterOptions,
  topic: string,
  partitions = 1,
  config: Record<string, string> = {},
): Promise<void> {
  const admin = new KafkaAdmin(cluster)
  const reader = new TopicReader(cluster, topic)
  try {
    await admin.ensureTopic(topic, { partitions, replicationFactor: -1, config })
    await reader.ranges()
  } finally {
    await admin.close()
    await reader.close()
  }
}

/** Resolves once the broker no longer knows the topic, or has another one of this name. */
export async function deleteTopic(topic: string): Promise<void> {
  const [admin, broker] = [new KafkaAdmin(testCluster()), await openAnyBroker(testCluster())]
  try {
    const deleted = await admin.describe(topic)
    await deleteTopicsV6.api.async(broker.connection, [{ name: topic, topicId: null }], 15_000)
    for (;;) {
      const found = await admin.describe(topic)
      if (found === null || found.topicId !== deleted?.topicId) return
      await sleep(20)
    }
  } finally {
    await Promise.all([admin.close(), broker.close()])
  }
}

/** Deletes topics, existing or not, when the test ends. */
export function deleteAfter(t: TestContext, ...topics: string[]): void {
  t.after(async () => {
    const broker = await openAnyBroker(testCluster())
    const requests = topics.map((name) => ({ name, topicId: null }))
    await deleteTopicsV6.api.async(broker.connection, requests, 15_000).catch(() => {})
    await broker.close()
  })
}

export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [name: string, value: string | null])[]
}

/** What a read_committed consumer gets of a topic, partition by partition, once every transaction has ended. */
export async function committedRecords(topic: string, cluster = testCluster()): Promise<ReadRecord[]> {
  // A commit is acknowledged before its markers are written; reading to the end waits for them.
  return readRecords(topic, cluster, ({ end }) => end)
}

/** What a read_committed consumer gets of a topic at this moment. */
export async function committedNow(topic: string, cluster = testCluster()): Promise<ReadRecord[]> {
  return readRecords(topic, cluster, ({ stableEnd }) => stableEnd)
}

/** The sizes of the record batches of a topic's first partition. */
export async function committedBatches(topic: string): Promise<{ records: number; bytes: number }[]> {
  const reader = new TopicReader(testCluster(), topic)
  const batches: { records: number; bytes: number }[] = []
  try {
    const [range] = await reader.ranges()
    for await (const { header } of reader.read(range, 'committed'))
      batches.push({ records: header.count, bytes: header.length })
  } finally {
    await reader.close()
  }
  return batches
}

async function readRecords(
  topic: string,
  cluster: ClusterOptions,
  endOf: (range: PartitionRange) => number,
): Promise<ReadRecord[]> {
  const reader = new TopicReader(cluster, topic)
  const records: ReadRecord[] = []
  try {
    for (const range of await reader.ranges()) {
      const { partition, start } = range
      for await (const batch of reader.read({ partition, start, end: endOf(range) }, 'committed'))
        while (batch.next())
          records.push({
            partition,
            offset: batch.offset,
            timestamp: batch.timestamp,
            key: batch.key()?.toString() ?? null,
            value: batch.value()?.toString() ?? null,
            headers: batch.headers().map(([name, value]) => [name, value?.toString('latin1') ?? null]),
          })
    }
  } finally {
    await reader.close()
  }
  return records
}
