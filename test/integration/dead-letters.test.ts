import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { parseConnector } from '#src/config/parse-connector.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import { asGenesisError } from '#src/errors.js'
import { KafkaPublisher, StreamingGenerator, SyntheticGenerator } from '#src/index.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { CheckpointReader } from '#src/kafka/checkpoint-reader.js'
import { singleRecordBatchBytes } from '#src/kafka/wire/record-batch-write.js'
import { createResources, openTask } from '#src/runtime/open-task.js'
import type { TaskEnd } from '#src/runtime/task-events.js'
import { KafkaSink } from '#src/sink/kafka/sink.js'
import { customers, recordsFrom } from '../support/disturbed.js'
import type { SeenRecord } from '../support/disturbed.js'
import { encodedBatch } from '../support/encoded-batch.js'
import { committedRecords, deleteAfter, testCluster, uniqueName } from '../support/kafka.js'

const records = 120

/** A connector whose topic does not take the three largest of its records, which these are. */
async function connectorOf(
  t: TestContext,
  name: string,
  options: object = {},
): Promise<{ connector: ConnectorConfig; large: SeenRecord[] }> {
  deleteAfter(t, name, `${name}-dead`, `${name}-checkpoints`)
  const keys = { name, model: customers, topic: name, key: 'id', value: { format: 'json' }, ...options }
  const parse = (more: object): ConnectorConfig =>
    parseConnector(plainSource({ ...keys, ...more }, 'test'), { env: {}, folder: '/' })
  const stream = await recordsFrom(parse({}), 0, [records])
  const sizeOf = ({ key, value }: SeenRecord): number =>
    singleRecordBatchBytes(key?.length ?? -1, value?.length ?? -1, 0)
  const limit = stream.map(sizeOf).sort((a, b) => b - a)[3]
  const connector = parse({
    topic_creation: { partitions: 2, config: { 'max.message.bytes': String(limit) } },
    errors: { policy: 'skip', deadletterqueue: { topic: { name: `${name}-dead` } } },
  })
  return { connector, large: stream.filter((record) => sizeOf(record) > limit) }
}

/** The first records of a connector, sent by a task of its own. */
async function run(connector: ConnectorConfig): Promise<TaskEnd> {
  const { name } = connector
  const worker = await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: `${name}-checkpoints` })
  const events = { state: () => undefined, progress: () => undefined }
  const task = await openTask({ connector, shard: 0 }, await createResources(worker), events, { from: 0, to: records })
  return task.run()
}

/** A topic that takes no dead letter: their headers alone are larger. */
async function createSmall(topic: string): Promise<void> {
  const admin = new KafkaAdmin(testCluster())
  try {
    await admin.ensureTopic(topic, { partitions: 1, replicationFactor: -1, config: { 'max.message.bytes': '200' } })
  } finally {
    await admin.close()
  }
}

/** What is said of a topic of dead letters that is too small. */
function saysTooSmall(topic: string): RegExp {
  return new RegExp(
    `^topic ${topic}, partition 0: a dead letter is larger than its topic allows; found .*; expected at most 200 bytes.*Raise this topic`,
  )
}

test('skipped records are in the topic of dead letters, once, as they are, with headers as Connect writes them', async (t) => {
  const name = uniqueName('test-dead')
  const { connector, large } = await connectorOf(t, name)
  assert.ok(large.length > 0 && large.length <= 3)
  assert.deepEqual(await run(connector), { end: 'complete' })

  const keysOf = (found: readonly { key: string | null }[]): Set<string | null> => new Set(found.map(({ key }) => key))
  const delivered = await committedRecords(name)
  assert.equal(delivered.length, records - large.length)
  for (const { key } of large) assert.ok(!keysOf(delivered).has(key))
  const dead = await committedRecords(`${name}-dead`)
  assert.deepEqual(
    dead.map(({ key, value }) => [key, value]),
    large.map(({ key, value }) => [key, value]),
  )
  for (const { key, headers } of dead) {
    const {
      '__connect.errors.exception.message': message,
      '__connect.errors.exception.stacktrace': trace,
      ...rest
    } = Object.fromEntries(headers)
    assert.match(message ?? '', /larger than the topic allows/)
    assert.match(trace ?? '', /GenesisError/)
    const partition = Number(rest['__connect.errors.partition'])
    assert.ok(partition === 0 || partition === 1)
    assert.deepEqual(rest, {
      '__connect.errors.topic': name,
      '__connect.errors.partition': String(partition),
      '__connect.errors.offset': '-1',
      '__connect.errors.connector.name': name,
      '__connect.errors.task.id': '0',
      '__connect.errors.stage': 'KAFKA_PRODUCE',
      '__connect.errors.class.name': 'genesis-connect',
      '__connect.errors.exception.class.name': 'RECORD_TOO_LARGE',
      'genesis.position': String(Number(key) - 1),
    })
  }
})

for (const client of ['wire', 'kafkajs'] as const)
  for (const delivery of ['at-least-once', 'exactly-once'] as const) {
    test(`a dead letter that is refused fails the task, and the checkpoint stays before it (${client}, ${delivery})`, async (t) => {
      const name = uniqueName('test-dead')
      const { connector, large } = await connectorOf(t, name, { producer: { client }, delivery })
      await createSmall(`${name}-dead`)
      const end = await run(connector)
      assert.equal(end.end, 'failed')
      assert.equal(end.failure.code, 'RECORD_TOO_LARGE')
      assert.match(end.failure.message, saysTooSmall(`${name}-dead`))
      const checkpoint = await new CheckpointReader(testCluster(), `${name}-checkpoints`).shard(name, 0)
      assert.equal(checkpoint?.position, Number(large[0].key) - 1)
      assert.deepEqual(await committedRecords(`${name}-dead`), [])
    })

    test(`a record of two megabytes fits the topic of dead letters that was made for it (${client}, ${delivery})`, async (t) => {
      const name = uniqueName('test-dead')
      deleteAfter(t, name, `${name}-dead`, `${name}-checkpoints`)
      const sink = new KafkaSink(testCluster(), {
        ...{ shard: { connector: name, shard: 0, shards: 1 }, fingerprint: 'f00d', topic: name, delivery, client },
        creation: { partitions: 1, replicationFactor: -1, config: { 'max.message.bytes': '1000' } },
        checkpoints: { topic: `${name}-checkpoints`, partitions: 1, replicationFactor: -1 },
        ...{ groupId: 'test', transactionTimeoutMs: 30_000, compression: 'none', maxBatchBytes: 1_000_000 },
        deadLetterTopic: `${name}-dead`,
      })
      t.after(() => sink.close())
      const checkpoint = (position: number) => ({ position, fingerprint: 'f00d', shards: 1 })
      const batchOf = (value: string) =>
        encodedBatch([{ key: null, value: Buffer.from(value), timestamp: 0, partition: 0 }]).batch
      const large = batchOf('x'.repeat(2_000_000))
      await sink.open()
      const refusal = await sink.write(large).then(
        () => assert.fail('it was taken'),
        (error: unknown) => asGenesisError(error),
      )
      assert.equal(refusal.code, 'RECORD_TOO_LARGE')
      await sink.close()
      await sink.open()
      sink.deadLetter(large, refusal)
      await sink.commit(checkpoint(1))
      await sink.write(batchOf('next'))
      await sink.commit(checkpoint(2))
      assert.deepEqual(
        (await committedRecords(`${name}-dead`)).map(({ value }) => value?.length),
        [2_000_000],
      )
      assert.deepEqual(
        (await committedRecords(name)).map(({ value }) => value),
        ['next'],
      )
    })
  }

for (const delivery of ['at-least-once', 'exactly-once'] as const) {
  test(`a KafkaPublisher ends with a dead letter that is refused (${delivery})`, async (t) => {
    const name = uniqueName('test-dead')
    const { connector, large } = await connectorOf(t, name)
    await createSmall(`${name}-dead`)
    const streamer = new StreamingGenerator(await SyntheticGenerator.load(customers), { onError: 'skip' })
    const { partitions, config } = connector.topicCreation
    const publisher = new KafkaPublisher({
      ...{ bootstrapServers: [...testCluster().brokers], topic: name, key: 'id', delivery, name },
      ...{ topicCreation: { partitions, config }, deadLetterTopic: `${name}-dead` },
    })
    await assert.rejects(streamer.streamTo(publisher, { batchSize: 4, maxRecords: records }), {
      code: 'RECORD_TOO_LARGE',
      message: saysTooSmall(`${name}-dead`),
    })
    assert.deepEqual(await committedRecords(`${name}-dead`), [])
    const delivered = new Set((await committedRecords(name)).map(({ key }) => key))
    assert.equal(delivered.size, Number(large[0].key) - 1)
  })

  test(`a KafkaPublisher sends what is left out to the topic of dead letters (${delivery})`, async (t) => {
    const name = uniqueName('test-dead')
    const { connector, large } = await connectorOf(t, name)
    const streamer = new StreamingGenerator(await SyntheticGenerator.load(customers), { onError: 'skip' })
    const { partitions, config } = connector.topicCreation
    const publisher = new KafkaPublisher({
      ...{ bootstrapServers: [...testCluster().brokers], topic: name, key: 'id', delivery, name },
      ...{ topicCreation: { partitions, config }, deadLetterTopic: `${name}-dead` },
    })
    const metrics = await streamer.streamTo(publisher, { batchSize: 4, maxRecords: records })
    assert.equal(metrics.totalRecords, records - large.length)
    // At least once: what stood before such a record in a batch comes again while it is searched for.
    const delivered = (await committedRecords(name)).map(({ key }) => key)
    assert.equal(new Set(delivered).size, records - large.length)
    if (delivery === 'exactly-once') assert.equal(delivered.length, records - large.length)
    const dead = await committedRecords(`${name}-dead`)
    assert.deepEqual(
      dead.map(({ key, value, headers }) => [key, value, Object.fromEntries(headers)['__connect.errors.topic']]),
      large.map(({ key, value }) => [key, value, name]),
    )
  })
}

test('dead letters are for what is skipped on its way to a topic, and have a topic of their own', () => {
  const refused = (more: object, message: RegExp): void => {
    const keys = { name: 'c', model: customers, topic: 't', value: { format: 'json' }, ...more }
    assert.throws(() => parseConnector(plainSource(keys, 'test'), { env: {}, folder: '/' }), { message })
  }
  const deadletterqueue = { topic: { name: 't' } }
  refused(
    { errors: { deadletterqueue: { topic: { name: 'dead' } } } },
    /a dead-letter topic requires policy skip and the kafka sink/,
  )
  refused({ errors: { policy: 'skip', deadletterqueue } }, /a topic of their own/)
})
