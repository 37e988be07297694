/** A broker that accepts connections and never answers: whoever closes, or is in a hurry, does not wait for it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { ClusterOptions } from '#src/config/cluster.js'
import { ClusterConnections } from '#src/kafka/cluster-connections.js'
import { ConnectionPool } from '#src/kafka/connection-pool.js'
import { GroupCoordinator } from '#src/kafka/group-coordinator.js'
import { WireProducer } from '#src/kafka/wire/wire-producer.js'
import { KafkaSink, type KafkaSinkOptions } from '#src/sink/kafka/sink.js'

/** Longer than any test waits. */
const foreverMs = 600_000

const apiVersions = 18
const metadata = 3

/** `answers`: how many requests are answered, each as if it were ApiVersions. */
async function silentBroker(t: TestContext, answers = 0) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    let left = answers
    sockets.add(socket.on('error', () => undefined))
    socket.on('data', (frame) => void (left-- > 0 && socket.write(versionsFor(frame))))
    socket.on('close', () => sockets.delete(socket))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const cluster: ClusterOptions = {
    ...{ brokers: [`127.0.0.1:${port}`, `127.0.0.1:${port}`], clientId: 'test', tls: null, sasl: null },
    ...{ connectTimeoutMs: foreverMs, requestTimeoutMs: foreverMs },
  }
  /** A request has come. */
  const asked = async (): Promise<void> => {
    const [socket] = (await once(server, 'connection')) as [Socket]
    await once(socket, 'data')
  }
  const allClosed = async (): Promise<void> => {
    // A client that leaves bytes unread resets the connection: `once` would reject with that.
    await Promise.all([...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))))
  }
  return { cluster, port, asked, sockets, allClosed }
}

/** Correlation id, no error, one API in versions 0 to 12, no throttling, no tags. */
function versionsFor(request: Buffer): Buffer {
  assert.equal(request.readInt16BE(4), apiVersions)
  const answer = Buffer.alloc(4 + 4 + 2 + 1 + 7 + 4 + 1)
  answer.writeInt32BE(answer.length - 4)
  request.copy(answer, 4, 8, 12)
  answer[10] = 2
  answer.writeInt16BE(metadata, 11)
  answer.writeInt16BE(12, 15)
  return answer
}

const closed = { code: 'INTERNAL', message: /closed/ }

test('connections are closed while they open, and no other broker is tried', async (t) => {
  const { cluster, asked, allClosed, sockets } = await silentBroker(t)
  const connections = new ClusterConnections(cluster)
  const refused = assert.rejects(connections.any(), closed)
  await asked()
  await connections.close()
  await refused
  await allClosed()
  assert.equal(sockets.size, 0)
  await assert.rejects(connections.any(), closed)
})

test('a shared connection that opens is given up by its last user, and by nobody before', async (t) => {
  const { cluster, asked, allClosed, sockets } = await silentBroker(t)
  const pool = new ConnectionPool(cluster, 1)
  const [first, second] = [new ClusterConnections(cluster, pool), new ClusterConnections(cluster, pool)]
  const refused = [first, second].map((one) => assert.rejects(one.any(), closed))
  await asked()
  await first.close()
  await refused[0]
  assert.equal(sockets.size, 1)
  await second.close()
  await refused[1]
  await allClosed()
})

test('a group is left without its coordinator', async (t) => {
  const { cluster, asked, allClosed } = await silentBroker(t)
  const coordinator = new GroupCoordinator(cluster, {
    ...{ groupId: 'g', type: 'test', name: 'test', sessionTimeoutMs: foreverMs, rebalanceTimeoutMs: foreverMs },
  })
  const refused = assert.rejects(coordinator.join('', Buffer.alloc(0), 'starting'), closed)
  await asked()
  await coordinator.close()
  await refused
  await allClosed()
})

test('a Kafka sink is closed while it opens, on connections of its own or shared', async (t) => {
  for (const isShared of [false, true]) {
    const { cluster, asked } = await silentBroker(t)
    const options: KafkaSinkOptions = {
      ...{ shard: { connector: 'c', shard: 0, shards: 1 }, fingerprint: 'f00d', topic: 't', creation: null },
      ...{ checkpoints: { topic: 'checkpoints', partitions: 1, replicationFactor: 1 }, groupId: 'g' },
      ...{ delivery: 'exactly-once', transactionTimeoutMs: foreverMs, compression: 'none', client: 'wire' },
      maxBatchBytes: 1e6,
    }
    const sink = new KafkaSink(cluster, options, undefined, isShared ? new ConnectionPool(cluster) : undefined)
    const refused = assert.rejects(sink.open(), closed)
    await asked()
    await sink.close()
    await refused
  }
})

test('a producer in a hurry gives up what it waits for, on shared connections too', async (t) => {
  for (const isShared of [false, true]) {
    const { cluster, allClosed } = await silentBroker(t, 1)
    const pool = isShared ? new ConnectionPool(cluster, 1) : null
    const options = { topic: 't', partitions: 1, transactionalId: 'id', transactionTimeoutMs: foreverMs }
    const producer = new WireProducer(cluster, { ...options, compression: 'none', maxMessageBytes: 1e6 }, pool)
    // Another user of the connection holds it.
    const other = new ClusterConnections(cluster, pool ?? undefined)
    if (isShared) await other.any()
    const refused = assert.rejects(producer.init(), { code: 'KAFKA_TIMEOUT', message: /silence/ })
    producer.hurry(40)
    await refused
    await producer.close()
    await other.close()
    await allClosed()
  }
})
