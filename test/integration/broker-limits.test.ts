import assert from 'node:assert/strict'
import { after, before, describe, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { createProducer, type ProducerClient } from '#src/kafka/create-producer.js'
import type { KafkaProducer } from '#src/kafka/producer.js'
import { batchOf } from '../contract/sink.js'
import { committedRecords, makeTopic, uniqueName } from '../support/kafka.js'
import { startSecuredBroker, superUser } from '../support/secured-broker.js'
import type { SecuredBroker } from '../support/secured-broker.js'

const idleMs = 2_000

describe('a broker with narrow limits', () => {
  let broker: SecuredBroker
  let cluster: ClusterOptions
  before(async () => {
    broker = await startSecuredBroker({
      'transaction.max.timeout.ms': '30000',
      'connections.max.idle.ms': String(idleMs),
      'transactional.id.expiration.ms': String(idleMs),
      'transaction.remove.expired.transaction.cleanup.interval.ms': '500',
      'producer.id.expiration.ms': String(idleMs),
      'producer.id.expiration.check.interval.ms': '500',
    })
    cluster = broker.sasl(superUser)
  })
  after(() => broker.stop())

  const producerOf = async (
    t: TestContext,
    client: ProducerClient,
    transactionTimeoutMs = 20_000,
  ): Promise<[topic: string, next: () => Promise<KafkaProducer>]> => {
    const topic = uniqueName('limits')
    await makeTopic(cluster, topic)
    const options = { topic, partitions: 1, transactionalId: uniqueName('id'), transactionTimeoutMs } as const
    const next = async (): Promise<KafkaProducer> => {
      const producer = await createProducer(client, cluster, {
        ...options,
        compression: 'none',
        maxMessageBytes: 100_000,
      })
      t.after(() => producer.close())
      return producer
    }
    return [topic, next]
  }

  test('its TLS listener is named where it is spoken to without TLS', async () => {
    const admin = new KafkaAdmin({ ...broker.tls({}), tls: null })
    await assert.rejects(admin.cluster(), { code: 'KAFKA_REJECTED', message: /the listener requires TLS/ })
    await admin.close()
  })

  for (const client of ['wire', 'kafkajs'] satisfies ProducerClient[]) {
    test(`${client}: a transaction timeout beyond transaction.max.timeout.ms is refused before anything is sent`, async (t) => {
      const [topic, next] = await producerOf(t, client, 60_000)
      await assert.rejects((await next()).init(), {
        code: 'KAFKA_REJECTED',
        message:
          /INVALID_TRANSACTION_TIMEOUT.*Set transaction.timeout to at most the broker's transaction.max.timeout.ms/,
      })
      assert.deepEqual(await committedRecords(topic, cluster), [])
    })

    test(`${client}: who was idle until the broker had forgotten everything goes on, at worst with a new producer`, async (t) => {
      const [topic, next] = await producerOf(t, client)
      const deliver = async (producer: KafkaProducer, from: number): Promise<void> => {
        await producer.send(batchOf(from, 1), Int32Array.of(0))
        await producer.commit([])
      }
      const producer = await next()
      await producer.init()
      await deliver(producer, 0)
      // Connection, transactional id and sequence numbers all expire meanwhile.
      await sleep(3 * idleMs)
      try {
        await deliver(producer, 1)
      } catch (error) {
        assert.ok(error instanceof Error && 'retriable' in error && error.retriable === true, String(error))
        await producer.close()
        const successor = await next()
        await successor.init()
        await deliver(successor, 1)
      }
      assert.equal((await committedRecords(topic, cluster)).length, 2)
    })
  }
})
