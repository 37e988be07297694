import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { checkpointRecord } from '#src/kafka/checkpoint-record.js'
import { KafkajsProducer } from '#src/kafka/kafkajs-producer.js'
import type { KafkaSinkOptions } from '#src/sink/kafka/sink.js'
import { batchOf } from '../contract/sink.js'
import { kafkaSinks } from '../support/kafka-sinks.js'
import { committedRecords, createTopic, deleteTopic, testCluster } from '../support/kafka.js'

test('a missing topic is created as asked, and refused where creation is off', async (t) => {
  const { options, sink } = kafkaSinks(t, { client: 'kafkajs' })
  await assert.rejects(sink({ creation: null }).open(), { code: 'TOPIC_MISSING', message: new RegExp(options.topic) })
  await sink().open()
  const admin = new KafkaAdmin(testCluster())
  t.after(() => admin.close())
  assert.equal((await admin.describe(options.topic))?.partitions, 2)
})

test('a topic configured otherwise than asked is TOPIC_UNFIT', async (t) => {
  const topic = await createTopic(t, { config: { 'cleanup.policy': 'delete' } })
  const creation = { partitions: 1, replicationFactor: -1, config: { 'cleanup.policy': 'compact' } }
  const { sink } = kafkaSinks(t, { client: 'kafkajs', topic, creation })
  await assert.rejects(sink().open(), { code: 'TOPIC_UNFIT', message: /found cleanup.policy=delete/ })
})

test('internal topics are refused before anything is created', async (t) => {
  const { options, sink } = kafkaSinks(t, { client: 'kafkajs' })
  for (const topic of ['__transaction_state', '_schemas', options.checkpoints.topic])
    await assert.rejects(sink({ topic }).open(), { code: 'TOPIC_UNFIT', message: /internal/ })
  const admin = new KafkaAdmin(testCluster())
  t.after(() => admin.close())
  assert.equal(await admin.describe(options.checkpoints.topic), null)
})

test('two shards deliver into one topic, each with its own checkpoint', async (t) => {
  const { options, sink } = kafkaSinks(t, { client: 'kafkajs' })
  const shard = (n: number): { shard: KafkaSinkOptions['shard'] } => ({
    shard: { ...options.shard, shard: n, shards: 2 },
  })
  const [even, odd] = [sink(shard(0)), sink(shard(1))]
  assert.deepEqual(await Promise.all([even.open(), odd.open()]), [null, null])
  await Promise.all([even.write(batchOf(0, 10, 2)), odd.write(batchOf(1, 10, 2))])
  await even.commit({ position: 20, fingerprint: 'f00d', shards: 2 })
  await odd.commit({ position: 21, fingerprint: 'f00d', shards: 2 })
  await Promise.all([even.close(), odd.close()])
  const read = (await committedRecords(options.topic)).map(({ value }) => Number(/\d+/.exec(value ?? '')?.[0]))
  assert.deepEqual(
    read.sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, n) => n),
  )
  assert.equal((await sink(shard(0)).open())?.position, 20)
  assert.equal((await sink(shard(1)).open())?.position, 21)
})

test('a stream that was changed is refused: fingerprint, number of tasks, and a task that is new to it', async (t) => {
  const { options, sink } = kafkaSinks(t, { client: 'kafkajs' })
  const first = sink()
  await first.open()
  await first.write(batchOf(0, 3))
  await first.commit({ position: 3, fingerprint: 'f00d', shards: 1 })
  await first.close()
  await assert.rejects(sink({ fingerprint: 'beef' }).open(), {
    code: 'CHECKPOINT_INVALID',
    message: /found fingerprint f00d; expected beef.*new name/,
  })
  for (const shard of [0, 1])
    await assert.rejects(sink({ shard: { ...options.shard, shard, shards: 2 } }).open(), {
      code: 'CHECKPOINT_INVALID',
      message: /shard 0.*another tasks\.max; found 1; expected 2/,
    })
  assert.equal((await sink().open())?.position, 3)
})

test('a corrupt checkpoint is refused, and nothing is sent', async (t) => {
  const { options, sink } = kafkaSinks(t, { client: 'kafkajs' })
  await sink().open()
  const producer = new KafkajsProducer(testCluster(), {
    topic: options.topic,
    partitions: 2,
    transactionalId: null,
    transactionTimeoutMs: 10_000,
    compression: 'none',
    maxMessageBytes: 100_000,
  })
  t.after(() => producer.close())
  await producer.init()
  const record = checkpointRecord(options.checkpoints.topic, 2, options.shard, null)
  await producer.commit([{ ...record, value: Buffer.from('{') }])
  await assert.rejects(sink().open(), {
    code: 'CHECKPOINT_INVALID',
    message: new RegExp(`topic ${options.checkpoints.topic}, partition ${record.partition}, offset 0`),
  })
  assert.deepEqual(await committedRecords(options.topic), [])
})

test('a lost checkpoint topic is refused where the target has records, and made where it has none', async (t) => {
  const { options, sink } = kafkaSinks(t, { client: 'kafkajs' })
  const first = sink()
  assert.equal(await first.open(), null)
  await first.write(batchOf(0, 3))
  await first.commit({ position: 3, fingerprint: 'f00d', shards: 1 })
  await first.close()
  await deleteTopic(options.checkpoints.topic)
  await assert.rejects(sink().open(), {
    code: 'CHECKPOINT_INVALID',
    message: new RegExp(`topic ${options.checkpoints.topic}: the checkpoint topic is missing.*${options.topic}`),
  })
})

test('at-least-once: records are there at the commit, and the checkpoint after them', async (t) => {
  const { options, sink } = kafkaSinks(t, { client: 'kafkajs', delivery: 'at-least-once' })
  const first = sink()
  assert.equal(await first.open(), null)
  await first.write(batchOf(0, 5))
  await first.commit({ position: 5, fingerprint: 'f00d', shards: 1 })
  await first.write(batchOf(5, 2))
  await first.close()
  const second = sink()
  assert.equal((await second.open())?.position, 5)
  await second.write(batchOf(5, 2))
  await second.commit({ position: 7, fingerprint: 'f00d', shards: 1 })
  const seen = new Set((await committedRecords(options.topic)).map(({ value }) => value))
  assert.equal(seen.size, 7)
})
