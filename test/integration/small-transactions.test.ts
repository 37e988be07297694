import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createProducer } from '#src/kafka/create-producer.js'
import { ProduceWindow } from '#src/kafka/wire/produce-window.js'
import { encodedBatch } from '../support/encoded-batch.js'
import { committedRecords, createTopic, testCluster, uniqueName } from '../support/kafka.js'

describe('a small transaction', () => {
  test('is a single request to the leader of its partitions, with its checkpoint', async (t) => {
    const [topic, sideTopic] = [await createTopic(t), await createTopic(t)]
    const producer = await createProducer('wire', testCluster(), {
      ...{ topic, partitions: 1, transactionalId: uniqueName('test-id'), transactionTimeoutMs: 30_000 },
      ...{ compression: 'none', maxMessageBytes: 1_000_000 },
    })
    t.after(() => producer.close())
    await producer.init()
    const side = { topic: sideTopic, partition: 0, key: Buffer.from('checkpoint'), value: Buffer.from('position') }
    const { batch, partitions } = encodedBatch([
      { key: null, value: Buffer.from('record'), timestamp: 0, partition: 0 },
    ])
    const transaction = async (): Promise<void> => {
      await producer.send(batch, partitions)
      await producer.commit([side])
    }
    // The first one looks for what it needs.
    await transaction()
    // Not the requests: a busy broker, which has not yet written the markers of the first one, has them sent again.
    const dispatched = t.mock.method(ProduceWindow.prototype, 'dispatch')
    await transaction()
    const topics = dispatched.mock.calls.map(({ arguments: [all] }) => all.map((records) => records.topic))
    assert.deepEqual(topics, [[topic, sideTopic]])
    assert.equal((await committedRecords(topic)).length, 2)
    assert.equal((await committedRecords(sideTopic)).length, 2)
  })
})
