import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { deleteRecordsV2 } from '@platformatic/kafka'
import { createKafkajsClient } from '#src/kafka/kafkajs-client.js'
import { KafkajsProducer } from '#src/kafka/kafkajs-producer.js'
import type { Compression } from '#src/kafka/producer.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import type { Isolation, PartitionRange } from '#src/kafka/topic-reader.js'
import { encodedBatch } from '../support/encoded-batch.js'
import { createTopic, testCluster, uniqueName } from '../support/kafka.js'

async function openProducer(
  t: TestContext,
  topic: string,
  transactionalId: string | null,
  compression: Compression = 'none',
): Promise<KafkajsProducer> {
  const producer = new KafkajsProducer(testCluster(), {
    topic,
    partitions: 1,
    transactionalId,
    transactionTimeoutMs: 20_000,
    compression,
    maxMessageBytes: 1_000_000,
  })
  t.after(() => producer.close())
  await producer.init()
  return producer
}

async function send(producer: KafkajsProducer, ...values: string[]): Promise<void> {
  const { batch, partitions } = encodedBatch(
    values.map((value) => ({ key: null, value: Buffer.from(value), timestamp: 1_600_000_000_000, partition: 0 })),
  )
  await producer.send(batch, partitions)
}

function openReader(t: TestContext, topic: string, fetchBytes = 1 << 20): TopicReader {
  const reader = new TopicReader(testCluster(), topic, { fetchBytes, stallMs: 2_000 })
  t.after(() => reader.close())
  return reader
}

async function valuesOf(
  reader: TopicReader,
  range: Pick<PartitionRange, 'partition' | 'start' | 'end'>,
  isolation: Isolation = 'committed',
): Promise<string[]> {
  const values: string[] = []
  for await (const batch of reader.read(range, isolation))
    while (batch.next()) if (!batch.header.control) values.push(batch.value()?.toString() ?? 'null')
  return values
}

test('aborted records and transaction markers are passed over, on the way and at the end', async (t) => {
  const topic = await createTopic(t)
  const id = uniqueName('test-id')
  for (const [text, commit] of [
    ['a', true],
    ['b', false],
    ['c', false],
    ['d', true],
    ['e', false],
  ] as const) {
    const producer = await openProducer(t, topic, id)
    await send(producer, `${text}1`, `${text}2`)
    if (commit) await producer.commit([])
    await producer.close()
  }
  const reader = openReader(t, topic)
  const [range] = await reader.ranges()
  assert.deepEqual(await valuesOf(reader, range), ['a1', 'a2', 'd1', 'd2'])
  assert.equal((await valuesOf(reader, range, 'uncommitted')).length, 10)
  // Fetches that begin in the midst of an aborted transaction.
  const starts = Array.from({ length: range.end + 1 }, (_, start) => start)
  const tails = await Promise.all(starts.map((start) => valuesOf(reader, { ...range, start })))
  const offsets = new Map([
    [0, 'a1'],
    [1, 'a2'],
    [9, 'd1'],
    [10, 'd2'],
  ])
  starts.forEach((start) =>
    assert.deepEqual(
      tails[start],
      [...offsets].filter(([offset]) => offset >= start).map(([, value]) => value),
    ),
  )
})

test('interleaved transactions of two producers are told apart', async (t) => {
  const topic = await createTopic(t)
  const kept = await openProducer(t, topic, uniqueName('test-id'))
  const dropped = await openProducer(t, topic, uniqueName('test-id'))
  for (let n = 0; n < 5; n++) {
    await send(kept, `kept ${n}`)
    await send(dropped, `dropped ${n}`)
  }
  await dropped.close()
  await kept.commit([])
  const reader = openReader(t, topic)
  const [range] = await reader.ranges()
  assert.deepEqual(await valuesOf(reader, range), ['kept 0', 'kept 1', 'kept 2', 'kept 3', 'kept 4'])
})

test('reading stops at the end that was fixed, and starts within a batch', async (t) => {
  const topic = await createTopic(t)
  const producer = await openProducer(t, topic, null, 'gzip')
  await send(producer, 'a', 'b', 'c', 'd', 'e', 'f')
  const reader = openReader(t, topic)
  const [range] = await reader.ranges()
  await send(producer, 'later')
  assert.deepEqual(await valuesOf(reader, range), ['a', 'b', 'c', 'd', 'e', 'f'])
  assert.deepEqual(await valuesOf(reader, { ...range, start: 2, end: 4 }), ['c', 'd'])
})

test('many batches arrive whole over many small fetches', async (t) => {
  const topic = await createTopic(t)
  const producer = await openProducer(t, topic, null)
  const expected: string[] = []
  for (let n = 0; n < 40; n++) {
    const values = Array.from({ length: 25 }, (_, i) => `${n}.${i} ${'x'.repeat(50)}`)
    expected.push(...values)
    await send(producer, ...values)
  }
  const reader = openReader(t, topic, 3_000)
  const [range] = await reader.ranges()
  assert.deepEqual(await valuesOf(reader, range), expected)
})

test('empty partitions and a log that no longer starts at 0', async (t) => {
  const topic = await createTopic(t, { partitions: 2 })
  const producer = await openProducer(t, topic, null)
  await send(producer, 'a', 'b', 'c', 'd')
  const broker = await openAnyBroker(testCluster())
  t.after(() => broker.close())
  await deleteRecordsV2.api.async(
    broker.connection,
    [{ name: topic, partitions: [{ partitionIndex: 0, offset: 3n }] }],
    10_000,
  )
  const reader = openReader(t, topic)
  const [first, second] = await reader.ranges()
  assert.deepEqual(first, { partition: 0, start: 3, stableEnd: 4, end: 4 })
  assert.deepEqual(second, { partition: 1, start: 0, stableEnd: 0, end: 0 })
  assert.deepEqual(await valuesOf(reader, first), ['d'])
  assert.deepEqual(await valuesOf(reader, second), [])
  await assert.rejects(valuesOf(reader, { ...first, start: 0 }), { code: 'KAFKA_RETRIABLE', message: /no offset 0/ })
})

test('an open transaction ends the stable part, and reading past it says so instead of hanging', async (t) => {
  const topic = await createTopic(t)
  const producer = await openProducer(t, topic, null)
  await send(producer, 'before')
  const open = await openProducer(t, topic, uniqueName('test-id'))
  await send(open, 'undecided')
  await send(producer, 'after')
  const reader = openReader(t, topic)
  const [range] = await reader.ranges()
  assert.deepEqual(range, { partition: 0, start: 0, stableEnd: 1, end: 3 })
  assert.deepEqual(await valuesOf(reader, { ...range, end: range.stableEnd }), ['before'])
  await assert.rejects(valuesOf(reader, range), { code: 'KAFKA_TIMEOUT', message: /offset 1: an open transaction/ })
  const reading = valuesOf(reader, range)
  await open.commit([])
  assert.deepEqual(await reading, ['before', 'undecided', 'after'])
})

test('headers are read, and records without key or value', async (t) => {
  const topic = await createTopic(t)
  const producer = createKafkajsClient(testCluster(), { retries: 3 }).producer()
  await producer.connect()
  t.after(() => producer.disconnect())
  await producer.send({ topic, messages: [{ key: null, value: null, headers: { one: 'x', many: ['y', 'z'] } }] })
  const reader = openReader(t, topic)
  const [range] = await reader.ranges()
  for await (const batch of reader.read(range, 'committed')) {
    assert.ok(batch.next())
    const headers = batch.headers().map(([name, value]) => [name, value?.toString()])
    assert.deepEqual(headers, [
      ['one', 'x'],
      ['many', 'y'],
      ['many', 'z'],
    ])
    assert.deepEqual([batch.key(), batch.value(), batch.next()], [null, null, false])
  }
})

test('a missing topic is TOPIC_MISSING at once', async (t) => {
  await assert.rejects(openReader(t, uniqueName('test-none')).ranges(), { code: 'TOPIC_MISSING' })
})
