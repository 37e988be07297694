import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPartitionsV3 } from '@platformatic/kafka'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { checkpointRecord } from '#src/kafka/checkpoint-record.js'
import { earlierTransactionalId } from '#src/kafka/transactional-id.js'
import { OwnConnections, type BrokerSource } from '#src/kafka/broker-source.js'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'
import { produceByIdApi } from '#src/kafka/wire/produce-request.js'
import { WireProducer } from '#src/kafka/wire/wire-producer.js'
import type { KafkaSink } from '#src/sink/kafka/sink.js'
import type { KafkaSinkOptions } from '#src/sink/kafka/sink.js'
import { prepareTopics } from '#src/sink/kafka/topics.js'
import { TopicWatch } from '#src/sink/kafka/topic-watch.js'
import { batchOf } from '../contract/sink.js'
import { kafkaSinks, type KafkaSinks } from '../support/kafka-sinks.js'
import {
  committedRecords,
  createTopic,
  deleteAfter,
  deleteTopic,
  makeTopic,
  testCluster,
  uniqueName,
} from '../support/kafka.js'

interface Stream extends KafkaSinks {
  /** What the checkpoint topic says last. */
  readonly checkpoint: () => Promise<Record<string, unknown>>
}

function stream(t: TestContext, changes: Partial<KafkaSinkOptions> = {}): Stream {
  const sinks = kafkaSinks(t, changes)
  const { topic } = sinks.options.checkpoints
  return {
    ...sinks,
    checkpoint: async () =>
      JSON.parse((await committedRecords(topic)).at(-1)?.value ?? 'null') as Record<string, unknown>,
  }
}

/** Opens, delivers positions `from` to before `end`, and stays open. */
async function deliver(sink: KafkaSink, from: number, end: number): Promise<void> {
  assert.equal((await sink.open())?.position ?? 0, from)
  await sink.write(batchOf(from, end - from))
  await sink.commit({ position: end, fingerprint: 'f00d', shards: 1 })
}

async function withAdmin<T>(work: (admin: KafkaAdmin) => Promise<T>): Promise<T> {
  const admin = new KafkaAdmin(testCluster())
  return work(admin).finally(() => admin.close())
}

const topicId = (topic: string): Promise<string | null | undefined> =>
  withAdmin(async (admin) => (await admin.describe(topic))?.topicId)

const create = (topic: string, partitions: number, config?: Record<string, string>): Promise<void> =>
  makeTopic(testCluster(), topic, partitions, config)

test('a checkpoint names group, topic, its id and its partitions', async (t) => {
  const { options, sink, checkpoint } = stream(t)
  await deliver(sink(), 0, 10)
  assert.deepEqual(await checkpoint(), {
    ...{ position: 10, fingerprint: 'f00d', shards: 1 },
    ...{ group: 'test', topic: options.topic, topic_id: await topicId(options.topic), partitions: '0:2' },
  })
})

test('a topic that was deleted is not made again: the stream would go on in the middle', async (t) => {
  const { options, sink } = stream(t)
  const first = sink()
  await deliver(first, 0, 10)
  const id = await topicId(options.topic)
  await first.close()
  await deleteTopic(options.topic)
  await assert.rejects(sink().open(), {
    code: 'CHECKPOINT_INVALID',
    message: new RegExp(
      `was deleted; found no topic ${options.topic}; expected topic ${options.topic} \\(id ${id}\\).*genesis reset.*--keep-position`,
    ),
  })
  assert.equal(await topicId(options.topic), undefined)
})

test('a topic that was deleted while the connector ran ends it, and is not made again', async (t) => {
  const { options, sink } = stream(t)
  const running = sink()
  await deliver(running, 0, 10)
  await deleteTopic(options.topic)
  // As a task does: after any rejection it opens again.
  await assert.rejects(
    async () => {
      await running.write(batchOf(10, 5))
      await running.commit({ position: 15, fingerprint: 'f00d', shards: 1 })
    },
    { retriable: true },
  )
  await running.close()
  await assert.rejects(running.open(), { code: 'CHECKPOINT_INVALID', message: /the stream's topic was deleted/ })
  assert.equal(await topicId(options.topic), undefined)
})

test('a topic that is deleted between the look at it and the creation of what is missing is not made again', async (t) => {
  const { options } = stream(t)
  const { topic, checkpoints } = options
  for (const deleted of [topic, checkpoints.topic]) {
    for (const name of [topic, checkpoints.topic]) await create(name, 1, { 'cleanup.policy': 'compact' })
    await assert.rejects(
      prepareTopics(testCluster(), options, () => deleteTopic(deleted)),
      {
        code: 'KAFKA_RETRIABLE',
        message: new RegExp(`topic ${deleted}: the topic was deleted while the connector was starting`),
      },
    )
    assert.equal(await topicId(deleted), undefined)
    if (deleted === topic) await deleteTopic(checkpoints.topic)
  }
})

test('a topic that somebody made again is refused, naming both ids, and gets no record', async (t) => {
  const { options, sink } = stream(t)
  const first = sink()
  await deliver(first, 0, 10)
  const id = await topicId(options.topic)
  await first.close()
  await deleteTopic(options.topic)
  await create(options.topic, 2)
  await assert.rejects(sink().open(), {
    code: 'CHECKPOINT_INVALID',
    message: new RegExp(`recreated.*found topic .*\\(id ${await topicId(options.topic)}\\); expected .*\\(id ${id}\\)`),
  })
  assert.deepEqual(await committedRecords(options.topic), [])
})

test('a renamed topic is refused before it is made, naming both', async (t) => {
  const { options, sink } = stream(t)
  const first = sink()
  await deliver(first, 0, 10)
  await first.close()
  const two = uniqueName('test-two')
  await assert.rejects(sink({ topic: two }).open(), {
    code: 'CHECKPOINT_INVALID',
    message: new RegExp(`started in another topic; found topic ${options.topic} \\(id .*expected topic ${two}. Undo`),
  })
  assert.equal(await topicId(two), undefined)
  deleteAfter(t, two)
  await create(two, 2)
  await assert.rejects(sink({ topic: two }).open(), { code: 'CHECKPOINT_INVALID', message: /started in another topic/ })
})

test('a connector of the same name in another group is refused, and does not fence the first', async (t) => {
  const { sink } = stream(t)
  const first = sink()
  await deliver(first, 0, 10)
  await assert.rejects(sink({ groupId: 'others' }).open(), {
    code: 'CHECKPOINT_INVALID',
    message: /another worker group.*found group test; expected group others\. Give the connector another name/,
  })
  await first.write(batchOf(10, 5))
  await first.commit({ position: 15, fingerprint: 'f00d', shards: 1 })
})

test('group g with connector a-b and group g-a with connector b do not fence each other', async (t) => {
  const one = stream(t, { groupId: 'g', shard: { connector: 'a-b', shard: 0, shards: 1 } })
  const two = stream(t, { groupId: 'g-a', shard: { connector: 'b', shard: 0, shards: 1 } })
  const [first, second] = [one.sink(), two.sink()]
  await deliver(first, 0, 10)
  await deliver(second, 0, 10)
  await first.write(batchOf(10, 5))
  await first.commit({ position: 15, fingerprint: 'f00d', shards: 1 })
})

test('a checkpoint of version 0.1 goes on, its worker is fenced, and the next commit completes it', async (t) => {
  const { options, sink, checkpoint } = stream(t)
  const { topic, shard, checkpoints, groupId } = options
  await create(topic, 2)
  await create(checkpoints.topic, 2, { 'cleanup.policy': 'compact' })
  const old = new WireProducer(testCluster(), {
    ...{ topic, partitions: 2, transactionalId: earlierTransactionalId(groupId, shard), transactionTimeoutMs: 20_000 },
    ...{ compression: 'none', maxMessageBytes: 1_000_000 },
  })
  t.after(() => old.close())
  await old.init()
  const commit = async (from: number, position: number): Promise<void> => {
    await old.send(batchOf(from, position - from), new Int32Array(position - from))
    await old.commit([checkpointRecord(checkpoints.topic, 2, shard, { position, fingerprint: 'f00d', shards: 1 })])
  }
  await commit(0, 10)
  await deliver(sink(), 10, 20)
  await assert.rejects(commit(10, 20), { code: 'KAFKA_FENCED' })
  const { position, partitions, topic_id: id } = await checkpoint()
  assert.deepEqual([position, partitions, id], [20, '0:2', await topicId(topic)])
})

test('a checkpoint of version 0.1 whose topic never had a record is refused', async (t) => {
  const { options, sink } = stream(t)
  const { topic, shard, checkpoints } = options
  await create(topic, 2)
  await create(checkpoints.topic, 2, { 'cleanup.policy': 'compact' })
  const old = new WireProducer(testCluster(), {
    ...{ topic, partitions: 2, transactionalId: null, transactionTimeoutMs: 20_000 },
    ...{ compression: 'none', maxMessageBytes: 1_000_000 },
  })
  t.after(() => old.close())
  await old.init()
  await old.commit([checkpointRecord(checkpoints.topic, 2, shard, { position: 9, fingerprint: 'f00d', shards: 1 })])
  await assert.rejects(sink().open(), { code: 'CHECKPOINT_INVALID', message: /the topic has never had a record/ })
})

test('partitions that are added are remembered from the position on from which they are used', async (t) => {
  const { options, sink, checkpoint } = stream(t)
  const first = sink()
  await deliver(first, 0, 10)
  await first.close()
  const connections = new ClusterConnections(testCluster())
  t.after(() => connections.close())
  const { controllerId } = await connections.metadata([])
  const { connection } = await connections.broker(controllerId)
  await createPartitionsV3.api.async(connection, [{ name: options.topic, count: 5, assignments: null }], 10_000, false)
  while ((await withAdmin((admin) => admin.describe(options.topic)))?.partitions !== 5) await sleep(20)
  await deliver(sink(), 10, 20)
  assert.equal((await checkpoint()).partitions, '0:2,10:5')
})

test('a topic that is deleted while it is described is missing', async (t) => {
  const topic = await createTopic(t)
  const cluster = testCluster()
  const source = new OwnConnections(cluster)
  const describeConfigs = 32
  /** Deletes the topic between the request for its metadata and the one for its configuration. */
  const deleting: BrokerSource = {
    requestSize: source.requestSize,
    close: (broker) => source.close(broker),
    open: async (host, port) => {
      const broker = await source.open(host, port)
      const send = broker.connection.send.bind(broker.connection) as (...request: unknown[]) => unknown
      broker.connection.send = (apiKey: number, ...rest: unknown[]): unknown =>
        apiKey === describeConfigs ? void deleteTopic(topic).then(() => send(apiKey, ...rest)) : send(apiKey, ...rest)
      return broker
    },
  }
  const admin = new KafkaAdmin(cluster, deleting)
  t.after(() => admin.close())
  assert.equal(await admin.describe(topic), null)
})

test('a checkpoint topic that was deleted and made again while the connector ran ends it', async (t) => {
  const { options, sink } = stream(t)
  const running = sink()
  await deliver(running, 0, 10)
  await running.close()
  await deleteTopic(options.checkpoints.topic)
  await create(options.checkpoints.topic, 2, { 'cleanup.policy': 'compact' })
  await assert.rejects(running.open(), {
    code: 'CHECKPOINT_INVALID',
    message: /the checkpoint topic was deleted while the connector ran; found another topic of this name/,
  })
})

test('a checkpoint topic that was made again between two runs is noticed by the transactional id', async (t) => {
  const { options, sink } = stream(t)
  const first = sink()
  await deliver(first, 0, 10)
  await first.close()
  // Its marker is written after the commit is acknowledged.
  await committedRecords(options.topic)
  await deleteTopic(options.checkpoints.topic)
  await create(options.checkpoints.topic, 2, { 'cleanup.policy': 'compact' })
  for (let attempt = 0; attempt < 2; attempt++) {
    await assert.rejects(sink().open(), {
      code: 'CHECKPOINT_INVALID',
      message: /has committed before, but its checkpoint/,
    })
  }
  assert.equal((await committedRecords(options.topic)).length, 10)
})

/** Produce requests name topics by their ids from version 13 on, of Kafka 4.1. */
async function takesTopicIds(): Promise<boolean> {
  const broker = await openAnyBroker(testCluster())
  await broker.close()
  return broker.maxVersion(produceByIdApi.key) >= produceByIdApi.version
}

for (const delivery of ['exactly-once', 'at-least-once'] as const)
  for (const which of ['topic', 'checkpoint topic'] as const)
    test(`a ${which} that is made again between two requests takes nothing that was for the earlier one (${delivery})`, async (t) => {
      if (!(await takesTopicIds())) return t.skip('the broker has no Produce requests with topic ids')
      const { options, sink } = stream(t, { delivery })
      const running = sink()
      await deliver(running, 0, 10)
      const remade = which === 'topic' ? options.topic : options.checkpoints.topic
      await deleteTopic(remade)
      await create(remade, 2, which === 'topic' ? {} : { 'cleanup.policy': 'compact' })
      await assert.rejects(
        async () => {
          await running.write(batchOf(10, 5))
          await running.commit({ position: 15, fingerprint: 'f00d', shards: 1 })
        },
        { retriable: true },
      )
      assert.deepEqual(await committedRecords(remade), [])
      await running.close()
      await assert.rejects(running.open(), {
        code: 'CHECKPOINT_INVALID',
        message: /another topic of this name|recreated/,
      })
    })

test('a topic that is made again between two requests is noticed by a look now and then', async (t) => {
  const topic = uniqueName('test-topic')
  deleteAfter(t, topic)
  await create(topic, 1)
  let now = 0
  const watch = new TopicWatch(
    testCluster(),
    [{ topic, topicId: (await topicId(topic)) ?? null }],
    undefined,
    () => now,
  )
  await deleteTopic(topic)
  await create(topic, 1)
  watch.look()
  now = 10_000
  await assert.rejects(
    async () => {
      for (;;) {
        watch.look()
        await sleep(10)
      }
    },
    { code: 'KAFKA_RETRIABLE', message: /deleted and recreated; found id / },
  )
})
