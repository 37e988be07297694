import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { parseConnector } from '#src/config/parse-connector.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { WorkerConfig } from '#src/config/worker.js'
import { checkDelivery } from '#src/sink/kafka/check-delivery.js'
import { deliver } from '../support/deliver.js'
import { shipped } from '../support/genesis.js'
import { createTopic, deleteAfter, uniqueName } from '../support/kafka.js'

const model = shipped('models/customers.json')

async function connectorAndWorker(
  t: TestContext,
  keys: object = {},
): Promise<{ connector: ConnectorConfig; worker: WorkerConfig }> {
  const name = uniqueName('test-check')
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, name, checkpoints)
  const source = plainSource({ name, model, topic: name, key: 'id', value: { format: 'json' }, ...keys }, 'test')
  return {
    connector: parseConnector(source, { env: {}, folder: '/' }),
    worker: await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: checkpoints }),
  }
}

async function complaints(connector: ConnectorConfig, worker: WorkerConfig): Promise<string[]> {
  const { errors } = await checkDelivery(connector, worker)
  return errors.map(({ code, message }) => `${code} ${message}`)
}

test('checkpoints of another stream, topic or group are seen before the start', async (t) => {
  const { connector, worker } = await connectorAndWorker(t)
  assert.deepEqual(await checkDelivery(connector, worker), { errors: [], notes: [] })
  await deliver(connector, worker, 100)
  assert.deepEqual(await checkDelivery(connector, worker), { errors: [], notes: [] })
  const [condition] = await complaints({ ...connector, conditions: { segment: 'premium' } }, worker)
  assert.match(condition, /^CHECKPOINT_INVALID .*another model, condition, seed/)
  const [topic] = await complaints({ ...connector, topic: uniqueName('test-none') }, worker)
  assert.match(topic, /^CHECKPOINT_INVALID .*started in another topic/)
  const [group] = await complaints(connector, { ...worker, group: { ...worker.group, id: 'others' } })
  assert.match(group, /^CHECKPOINT_INVALID .*another worker group/)
})

test('a compacted topic wants a key that is never missing', async (t) => {
  const topic = await createTopic(t, { config: { 'cleanup.policy': 'compact' } })
  const { connector, worker } = await connectorAndWorker(t, { topic })
  assert.deepEqual(await complaints(connector, worker), [])
  const [without] = await complaints({ ...connector, key: null }, worker)
  assert.match(
    without,
    new RegExp(`^TOPIC_UNFIT topic ${topic}: a compacted topic takes no records without a key; found no key`),
  )
  const created = { ...connector.topicCreation, config: { 'cleanup.policy': 'delete,compact' } }
  const planned = await complaints(
    { ...connector, topic: uniqueName('test-none'), key: null, topicCreation: created },
    worker,
  )
  assert.match(planned[0], /a compacted topic takes no records without a key/)
})

test('a topic must keep timestamps, and says which event times its retention does not', async (t) => {
  const topic = await createTopic(t, { config: { 'message.timestamp.type': 'LogAppendTime' } })
  const keys = { model: shipped('models/flights.json'), topic, key: 'origin', timestamp: 'date' }
  const { connector, worker } = await connectorAndWorker(t, keys)
  const [type] = await complaints(connector, worker)
  assert.match(type, /^TOPIC_UNFIT .*does not keep the timestamps of records; found message\.timestamp\.type=LogAppend/)
  await assert.rejects(deliver(connector, worker, 10), { code: 'TOPIC_UNFIT' })
  const short = { ...connector, topic: await createTopic(t, { config: { 'retention.ms': '86400000' } }) }
  const { errors, notes } = await checkDelivery(short, worker)
  assert.deepEqual(errors, [])
  assert.match(notes[0], /deletes records with a date older than retention\.ms \(86400000\) soon.* starts at 2001-/)
  assert.deepEqual(await checkDelivery({ ...connector, topic: await createTopic(t) }, worker), {
    errors: [],
    notes: [],
  })
})

test("a broker's refusal of timestamps names the column that they come from, and both ways out", async (t) => {
  const topic = await createTopic(t, { config: { 'message.timestamp.before.max.ms': '86400000' } })
  const keys = { model: shipped('models/flights.json'), topic, key: 'origin', timestamp: 'date' }
  const { connector, worker } = await connectorAndWorker(t, keys)
  await assert.rejects(deliver(connector, worker, 10), {
    code: 'KAFKA_REJECTED',
    message:
      /timestamp column.*INVALID_TIMESTAMP.*Raise the topic's message\.timestamp\.before\.max\.ms .*or choose another column/,
  })
  await deliver({ ...connector, timestamp: null }, worker, 10)
})

test('a topic of dead letters has to exist or be allowed, and should have more room than the target', async (t) => {
  const topic = await createTopic(t)
  const dead = await createTopic(t)
  const policy = { errors: { policy: 'skip', deadletterqueue: { topic: { name: dead } } }, topic }
  const { connector, worker } = await connectorAndWorker(t, policy)
  const { errors, notes } = await checkDelivery(connector, worker)
  assert.equal(errors.length, 0)
  assert.match(notes[0], new RegExp(`too large for topic ${topic} is also too large for ${dead}`))
  const missing = { ...connector, deadLetterTopic: uniqueName('test-none') }
  assert.deepEqual(await complaints(missing, worker), [])
  const off = { ...missing, topicCreation: { ...connector.topicCreation, enabled: false } }
  assert.match((await complaints(off, worker))[0], /^TOPIC_MISSING .*the dead letter topic does not exist/)
})
