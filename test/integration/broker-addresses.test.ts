import assert from 'node:assert/strict'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { platform } from 'node:os'
import { describe, test, type TestContext } from 'node:test'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { createProducer, type ProducerClient } from '#src/kafka/create-producer.js'
import { createResources, openTask } from '#src/runtime/open-task.js'
import type { Failure } from '#src/runtime/task-events.js'
import { NamedBroker, unknownName } from '../support/advertised-name.js'
import { connectorOf, workerOf } from '../support/connectors.js'
import { shipped } from '../support/genesis.js'
import { committedRecords, createTopic, deleteAfter, uniqueName } from '../support/kafka.js'

const clients = ['wire', 'kafkajs'] satisfies ProducerClient[]

/** Elsewhere 127.0.0.1 is the only address of the loopback. */
const skip = platform() !== 'linux'

describe('a broker whose name means another address from now on', { skip, concurrency: true }, () => {
  for (const client of clients)
    test(`${client}: is found there, and every record arrives once`, async (t) => {
      const broker = await NamedBroker.start(t)
      const topic = uniqueName('moves')
      const checkpoints = { topic: `${topic}-checkpoints`, partitions: 1, replicationFactor: -1 }
      deleteAfter(t, topic, checkpoints.topic)
      const connector = connectorOf({
        ...{ name: topic, topic, model: shipped('models/customers.json'), sink: { type: 'kafka' } },
        ...{ value: { format: 'json' }, producer: { client } },
        ...{ throughput: { rate: 250 }, transaction: { interval: '50ms' } },
      })
      const failures: Failure[] = []
      const moves: Promise<void>[] = []
      let sent = 0
      let until = Infinity
      const task = await openTask(
        { connector, shard: 0 },
        await createResources(await workerOf({ kafka: broker.cluster, checkpoints })),
        {
          state: (_state, failure) => {
            if (failure !== null) failures.push(failure)
          },
          progress: ({ records }) => {
            sent = records
            if (records > 0 && moves.length === 0)
              moves.push(broker.move('127.0.0.2').then(() => void (until = sent + 200)))
            if (records >= until) task.stop()
          },
        },
      )
      t.after(() => task.abandon())
      assert.deepEqual(await task.run(), { end: 'stopped' })
      await Promise.all(moves)
      // A connection that closes between two requests is replaced without a failure.
      assert.ok(failures.every(({ retriable }) => retriable))
      assert.ok(broker.connections > 0)
      assert.equal((await committedRecords(topic)).length, sent)
    })

  test('is found there by whoever asks only now and then', async (t) => {
    const broker = await NamedBroker.start(t)
    const admin = new KafkaAdmin(broker.cluster)
    t.after(() => admin.close())
    const { clusterId } = await admin.cluster()
    await broker.move('127.0.0.2')
    // The connection is gone: at worst one call finds out.
    await admin.cluster().catch(() => null)
    assert.equal((await admin.cluster()).clusterId, clusterId)
  })
})

describe(
  'an advertised address that leads nowhere is an outage that names it, and what to check',
  { concurrency: true },
  () => {
    const nowhere: [what: string, advertised: (t: TestContext) => Promise<{ host?: string; port?: number }>][] = [
      ['nobody listens', () => Promise.resolve({ port: 1 })],
      ['nobody knows the name', () => Promise.resolve({ host: unknownName('127.0.0.1'.length) })],
      [
        'nobody answers',
        async (t) => {
          const server = createServer(() => {}).listen(0, '127.0.0.1')
          await once(server, 'listening')
          t.after(() => server.close())
          return { port: (server.address() as AddressInfo).port }
        },
      ],
    ]
    for (const [what, advertised] of nowhere)
      for (const client of clients)
        test(`${client}: ${what}`, async (t) => {
          const topic = await createTopic(t)
          const address = await advertised(t)
          const { cluster } = await NamedBroker.start(t, address)
          const options = { topic, partitions: 1, transactionalId: uniqueName('id'), transactionTimeoutMs: 20_000 }
          const producer = await createProducer(
            client,
            { ...cluster, requestTimeoutMs: 500, connectTimeoutMs: 500 },
            { ...options, compression: 'none', maxMessageBytes: 100_000 },
          )
          t.after(() => producer.close())
          const [bootstrap] = cluster.brokers
          const named = `${address.host ?? bootstrap.split(':')[0]}:${address.port ?? bootstrap.split(':')[1]}`
          await assert.rejects(producer.init(), (error: Error & { code?: string; retriable?: boolean }) => {
            assert.match(error.code ?? '', /^KAFKA_(UNREACHABLE|TIMEOUT)$/, error.message)
            assert.equal(error.retriable, true)
            assert.ok(error.message.includes(named), error.message)
            assert.match(error.message, /advertised/)
            return true
          })
        })
  },
)
