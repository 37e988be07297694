import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka, logLevel, type Transaction } from 'kafkajs'
import { genesis, genesisWith, shipped } from '../support/genesis.js'
import { createTopic, testCluster, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'

const lines = (text: string): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test('genesis read prints what a consumer sees: Avro, texts, keys, headers and tombstones, but nothing aborted', async (t) => {
  const topic = await createTopic(t, { partitions: 2 })
  const kafkaServers = testCluster().brokers.join(',')
  const to = ['--kafka-servers', kafkaServers]
  const model = shipped('models/customers.json')
  const sent = await genesis(
    ...['stream', model, ...to, '--topic', topic, '--format', 'avro', '--registry', registryUrl()],
    ...['--max-records', '40'],
  )
  assert.equal(sent.status, 0, sent.stderr)
  const kafka = new Kafka({ brokers: [...testCluster().brokers], logLevel: logLevel.NOTHING })
  const producers = [1, 2].map((number) =>
    kafka.producer({ transactionalId: `${topic}-${number}`, maxInFlightRequests: 1, idempotent: true }),
  )
  const transactions: Transaction[] = []
  const text = { partition: 0, value: 'text', timestamp: '1000', headers: { a: 'x' } }
  for (const producer of producers) {
    t.after(() => producer.disconnect())
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ ...text, key: 'aborted' }] })
    transactions.push(transaction)
  }
  // The one that began last is aborted first: kafkajs by itself would show a record of the other one.
  for (const transaction of transactions.reverse()) await transaction.abort()
  const transaction = await producers[0].transaction()
  await transaction.send({
    topic,
    messages: [
      { ...text, key: 'commit' },
      { partition: 1, key: 'commit', value: null },
    ],
  })
  await transaction.commit()

  const registry = ['--registry', registryUrl()]
  const read = await genesis('read', topic, ...to, ...registry, '--json')
  assert.equal(read.status, 0, read.stderr)
  assert.match(read.stderr, /42 records of 2 partitions in [0-9.]+ s: the end of the topic\n$/)
  const records = lines(read.stdout)
  // Partitions may come in any order.
  assert.ok(records.every(({ key }) => key !== 'aborted'))
  const own = records.filter(({ key }) => key === 'commit').sort((a, b) => Number(a.partition) - Number(b.partition))
  assert.deepEqual(
    own.map(({ value, headers }) => [value, headers]),
    [
      ['text', [['a', 'x']]],
      [null, []],
    ],
  )
  assert.equal(own[0].timestamp, '1970-01-01T00:00:01.000Z')
  const expected = new Set(lines((await genesis('stream', model, '--max-records', '40')).stdout).map(({ id }) => id))
  const avro = records.filter(({ value_format: format }) => format === 'avro')
  assert.deepEqual(new Set(avro.map(({ value }) => (value as { id: number }).id)), expected)

  const some = await genesis('read', topic, ...to, ...registry, '--partition', '0', '--max', '3')
  assert.equal(some.status, 0, some.stderr)
  assert.match(some.stdout, /^(0\/[0-9]+ {2}[^\n]*\n){3}$/)
  assert.match(some.stderr, /^3 records in [0-9.]+ s: --max is reached\n$/)

  const away = await genesis('read', topic, ...to, '--partition', '0', '--registry', 'http://127.0.0.1:1')
  assert.deepEqual([away.status, away.stdout], [1, ''])
  assert.match(away.stderr, /^error: schema registry.*Check --registry.*REGISTRY_UNREACHABLE\)\n$/)
})

test('genesis read names the topic that is not there', async () => {
  const env = { KAFKA_BROKERS: testCluster().brokers.join(',') }
  const { status, stderr } = await genesisWith(env, 'read', uniqueName('test-nothing'))
  assert.equal(status, 1)
  assert.match(stderr, /^error: topic test-nothing-.*does not exist.*TOPIC_MISSING\)\n$/)
})
