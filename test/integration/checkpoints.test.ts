import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { createPartitionsV3 } from '@platformatic/kafka'
import { CheckpointReader } from '#src/kafka/checkpoint-reader.js'
import { checkpointRecord } from '#src/kafka/checkpoint-record.js'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import { KafkajsProducer } from '#src/kafka/kafkajs-producer.js'
import { partitionOfKey } from '#src/kafka/partitioner.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'
import type { Checkpoint } from '#src/record.js'
import { committedRecords, createTopic, testCluster, uniqueName } from '../support/kafka.js'

const partitions = 3

async function checkpointTopic(t: TestContext): Promise<string> {
  return createTopic(t, { partitions, config: { 'cleanup.policy': 'compact' } })
}

async function openProducer(t: TestContext, transactionalId: string | null, topic = 'none'): Promise<KafkajsProducer> {
  const producer = new KafkajsProducer(testCluster(), {
    topic,
    partitions: 1,
    transactionalId,
    transactionTimeoutMs: 20_000,
    compression: 'none',
    maxMessageBytes: 1_000_000,
  })
  t.after(() => producer.close())
  await producer.init()
  return producer
}

const at = (position: number, shards = 1): Checkpoint => ({ position, fingerprint: 'f00d', shards })

test('keys and values are those of Kafka Connect source offsets, on the partition of the key', async (t) => {
  const topic = await checkpointTopic(t)
  const producer = await openProducer(t, null)
  const record = checkpointRecord(topic, partitions, { connector: 'orders "1"', shard: 2 }, at(7, 5))
  await producer.commit([record])
  const [read] = await committedRecords(topic)
  assert.equal(read.key, '["orders \\"1\\"",{"shard":2}]')
  assert.equal(read.value, '{"position":7,"fingerprint":"f00d","shards":5}')
  assert.equal(read.partition, partitionOfKey(Buffer.from(read.key), 0, read.key.length, partitions))
})

test('the latest committed checkpoint of each shard is read, and no other connector is', async (t) => {
  const topic = await checkpointTopic(t)
  const producer = await openProducer(t, uniqueName('test-id'))
  const write = (connector: string, shard: number, checkpoint: Checkpoint | null): Promise<void> =>
    producer.commit([checkpointRecord(topic, partitions, { connector, shard }, checkpoint)])
  const reader = new CheckpointReader(testCluster(), topic)
  assert.equal(await reader.shard('orders', 0), null)
  assert.equal((await reader.connector('orders')).size, 0)
  await write('orders', 0, at(10, 2))
  await write('orders', 1, at(11, 2))
  await write('others', 0, at(999))
  await write('orders', 0, at(20, 2))
  // A commit is acknowledged before its markers are written.
  await committedRecords(topic)
  assert.deepEqual(await reader.shard('orders', 0), at(20, 2))
  assert.deepEqual(
    await reader.connector('orders'),
    new Map([
      [0, at(20, 2)],
      [1, at(11, 2)],
    ]),
  )
  await write('orders', 0, null)
  await committedRecords(topic)
  assert.equal(await reader.shard('orders', 0), null)
  assert.deepEqual([...(await reader.connector('orders')).keys()], [1])
})

test('aborted and undecided checkpoints are not taken, and an open transaction holds nobody up', async (t) => {
  const topic = await checkpointTopic(t)
  const key = { connector: 'orders', shard: 0 }
  const id = uniqueName('test-id')
  const first = await openProducer(t, id)
  await first.commit([checkpointRecord(topic, partitions, key, at(10))])
  // A sibling's transaction stays open on the same partition.
  const sibling = await openProducer(t, uniqueName('test-id'), topic)
  await sendOnly(sibling, checkpointRecord(topic, partitions, key, at(666)))
  const second = await openProducer(t, id, topic)
  await sendOnly(second, checkpointRecord(topic, partitions, key, at(20)))
  await second.close()
  const third = await openProducer(t, id)
  const reader = new CheckpointReader(testCluster(), topic)
  assert.deepEqual(await reader.shard('orders', 0), at(10))
  await third.commit([checkpointRecord(topic, partitions, key, at(30))])
  const fourth = await openProducer(t, id)
  assert.deepEqual(await reader.shard('orders', 0), at(30))
  await fourth.close()
})

test('a checkpoint without a marker is said to be undecided, for its own connector only, until it has one', async (t) => {
  const topic = await checkpointTopic(t)
  const producer = await openProducer(t, uniqueName('test-id'), topic)
  const reader = new CheckpointReader(testCluster(), topic)
  assert.equal((await reader.connector('orders')).size, 0)
  assert.equal(reader.isUndecided('orders'), false)
  await sendOnly(producer, checkpointRecord(topic, partitions, { connector: 'orders', shard: 0 }, at(10)))
  assert.equal((await reader.connector('orders')).size, 0)
  assert.equal(reader.isUndecided('orders'), true)
  assert.equal(reader.isUndecided('others'), false)
  assert.equal(reader.isUndecided('orders', 'archive'), false)
  await producer.commit([])
  await committedRecords(topic)
  assert.deepEqual([...(await reader.connector('orders')).values()], [at(10)])
  assert.equal(reader.isUndecided('orders'), false)
})

for (const [what, value] of [
  ['not JSON', '{"position":'],
  ['without a fingerprint', '{"position":4,"shards":1}'],
  ['negative', '{"position":-1,"fingerprint":"f00d","shards":1}'],
  ["another shard's position", '{"position":4,"fingerprint":"f00d","shards":2}'],
] as const)
  test(`a checkpoint that is ${what} is CHECKPOINT_INVALID, naming where it is`, async (t) => {
    const topic = await checkpointTopic(t)
    const producer = await openProducer(t, null)
    const record = checkpointRecord(topic, partitions, { connector: 'orders', shard: 1 }, at(1))
    await producer.commit([record, { ...record, value: Buffer.from(value) }])
    const reader = new CheckpointReader(testCluster(), topic)
    const place = new RegExp(`topic ${topic}, partition ${record.partition}, offset 1: a checkpoint is corrupt`)
    await assert.rejects(reader.shard('orders', 1), { code: 'CHECKPOINT_INVALID', message: place })
    await assert.rejects(reader.connector('orders'), { code: 'CHECKPOINT_INVALID', message: place })
    assert.equal(await reader.shard('orders', 0), null)
    await producer.commit([record])
    assert.deepEqual(await reader.shard('orders', 1), at(1))
  })

test('a topic that is missing is TOPIC_MISSING, not an empty one', async () => {
  await assert.rejects(new CheckpointReader(testCluster(), uniqueName('test-none')).shard('orders', 0), {
    code: 'TOPIC_MISSING',
  })
})

/** Writes a checkpoint in the open transaction, without committing it. */
async function sendOnly(
  producer: KafkajsProducer,
  { key, value, partition }: ReturnType<typeof checkpointRecord>,
): Promise<void> {
  const bytes = Buffer.concat([key, value ?? Buffer.alloc(0)])
  const offsets = Int32Array.of(0, key.length, bytes.length)
  const batch = { start: 0, stride: 1, length: 1, bytes, offsets, hasKeys: true }
  await producer.send(batch, Int32Array.of(partition))
}

test('the last checkpoint in the log counts, though the marker of an earlier one stands behind it', async (t) => {
  const topic = await checkpointTopic(t)
  const id = { connector: 'orders', shard: 0 }
  const owner = await openProducer(t, uniqueName('test-owner'), topic)
  await sendOnly(owner, checkpointRecord(topic, partitions, id, at(4)))
  const other = await openProducer(t, null)
  await other.commit([checkpointRecord(topic, partitions, id, at(8))])
  await owner.commit([])
  await committedRecords(topic)
  assert.deepEqual(await new CheckpointReader(testCluster(), topic).shard('orders', 0), at(8))
})

test('a checkpoint that added partitions have put out of its place is refused, not taken for missing', async (t) => {
  const topic = await checkpointTopic(t)
  const id = { connector: 'orders', shard: 0 }
  const producer = await openProducer(t, null)
  const old = checkpointRecord(topic, partitions, id, at(70))
  const more =
    [4, 5, 6, 7].find((n) => checkpointRecord(topic, n, id, null).partition !== old.partition) ?? assert.fail()
  await producer.commit([old])
  const broker = await openAnyBroker(testCluster())
  t.after(() => broker.close())
  await createPartitionsV3.api.async(
    broker.connection,
    [{ name: topic, count: more, assignments: null }],
    10_000,
    false,
  )
  // The broker hears of them a moment after the controller has answered.
  const connections = new ClusterConnections(testCluster())
  t.after(() => connections.close())
  while ((await connections.metadata([topic])).topics[0].partitions.length < more);
  const expected = checkpointRecord(topic, more, id, at(70))
  await assert.rejects(new CheckpointReader(testCluster(), topic).shard('orders', 0), {
    code: 'CHECKPOINT_INVALID',
    message: new RegExp(`partition ${old.partition}, offset 0.*expected partition ${expected.partition}`),
  })
  const next = await openProducer(t, null)
  await next.commit([expected])
  assert.deepEqual(await new CheckpointReader(testCluster(), topic).shard('orders', 0), at(70))
})
