import assert from 'node:assert/strict'
import { describe, test, type TestContext } from 'node:test'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import avsc from 'avsc'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { KafkaPublisher } from '#src/library/publishers/kafka-publisher.js'
import type { KafkaPublisherOptions } from '#src/library/publishers/kafka-options.js'
import { makeBatch, snapshot, type AnyRow } from '#src/library/batch.js'
import { RetryPolicy } from '#src/library/retry-policy.js'
import { StreamingGenerator } from '#src/library/streaming-generator.js'
import { SyntheticGenerator } from '#src/library/synthetic-generator.js'
import { StreamInfo } from '#src/library/publisher.js'
import { shipped } from '../support/genesis.js'
import { committedRecords, deleteAfter, testCluster, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'

const modelFile = shipped('models/customers.json')
const generator = await SyntheticGenerator.load(modelFile)

function publisherTo(
  t: TestContext,
  options: Partial<KafkaPublisherOptions> = {},
): { topic: string; publisher: KafkaPublisher } {
  const topic = uniqueName('publisher')
  deleteAfter(t, topic)
  const { brokers } = testCluster()
  return { topic, publisher: new KafkaPublisher({ bootstrapServers: brokers, topic, ...options }) }
}

async function valuesOf(topic: string): Promise<Buffer[]> {
  const reader = new TopicReader(testCluster(), topic)
  const values: Buffer[] = []
  try {
    for (const { partition, start, end } of await reader.ranges()) {
      for await (const batch of reader.read({ partition, start, end }, 'committed')) {
        while (batch.next()) values.push(Buffer.from(batch.value() ?? []))
      }
    }
  } finally {
    await reader.close()
  }
  return values
}

describe('KafkaPublisher', () => {
  for (const valueSerializer of ['json', 'avro'] as const)
    test(`gives records the times of a column as timestamps (${valueSerializer})`, async (t) => {
      const orders = await SyntheticGenerator.load(shipped('models/orders.json'))
      const { topic, publisher } = publisherTo(t, { valueSerializer, timestamp: 'placed_at' })
      await new StreamingGenerator(orders).streamTo(publisher, { maxRecords: 100 })
      const found = (await committedRecords(topic)).map(({ timestamp }) => new Date(timestamp).toISOString())
      assert.deepEqual(
        found,
        [...orders.sample(100)].map(({ placed_at }) => placed_at),
      )
    })

  test('writes JSON values, compressed, with keys', async (t) => {
    const { topic, publisher } = publisherTo(t, {
      valueSerializer: 'json',
      acks: 'all',
      compression: 'gzip',
      key: 'id',
    })
    const metrics = await new StreamingGenerator(generator).streamTo(publisher, { maxRecords: 250 })
    assert.equal(metrics.totalRecords, 250)
    const found = await committedRecords(topic)
    assert.deepEqual(
      found.map(({ value }) => JSON.parse(value ?? '') as unknown),
      [...generator.sample(250)],
    )
    assert.deepEqual(
      found.map(({ key }) => key),
      [...generator.sample(250)].map(({ id }) => String(id)),
    )
  })

  test('writes Avro by an inline schema, a file or the model, in the wire format of the registry', async (t) => {
    const inline = {
      type: 'record',
      name: 'Customer',
      fields: [
        { name: 'id', type: 'long' },
        { name: 'segment', type: 'string' },
      ],
    }
    for (const avroSchema of [inline, shipped('schemas/customer.avsc'), undefined]) {
      const { topic, publisher } = publisherTo(t, { valueSerializer: 'avro', registry: registryUrl(), avroSchema })
      await new StreamingGenerator(generator).streamTo(publisher, { maxRecords: 20 })
      const reader = new SchemaRegistry({ host: registryUrl() })
      const found = await Promise.all((await valuesOf(topic)).map((value) => reader.decode(value)))
      assert.equal(found.length, 20)
      const ids = found.map((row) => Number((row as { id: unknown }).id))
      assert.deepEqual(
        ids,
        [...generator.sample(20)].map(({ id }) => id),
      )
    }
  })

  test('writes bare Avro where there is no registry', async (t) => {
    const avroSchema = {
      type: 'record',
      name: 'C',
      fields: [{ name: 'segment', type: 'string' }],
    } satisfies avsc.Schema
    const { topic, publisher } = publisherTo(t, { valueSerializer: 'avro', avroSchema })
    await new StreamingGenerator(generator).streamTo(publisher, { maxRecords: 5 })
    const type = avsc.Type.forSchema(avroSchema)
    const found = (await valuesOf(topic)).map((value) => (type.fromBuffer(value) as { segment: string }).segment)
    assert.deepEqual(
      found,
      [...generator.sample(5)].map(({ segment }) => segment),
    )
  })

  test('exactly-once goes on where an earlier run of the same name was', async (t) => {
    const options = { delivery: 'exactly-once', name: uniqueName('stream') } as const
    const { topic, publisher } = publisherTo(t, options)
    await new StreamingGenerator(generator).streamTo(publisher, { maxRecords: 150 })
    const again = new KafkaPublisher({ bootstrapServers: testCluster().brokers, topic, ...options })
    const metrics = await new StreamingGenerator(generator).streamTo(again, { maxRecords: 400 })
    assert.equal(metrics.totalRecords, 250)
    const found = await committedRecords(topic)
    assert.deepEqual(
      found.map(({ value }) => JSON.parse(value ?? '') as unknown),
      [...generator.sample(400)],
    )
  })

  test('exactly-once does not send again what was committed before a failure', async (t) => {
    const { topic, publisher } = publisherTo(t, { delivery: 'exactly-once', name: uniqueName('stream') })
    const records = openGenerator(await loadModel(modelFile))
    await publisher.open(new StreamInfo(records.fields, records.fingerprint, 0))
    const batch = makeBatch<AnyRow>(snapshot(records.generate(10)))
    await publisher.publish(batch)
    // As if the acknowledgement had been lost: the connection is gone, and the same batch comes again.
    await publisher.close()
    await publisher.publish(batch)
    await publisher.publish(makeBatch<AnyRow>(snapshot(records.generate(10))))
    await publisher.close()
    assert.equal((await committedRecords(topic)).length, 20)
  })

  test('says at once what cannot work', async (t) => {
    const { publisher } = publisherTo(t, { topicCreation: false })
    const streamer = new StreamingGenerator(generator, { onError: 'stop' })
    await assert.rejects(streamer.streamTo(publisher, { maxRecords: 1 }), {
      name: 'StreamingError',
      code: 'TOPIC_MISSING',
    })
    const mismatch = publisherTo(t, {
      valueSerializer: 'avro',
      avroSchema: { type: 'record', name: 'C', fields: [{ name: 'nothing', type: 'int' }] },
    })
    await assert.rejects(streamer.streamTo(mismatch.publisher, { maxRecords: 1 }), { code: 'SCHEMA_MISMATCH' })
    const nobody = new KafkaPublisher({ bootstrapServers: '127.0.0.1:1', topic: 'x' })
    const retrying = new StreamingGenerator(generator, {
      retryPolicy: new RetryPolicy({ maxRetries: 1, initialBackoffSeconds: 0 }),
    })
    await assert.rejects(retrying.streamTo(nobody, { maxRecords: 1 }), { code: 'KAFKA_UNREACHABLE' })
  })

  const wrong: [options: object, message: RegExp][] = [
    [{ topic: 't' }, /bootstrapServers/],
    [{ bootstrapServers: 'a:1' }, /topic/],
    [{ bootstrapServers: 'nobody', topic: 't' }, /bootstrapServers.*host:port/],
    [{ bootstrapServers: 'a:1', topic: 'a topic' }, /topic name/],
    [{ bootstrapServers: 'a:1', topic: 't', acks: 1 }, /acks.*expected one of all/],
    [{ bootstrapServers: 'a:1', topic: 't', delivery: 'exactly-once' }, /name/],
    [{ bootstrapServers: 'a:1', topic: 't', compression: 'best' }, /compression.*gzip/],
    [{ bootstrapServers: 'a:1', topic: 't', valueSerialiser: 'json' }, /expected valueSerializer/],
    [{ bootstrapServers: 'a:1', topic: 't', sasl: { mechanism: 'PLAIN', username: 'u' } }, /incomplete login/],
  ]
  for (const [options, message] of wrong) {
    test(`refuses ${JSON.stringify(options)}`, () => {
      assert.throws(() => new KafkaPublisher(options as KafkaPublisherOptions), { name: 'StreamingError', message })
    })
  }
})
