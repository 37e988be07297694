import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { deleteRecordsV2 } from '@platformatic/kafka'
import { Kafka, logLevel } from 'kafkajs'
import { parseConnector } from '#src/config/parse-connector.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { WorkerConfig } from '#src/config/worker.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'
import { checkOffline } from '#src/connector/check-offline.js'
import { checkOnline } from '#src/sink/kafka/check-online.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { deliver } from '../support/deliver.js'
import { shipped } from '../support/genesis.js'
import { clusterAt, committedRecords, deleteAfter, testCluster, uniqueName } from '../support/kafka.js'

const model = shipped('models/customers.json')

async function connectorAndWorker(
  t: TestContext,
  keys: object = {},
): Promise<{ connector: ConnectorConfig; worker: WorkerConfig; topic: string }> {
  const name = uniqueName('test-verify')
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, name, checkpoints)
  const source = plainSource(
    { name, model, topic: name, topic_creation: { partitions: 3 }, key: 'id', ...keys },
    'test',
  )
  return {
    connector: parseConnector(source, { env: {}, folder: '/' }),
    worker: await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: checkpoints }),
    topic: name,
  }
}

function kafka(): Kafka {
  return new Kafka({ brokers: [...testCluster().brokers], logLevel: logLevel.NOTHING })
}

async function send(
  topic: string,
  messages: { key: Buffer | null; value: Buffer; partition: number }[],
): Promise<void> {
  const producer = kafka().producer()
  await producer.connect()
  await producer.send({ topic, messages })
  await producer.disconnect()
}

test('a topic that was written exactly once is exact, keyed Avro and JSON without keys', async (t) => {
  for (const keys of [
    { tasks: { max: 2 } },
    { value: { format: 'json' }, key: null, compression: 'gzip', producer: { client: 'kafkajs' } },
  ]) {
    const { connector, worker } = await connectorAndWorker(t, keys)
    await deliver(connector, worker, 5000)
    const report = await verifyConnector(connector, worker)
    assert.deepEqual([report.exact, report.found, report.expected], [true, 5000, 5000])
    assert.equal(report.partitions.length, 3)
  }
})

test('what another producer wrote into the topic is foreign or doubled', async (t) => {
  const { connector, worker, topic } = await connectorAndWorker(t, { value: { format: 'json' }, key: null })
  await deliver(connector, worker, 2000)
  const consumer = kafka().consumer({ groupId: topic })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const { value, partition } = await new Promise<{ value: Buffer; partition: number }>((resolve, reject) => {
    consumer
      .run({
        eachMessage: ({ message, partition }) => {
          resolve({ value: message.value ?? Buffer.alloc(0), partition })
          return Promise.resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  await send(topic, [
    { key: null, value, partition },
    { key: null, value: Buffer.from('{}'), partition: 2 },
    { key: Buffer.from('key'), value, partition },
  ])
  const { counts, exact, first } = await verifyConnector(connector, worker)
  assert.equal(exact, false)
  assert.deepEqual(counts, { missing: 0, doubled: 1, altered: 0, foreign: 2, uncovered: 0, out_of_order: 0 })
  assert.ok(first.every(({ offset }) => offset !== null && offset > 0))
})

test("timestamps are a column's times, and another producer's or the clock's are not taken for them", async (t) => {
  const keys = { model: shipped('models/orders.json'), key: 'order_id', value: { format: 'json' } }
  const { connector, worker, topic } = await connectorAndWorker(t, { ...keys, timestamp: 'placed_at' })
  await deliver(connector, worker, 2000)
  for (const { timestamp, value } of await committedRecords(topic)) {
    const { placed_at } = JSON.parse(value ?? '') as { placed_at: string }
    assert.equal(new Date(timestamp).toISOString(), placed_at)
  }
  assert.equal((await verifyConnector(connector, worker)).exact, true)
  const clocked = await connectorAndWorker(t, keys)
  await deliver(clocked.connector, clocked.worker, 2000)
  assert.equal((await verifyConnector(clocked.connector, clocked.worker)).exact, true)
  const { counts } = await verifyConnector({ ...clocked.connector, timestamp: 'placed_at' }, clocked.worker)
  assert.deepEqual(counts, { missing: 0, doubled: 0, altered: 2000, foreign: 0, uncovered: 0, out_of_order: 0 })
})

test('records that were deleted from the beginning have expired; without them the rest is exact', async (t) => {
  const { connector, worker, topic } = await connectorAndWorker(t, { value: { format: 'json' } })
  await deliver(connector, worker, 3000)
  const broker = await openAnyBroker(testCluster())
  const request = { name: topic, partitions: [{ partitionIndex: 1, offset: 500n }] }
  await deleteRecordsV2.api.async(broker.connection, [request], 15_000)
  await broker.close()
  const report = await verifyConnector(connector, worker)
  assert.equal(report.exact, true)
  assert.equal(report.found + report.expired, 3000)
  assert.ok(report.expired > 400)
})

test('a stream that is not the one of the checkpoints is refused, and a topic that does not exist', async (t) => {
  const { connector, worker } = await connectorAndWorker(t, { value: { format: 'json' } })
  await assert.rejects(verifyConnector(connector, worker), { code: 'TOPIC_MISSING' })
  await deliver(connector, worker, 100)
  await assert.rejects(verifyConnector({ ...connector, seed: 7 }, worker), { code: 'CHECKPOINT_INVALID' })
  await assert.rejects(verifyConnector({ ...connector, tasks: { max: 2 } }, worker), {
    code: 'CHECKPOINT_INVALID',
    message: /another tasks\.max; found 1; expected 2/,
  })
})

test('a broker that does not answer is said at once', async (t) => {
  const { connector, worker } = await connectorAndWorker(t)
  const down = { ...worker, kafka: clusterAt(['127.0.0.1:1']) }
  await assert.rejects(verifyConnector(connector, down), { code: 'KAFKA_UNREACHABLE', message: /127\.0\.0\.1:1/ })
})

test('a schema that nobody has registered is not registered by verifying', async (t) => {
  const { connector, worker, topic } = await connectorAndWorker(t)
  await deliver({ ...connector, value: { ...connector.value, format: 'json' } }, worker, 100)
  await assert.rejects(verifyConnector(connector, worker), {
    code: 'SUBJECT_MISSING',
    message: new RegExp(`${topic}-value`),
  })
})

test('a connector is checked online without anything being made', async (t) => {
  const { connector, worker } = await connectorAndWorker(t)
  assert.deepEqual((await checkOffline(connector)).errors, [])
  assert.deepEqual(await checkOnline(connector, worker), [])
  await assert.rejects(verifyConnector(connector, worker), { code: /TOPIC_MISSING|SUBJECT_MISSING/ })
  const codes = async (changed: object, on = worker): Promise<string[]> => {
    return (await checkOnline({ ...connector, ...changed }, on)).map(({ code }) => code)
  }
  assert.deepEqual(await codes({ topicCreation: { ...connector.topicCreation, enabled: false } }), ['TOPIC_MISSING'])
  assert.deepEqual(await codes({ topicCreation: { ...connector.topicCreation, config: { nonsense: 'x' } } }), [
    'KAFKA_REJECTED',
  ])
  assert.deepEqual(await codes({ topic: worker.checkpoints.topic }), ['TOPIC_UNFIT'])
  assert.deepEqual(await codes({ value: { ...connector.value, autoRegister: false } }), ['SUBJECT_MISSING'])
  const down = { ...clusterAt(['127.0.0.1:1']), connectTimeoutMs: 200 }
  assert.deepEqual(await codes({}, { ...worker, kafka: down }), ['KAFKA_UNREACHABLE'])
})
