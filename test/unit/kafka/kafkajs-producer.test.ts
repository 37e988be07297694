import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refuseInternalTopic } from '#src/kafka/admin.js'
import { createProducer } from '#src/kafka/create-producer.js'
import { splitAddress } from '#src/kafka/platformatic-connection.js'
import { clusterAt } from '../../support/kafka.js'

for (const compression of ['snappy', 'lz4', 'zstd'] as const)
  test(`${compression} needs the wire client, and the error says so`, async () => {
    const make = createProducer('kafkajs', clusterAt(['127.0.0.1:1']), {
      topic: 't',
      partitions: 1,
      transactionalId: null,
      transactionTimeoutMs: 1000,
      compression,
      maxMessageBytes: 1000,
    })
    await assert.rejects(make, { code: 'CONFIG_INVALID', message: new RegExp(`found ${compression}.*client: wire`) })
  })

test('topics that hold state of Kafka, a registry or this program are no targets', () => {
  for (const topic of ['__consumer_offsets', '_schemas', 'my-checkpoints'])
    assert.throws(() => refuseInternalTopic(topic, 'my-checkpoints'), { code: 'TOPIC_UNFIT' })
  refuseInternalTopic('orders', 'my-checkpoints')
})

test('a broker address is host and port, the port 9092 if it is left out', () => {
  assert.deepEqual(splitAddress('kafka:19092'), ['kafka', 19092])
  assert.deepEqual(splitAddress('kafka'), ['kafka', 9092])
  assert.deepEqual(splitAddress('[::1]:9094'), ['::1', 9094])
  assert.throws(() => splitAddress('a:b:c'), { code: 'CONFIG_INVALID' })
})
