import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import type { ClusterOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import type { ProducerClient } from '#src/kafka/create-producer.js'
import { createResources, openTask } from '#src/runtime/open-task.js'
import type { Counters } from '#src/delivery/counters.js'
import type { Failure, TaskEnd } from '#src/runtime/task-events.js'
import { connectorOf, workerOf } from '../support/connectors.js'
import { committedRecords, deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { shipped } from '../support/genesis.js'
import { setQuota } from '../support/quota.js'

/** A cluster whose brokers grant this client so much and no more. */
async function limited(t: TestContext, key: string, value: number): Promise<ClusterOptions> {
  const cluster = { ...testCluster(), clientId: uniqueName('limited') }
  await setQuota(testCluster(), cluster.clientId, key, value)
  t.after(() => setQuota(testCluster(), cluster.clientId, key, null))
  return cluster
}

interface Outcome {
  readonly end: TaskEnd
  readonly failures: readonly Failure[]
  readonly counters: Counters
  readonly topic: string
}

/** A task of so many records, from its start to its end. */
async function run(
  t: TestContext,
  cluster: ClusterOptions,
  records: number,
  keys: Readonly<Record<string, unknown>> = {},
): Promise<Outcome> {
  const topic = uniqueName('quota')
  const checkpoints = { topic: `${topic}-checkpoints`, partitions: 1, replicationFactor: -1 }
  deleteAfter(t, topic, checkpoints.topic)
  const connector = connectorOf({
    name: topic,
    model: shipped('models/customers.json'),
    sink: { type: 'kafka' },
    topic,
    value: { format: 'json' },
    throughput: { max_records: records },
    ...keys,
  })
  const failures: Failure[] = []
  let last: Counters | null = null
  const task = await openTask(
    { connector, shard: 0 },
    await createResources(await workerOf({ kafka: cluster, checkpoints })),
    {
      state: (_state, failure) => {
        if (failure !== null) failures.push(failure)
      },
      progress: (counters) => (last = counters),
    },
  )
  t.after(() => task.abandon())
  const end = await task.run()
  assert.ok(last !== null)
  return { end, failures, counters: last, topic }
}

const bytesPerSecond = 10_000
const requestTimeoutMs = 5_000

/** 200 kB: more than the quota grants at once (its rate is taken over eleven seconds), and than passes within a request timeout. */
const records = 1_000

describe('quotas are waited for, and are no failures:', { concurrency: true }, () => {
  for (const client of ['wire', 'kafkajs'] satisfies ProducerClient[])
    test(`${client}: under a byte quota every record arrives once, late, and the wait is counted`, async (t) => {
      const cluster = { ...(await limited(t, 'producer_byte_rate', bytesPerSecond)), requestTimeoutMs }
      const { end, failures, counters, topic } = await run(t, cluster, records, { producer: { client } })
      assert.deepEqual([end, failures], [{ end: 'complete' }, []])
      assert.equal((await committedRecords(topic)).length, records)
      // kafkajs does not tell of quotas.
      if (client === 'wire') assert.ok(counters.throttledMs > 1_000, `${counters.throttledMs} ms`)
    })

  for (const client of ['wire', 'kafkajs'] satisfies ProducerClient[])
    test(`${client}: a quota of requests makes a task slower, and nothing else`, async (t) => {
      const cluster = await limited(t, 'request_percentage', 3)
      const { end, failures, counters } = await run(t, cluster, 60, {
        throughput: { rate: 20, max_records: 60 },
        transaction: { interval: '50ms' },
        producer: { client },
      })
      assert.deepEqual([end, failures], [{ end: 'complete' }, []])
      assert.equal(counters.records, 60)
    })

  test('topics are made as fast as a quota of the controller allows', async (t) => {
    const cluster = await limited(t, 'controller_mutation_rate', 1)
    const admin = new KafkaAdmin({ ...cluster, requestTimeoutMs: 2_000 })
    t.after(() => admin.close())
    const topics = Array.from({ length: 3 }, () => uniqueName('quota'))
    deleteAfter(t, ...topics)
    for (const topic of topics) await admin.ensureTopic(topic, { partitions: 12, replicationFactor: -1, config: {} })
  })
})
