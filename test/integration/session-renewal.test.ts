import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions, SaslOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { createProducer, type ProducerClient } from '#src/kafka/create-producer.js'
import { ConnectionPool } from '#src/kafka/connection-pool.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { encodedBatch } from '../support/encoded-batch.js'
import { committedRecords, makeTopic, uniqueName } from '../support/kafka.js'
import { addScramUser, scramUser } from '../support/scram-user.js'
import { startSecuredBroker, superUser } from '../support/secured-broker.js'
import type { SecuredBroker } from '../support/secured-broker.js'
import { unsignedToken } from '../support/unsigned-token.js'

/** Lives of a session that a connection goes through; with LONG, as `make outages` sets it, more of them. */
const sessions = process.env.LONG === undefined ? 3 : 10

/** How long a session lives, by mechanism. kafkajs renews 3 s before the end, whatever the life. */
const lives = { PLAIN: 3_000, 'SCRAM-SHA-256': 3_000, 'SCRAM-SHA-512': 5_000, OAUTHBEARER: 60_000 } as const

/**
 * Shorter than the broker's limit: the session ends with its token. kafkajs must find a new one 3 s before the end: these
 * live longer, and fewer of them are gone through.
 */
const tokens = {
  wire: { lifeMs: 4_000, count: sessions },
  kafkajs: { lifeMs: 13_000, count: Math.ceil(sessions / 3) },
} as const

const recordsPerCommit = 20

describe('a broker that ends sessions', () => {
  let broker: SecuredBroker
  before(async () => {
    const limits = Object.entries(lives).map(([mechanism, ms]) => [
      `listener.name.sasl.${mechanism.toLowerCase()}.connections.max.reauth.ms`,
      String(ms),
    ])
    broker = await startSecuredBroker(Object.fromEntries(limits) as Record<string, string>)
    await addScramUser(broker.sasl(superUser))
  })
  after(() => broker.stop())

  const cases: readonly (readonly [ProducerClient, Exclude<SaslOptions['mechanism'], 'OAUTHBEARER'>])[] = [
    ['wire', 'PLAIN'],
    ['wire', 'SCRAM-SHA-256'],
    ['wire', 'SCRAM-SHA-512'],
    ['kafkajs', 'SCRAM-SHA-512'],
  ]
  describe('is worked with for many sessions without an error', { concurrency: true }, () => {
    for (const [client, mechanism] of cases)
      test(`${client}, ${mechanism}`, async () => {
        const user = mechanism === 'PLAIN' ? superUser : scramUser
        await live(client, broker.sasl({ ...user, mechanism }), sessions * lives[mechanism])
      })

    for (const client of ['wire', 'kafkajs'] as const)
      test(`${client}, OAUTHBEARER with tokens that expire`, async (t) => {
        const { lifeMs, count } = tokens[client]
        const { url, asked } = await tokenEndpoint(t, lifeMs)
        const sasl = { mechanism: 'OAUTHBEARER', tokenEndpoint: url, clientId: 'a', clientSecret: 'b' } as const
        await live(client, broker.sasl(sasl), count * lifeMs)
        assert.ok(asked.count > count, `${asked.count} tokens`)
      })
  })
})

/** Producer (busy, in transactions), reader and admin, all on connections that outlive their sessions. */
async function live(client: ProducerClient, cluster: ClusterOptions, forMs: number): Promise<void> {
  const topic = uniqueName('sessions')
  const checkpoints = uniqueName('sessions-checkpoints')
  const admin = new KafkaAdmin(cluster)
  const reader = new TopicReader(cluster, topic)
  const pool = new ConnectionPool(cluster)
  const options = {
    topic,
    partitions: 2,
    transactionalId: uniqueName('id'),
    transactionTimeoutMs: 20_000,
    compression: 'none',
    maxMessageBytes: 1_000_000,
  } as const
  for (const name of [topic, checkpoints]) await makeTopic(cluster, name, 2)
  const shared = await createProducer(client, cluster, options, pool)
  const own = await createProducer(client, cluster, { ...options, transactionalId: null })
  const end = performance.now() + forMs
  let sent = 0
  try {
    await Promise.all([shared.init(), own.init()])
    while (performance.now() < end) {
      const from = sent
      sent += recordsPerCommit
      await Promise.all([
        shared.send(...numbered('shared', from, sent)),
        own.send(...numbered('own', from, sent)),
        reader.ranges(),
        admin.describe(topic),
      ])
      const value = Buffer.from(String(sent))
      await shared.commit([{ topic: checkpoints, partition: 0, key: Buffer.from('shard'), value }])
      await own.commit([])
      // So that connections rest too, shorter than a session lives.
      await sleep(sent % 1000 === 0 ? 500 : 5)
    }
  } finally {
    await Promise.all([shared.close(), own.close(), reader.close(), admin.close()])
  }
  const values = (await committedRecords(topic, cluster)).map(({ value }) => value)
  const wanted = ['own', 'shared'].flatMap((name) => Array.from({ length: sent }, (_, n) => `${name} ${n}`))
  const found = new Set(values)
  assert.deepEqual(
    wanted.filter((value) => !found.has(value)),
    [],
  )
  assert.equal(values.length, wanted.length)
  const last = (await committedRecords(checkpoints, cluster)).at(-1)?.value
  assert.equal(last, String(sent))
}

function numbered(name: string, from: number, to: number): [ReturnType<typeof encodedBatch>['batch'], Int32Array] {
  const records = Array.from({ length: to - from }, (_, i) => ({
    key: null,
    value: Buffer.from(`${name} ${from + i}`),
    timestamp: Date.now(),
    partition: i % 2,
  }))
  const { batch, partitions } = encodedBatch(records)
  return [batch, partitions]
}

async function tokenEndpoint(t: TestContext, lifeMs: number): Promise<{ url: string; asked: { count: number } }> {
  const asked = { count: 0 }
  const server = createServer((_request, response) => {
    asked.count++
    const token = unsignedToken('admin', lifeMs / 1000)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ access_token: token, expires_in: lifeMs / 1000 }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, asked }
}
