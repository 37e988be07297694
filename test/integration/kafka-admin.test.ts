import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { createTopic, deleteAfter, testCluster, uniqueName } from '../support/kafka.js'

function openAdmin(t: TestContext): KafkaAdmin {
  const admin = new KafkaAdmin(testCluster())
  t.after(() => admin.close())
  return admin
}

function newTopic(t: TestContext): string {
  const topic = uniqueName('test-admin')
  deleteAfter(t, topic)
  return topic
}

test('the cluster has an id and brokers', async (t) => {
  const { clusterId, brokers } = await openAdmin(t).cluster()
  assert.match(clusterId ?? '', /^\S{10,}$/)
  assert.ok(brokers.length >= 1 && brokers.every(({ host, port }) => host !== '' && port > 0))
})

test('a missing topic is null, and created as asked', async (t) => {
  const admin = openAdmin(t)
  const topic = newTopic(t)
  assert.equal(await admin.describe(topic), null)
  const config = { 'max.message.bytes': '54321', 'cleanup.policy': 'compact' }
  const created = await admin.ensureTopic(topic, { partitions: 3, replicationFactor: -1, config })
  assert.equal(created.partitions, 3)
  assert.equal(created.maxMessageBytes, 54_321)
  assert.equal(created.config?.get('cleanup.policy'), 'compact')
  assert.deepEqual(await admin.describe(topic), created)
})

test('a missing topic that may not be created is TOPIC_MISSING', async (t) => {
  const topic = newTopic(t)
  await assert.rejects(openAdmin(t).ensureTopic(topic, null), {
    code: 'TOPIC_MISSING',
    message: new RegExp(`${topic}.*topic_creation`),
  })
})

test('many may create one topic at once', async (t) => {
  const topic = newTopic(t)
  const creation = { partitions: 2, replicationFactor: -1, config: {} }
  const all = await Promise.all(Array.from({ length: 6 }, () => openAdmin(t).ensureTopic(topic, creation)))
  assert.deepEqual(
    all.map(({ partitions }) => partitions),
    [2, 2, 2, 2, 2, 2],
  )
})

test('an existing topic is left as it is, and unfit only where something was asked for', async (t) => {
  const admin = openAdmin(t)
  const topic = await createTopic(t, { partitions: 2, config: { 'retention.ms': '1000000' } })
  const creation = { partitions: 5, replicationFactor: -1, config: { 'retention.ms': '5' } }
  assert.equal((await admin.ensureTopic(topic, creation)).partitions, 2)
  await assert.rejects(admin.ensureTopic(topic, creation, { partitions: 5 }), {
    code: 'TOPIC_UNFIT',
    message: /found 2; expected 5/,
  })
  await assert.rejects(admin.ensureTopic(topic, creation, { config: creation.config }), {
    code: 'TOPIC_UNFIT',
    message: /found retention.ms=1000000; expected retention.ms=5/,
  })
  const after = await admin.describe(topic)
  assert.equal(after?.partitions, 2)
  assert.equal(after?.config?.get('retention.ms'), '1000000')
})

test('the checkpoint topic is made compacted, and refused if it is not', async (t) => {
  const admin = openAdmin(t)
  const topic = newTopic(t)
  const created = await admin.ensureCheckpointTopic(topic, 4, -1)
  assert.equal(created.config?.get('cleanup.policy'), 'compact')
  assert.equal((await admin.ensureCheckpointTopic(topic, 8, -1)).partitions, 4)
  const expiring = await createTopic(t, { config: { 'cleanup.policy': 'delete' } })
  await assert.rejects(admin.ensureCheckpointTopic(expiring, 4, -1), {
    code: 'TOPIC_UNFIT',
    message: /cleanup.policy=delete; expected cleanup.policy=compact/,
  })
})

test("what the broker refuses to create is KAFKA_REJECTED with the broker's reason", async (t) => {
  const admin = openAdmin(t)
  const topic = newTopic(t)
  const badConfig = { partitions: 1, replicationFactor: -1, config: { 'retention.ms': 'soon' } }
  await assert.rejects(admin.ensureTopic(topic, badConfig), { code: 'KAFKA_REJECTED', message: /retention.ms/ })
  const manyReplicas = { partitions: 1, replicationFactor: 99, config: {} }
  await assert.rejects(admin.ensureTopic(topic, manyReplicas), { code: 'KAFKA_REJECTED', message: /replica/i })
  await assert.rejects(admin.ensureTopic('not a topic!', badConfig), { code: 'KAFKA_REJECTED' })
})

test('a cluster where no broker answers is KAFKA_UNREACHABLE, naming the addresses', async () => {
  const admin = new KafkaAdmin({ ...testCluster(), brokers: ['127.0.0.1:1', '127.0.0.1:2'] })
  await assert.rejects(admin.cluster(), {
    code: 'KAFKA_UNREACHABLE',
    message: /127.0.0.1:1, 127.0.0.1:2.*kafka.brokers/,
  })
  await admin.close()
})
