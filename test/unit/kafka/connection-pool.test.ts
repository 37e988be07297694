import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { metadataV12 } from '@platformatic/kafka'
import { ConnectionPool } from '#src/kafka/connection-pool.js'
import type { BrokerConnection } from '#src/kafka/platformatic-connection.js'

const apiVersions = 18

/** A broker that says which API versions it speaks, none of them, and answers nothing else. */
async function silentBroker(t: TestContext): Promise<{ port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (frame) => {
      if (frame.readInt16BE(4) !== apiVersions) return
      // Correlation id, no error, no APIs, no throttling, no tags.
      const answer = Buffer.alloc(4 + 4 + 2 + 1 + 4 + 1)
      answer.writeInt32BE(answer.length - 4)
      frame.copy(answer, 4, 8, 12)
      answer[10] = 1
      socket.write(answer)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, sockets }
}

async function poolOf(t: TestContext, perBroker: number, requestTimeoutMs = 5_000) {
  const { port, sockets } = await silentBroker(t)
  const cluster = { brokers: [], clientId: 'test', tls: null, sasl: null, connectTimeoutMs: 5_000, requestTimeoutMs }
  const pool = new ConnectionPool(cluster, perBroker)
  return { pool, sockets, open: (): Promise<BrokerConnection> => pool.open('127.0.0.1', port) }
}

test('connections are shared from a number per broker on, the least used first', async (t) => {
  const { sockets, open } = await poolOf(t, 2)
  const brokers = await Promise.all([open(), open(), open(), open(), open()])
  assert.equal(sockets.size, 2)
  const users = [...new Set(brokers)].map((broker) => brokers.filter((other) => other === broker).length)
  assert.deepEqual(users.sort(), [2, 3])
})

test('a connection is closed when its last user releases it, and reopened on demand', async (t) => {
  const { pool, open } = await poolOf(t, 1)
  const [first, second] = [await open(), await open()]
  assert.equal(first, second)
  await pool.close(first)
  assert.equal(second.connection.isConnected(), true)
  await pool.close(second)
  assert.equal(second.connection.isConnected(), false)
  const third = await open()
  assert.notEqual(third, first)
  await pool.close(third)
})

test('a connection with a request that timed out gets no new users', async (t) => {
  const { pool, open } = await poolOf(t, 1, 20)
  const [stuck, other] = [await open(), await open()]
  await assert.rejects(metadataV12.api.async(stuck.connection, [], false, false), /timed out/)
  assert.equal(other.usable, false)
  assert.equal(other.connection.isConnected(), true)
  const next = await open()
  assert.notEqual(next, stuck)
  assert.equal(next.usable, true)
  await Promise.all([stuck, other, next].map((broker) => pool.close(broker)))
})

test('a broker that cannot be reached is asked again by the next one', async (t) => {
  const { pool, open, sockets } = await poolOf(t, 1)
  await assert.rejects(pool.open('127.0.0.1', 1), { code: 'KAFKA_UNREACHABLE' })
  await assert.rejects(pool.open('127.0.0.1', 1), { code: 'KAFKA_UNREACHABLE' })
  const broker = await open()
  assert.equal(sockets.size, 1)
  await pool.close(broker)
})
