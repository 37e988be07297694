import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { createProducer } from '#src/kafka/create-producer.js'
import { KafkaStore } from '#src/kafka/kafka-store.js'
import type { KafkaStoreOptions } from '#src/kafka/kafka-store.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { encodeRecords } from '#src/kafka/wire/side-records.js'
import { createTopic, deleteAfter, deleteTopic, testCluster, uniqueName } from '../support/kafka.js'
import { storeContract, type StoreLog } from './store.js'

const creation = { replicationFactor: -1 }
const value = (text: string): Buffer => Buffer.from(text)

function storeAt(t: TestContext, topic: string, options: Partial<KafkaStoreOptions> = {}): KafkaStore {
  const store = new KafkaStore(testCluster(), { topic, creation, ...options })
  t.after(() => store.close())
  return store
}

async function recreate(topic: string): Promise<void> {
  await deleteTopic(topic)
  const admin = new KafkaAdmin(testCluster())
  await admin.ensureCheckpointTopic(topic, 1, -1)
  await admin.close()
}

function logOf(t: TestContext): StoreLog {
  const topic = uniqueName('test-store')
  deleteAfter(t, topic)
  return {
    store: () => storeAt(t, topic),
    recreate: () => recreate(topic),
  }
}

storeContract('the store in a topic', logOf)

describe('a store in a topic', () => {
  test('refuses a topic that is not compacted, or has several partitions, or is missing and not to be created', async (t) => {
    const expiring = await createTopic(t, { config: { 'cleanup.policy': 'delete' } })
    await assert.rejects(storeAt(t, expiring).open(), { code: 'TOPIC_UNFIT', message: /cleanup.policy=delete/ })
    const wide = await createTopic(t, { partitions: 2, config: { 'cleanup.policy': 'compact' } })
    await assert.rejects(storeAt(t, wide).open(), { code: 'TOPIC_UNFIT', message: /found 2; expected 1/ })
    const missing = storeAt(t, uniqueName('test-store'), { creation: null })
    await assert.rejects(missing.open(), { code: 'TOPIC_MISSING' })
  })

  test('an expendable topic that is deleted is created again, empty, and written to', async (t) => {
    const topic = uniqueName('test-store')
    deleteAfter(t, topic)
    const [store, other] = [storeAt(t, topic, { isExpendable: true }), storeAt(t, topic, { isExpendable: true })]
    let resets = 0
    store.subscribe({ record: () => undefined, reset: () => resets++ })
    await Promise.all([store.open(), other.open()])
    await store.write([{ key: 'a', value: value('before') }])
    await deleteTopic(topic)
    await Promise.all([store.readToEnd(), other.readToEnd()])
    assert.equal(resets, 1)
    assert.deepEqual([...store.entries.keys()], [])
    await other.write([{ key: 'b', value: value('after') }])
    await store.readToEnd()
    assert.deepEqual([...store.entries.keys()], ['b'])
  })

  test('that grows while its end is asked for is not taken for a new one', async (t) => {
    const topic = uniqueName('test-store')
    deleteAfter(t, topic)
    const [writer, reader] = [storeAt(t, topic), storeAt(t, topic)]
    let resets = 0
    for (const store of [writer, reader]) store.subscribe({ record: () => undefined, reset: () => resets++ })
    await Promise.all([writer.open(), reader.open()])
    let isWriting = true
    const reading = Array.from({ length: 4 }, async () => {
      while (isWriting) await reader.readToEnd()
    })
    for (let n = 0; n < 200; n++) await writer.write([{ key: `k${n}`, value: value('v') }])
    isWriting = false
    await Promise.all(reading)
    await reader.readToEnd()
    assert.deepEqual([resets, reader.entries.size], [0, 200])
  })

  test('does not wait for the open transaction of somebody else, and takes nothing from an aborted one', async (t) => {
    const topic = uniqueName('test-store')
    deleteAfter(t, topic)
    const store = storeAt(t, topic)
    await store.open()
    const stranger = await createProducer('wire', testCluster(), {
      topic,
      partitions: 1,
      transactionalId: uniqueName('stranger'),
      transactionTimeoutMs: 30_000,
      compression: 'none',
      maxMessageBytes: 100_000,
    })
    await stranger.init()
    const record = { key: Buffer.from('a'), value: value('aborted'), headers: [] }
    await stranger.send(encodeRecords([record]), new Int32Array(1))
    await store.write([{ key: 'a', value: value('mine') }])
    await stranger.close()
    await store.write([{ key: 'b', value: value('later') }])
    assert.deepEqual(
      [...store.entries].map(([key, entry]) => [key, String(entry.value)]),
      [
        ['a', 'mine'],
        ['b', 'later'],
      ],
    )
  })

  test('a topic that is gone is TOPIC_MISSING, and once it is back it is followed', async (t) => {
    const topic = uniqueName('test-store')
    deleteAfter(t, topic)
    const store = storeAt(t, topic)
    await store.open()
    await store.write([{ key: 'a', value: value('1') }])
    await deleteTopic(topic)
    await assert.rejects(store.write([{ key: 'b', value: value('2') }]), { code: 'TOPIC_MISSING' })
    const reset = new Promise<void>((resolve) => {
      store.subscribe({ record: () => {}, reset: resolve })
    })
    const admin = new KafkaAdmin(testCluster())
    await admin.ensureCheckpointTopic(topic, 1, -1)
    await admin.close()
    await reset
    await store.write([{ key: 'c', value: value('3') }])
    assert.deepEqual([...store.entries.keys()], ['c'])
  })
})
