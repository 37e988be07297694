import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { Writer, type Reader } from '@platformatic/kafka'
import { lend, Loan } from '#src/kafka/lent-memory.js'
import { ReusedRequests } from '#src/kafka/reused-requests.js'
import { WatchedConnection } from '#src/kafka/watched-connection.js'
import { loopbackCertificate, loopbackKey } from '../../support/loopback-certificate.js'

const headerBytes = 2 + 2 + 4 + 2 + 'test'.length

interface Broker {
  readonly connection: WatchedConnection
  /** The accepted socket, which reads nothing until it is resumed. */
  readonly accepted: Socket
  /** Requests behind their headers. */
  readonly got: Buffer[]
}

/** A connection to a broker that answers each request with 4 bytes. */
async function connected(t: TestContext, isTls: boolean): Promise<Broker> {
  const got: Buffer[] = []
  const accept = (socket: Socket): void => {
    let chunks: Buffer[] = []
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      let length = chunks.reduce((sum, part) => sum + part.length, 0)
      if (length < 4) return
      if (chunks[0].length < 4) chunks = [Buffer.concat(chunks)]
      while (length >= 4 && length >= 4 + chunks[0].readInt32BE(0)) {
        const all = Buffer.concat(chunks)
        const frame = all.subarray(4, 4 + all.readInt32BE(0))
        got.push(frame.subarray(headerBytes))
        const answer = Buffer.alloc(12)
        answer.writeInt32BE(8, 0)
        answer.writeInt32BE(frame.readInt32BE(4), 4)
        socket.write(answer)
        chunks = [all.subarray(4 + frame.length)]
        length = chunks[0].length
      }
    })
    socket.pause()
  }
  const server = isTls ? createTlsServer({ cert: loopbackCertificate, key: loopbackKey }, accept) : createServer(accept)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const options = {
    connectTimeout: 5_000,
    requestTimeout: 5_000,
    ...(isTls ? { tls: { ca: loopbackCertificate } } : {}),
  }
  const connection = new WatchedConnection('test', options, () => Promise.resolve())
  const acceptance = once(server, isTls ? 'secureConnection' : 'connection') as Promise<[Socket]>
  await connection.connect('127.0.0.1', (server.address() as AddressInfo).port)
  const [accepted] = await acceptance
  t.after(async () => {
    await connection.close()
    accepted.destroy()
    server.close()
  })
  return { connection, accepted, got }
}

const answer = (_id: number, _key: number, _version: number, reader: Reader): number => reader.readInt32()

/** Sends a request that consists of these parts. */
function send(connection: WatchedConnection, ...parts: readonly Buffer[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const payload = (): Writer => parts.reduce((writer, part) => writer.append(part), Writer.create())
    connection.send(0, 0, payload, answer, false, false, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

/** More than sockets take for a reader that reads nothing. */
const largeBytes = 16 << 20

for (const isTls of [false, true])
  describe(isTls ? 'requests over TLS' : 'requests', () => {
    test('arrive whole with what was lent and what was copied', async (t) => {
      const { connection, accepted, got } = await connected(t, isTls)
      accepted.resume()
      const lent = Buffer.alloc(100_000, 'lent')
      lend(lent, new Loan())
      const other = Buffer.from('other')
      const sent = [
        send(connection, other, lent, other, lent),
        send(connection, lent),
        send(connection, lent, other),
        send(connection, other),
      ]
      other.fill('-')
      await Promise.all(sent)
      const [o, l] = ['other', lent.toString()]
      assert.deepEqual(
        got.map((bytes) => bytes.toString()),
        [o + l + o + l, l, l + o, o],
      )
    })

    test('use lent memory until the socket has taken all of it', async (t) => {
      const { connection, accepted, got } = await connected(t, isTls)
      const lent = Buffer.alloc(largeBytes, 'large')
      const loan = new Loan()
      lend(lent, loan)
      const sent = [send(connection, lent), send(connection, Buffer.from('-'), lent)]
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(loan.isFree, false)
      accepted.resume()
      await Promise.all(sent)
      assert.equal(loan.isFree, true)
      assert.ok(got[0].equals(lent))
      assert.ok(got[1].subarray(1).equals(lent))
    })

    test('set lent memory free if the connection ends', async (t) => {
      const { connection, accepted } = await connected(t, isTls)
      const lent = Buffer.alloc(largeBytes)
      const loan = new Loan()
      lend(lent, loan)
      const sent = [send(connection, lent), send(connection, lent)]
      accepted.destroy()
      await Promise.all(sent.map((one) => assert.rejects(one)))
      await new Promise((resolve) => setImmediate(resolve))
      assert.equal(loan.isFree, true)
    })
  })

test('requests to a connection that has ended leave lent memory free', async (t) => {
  const { connection, accepted } = await connected(t, false)
  const closed = once(connection, 'close')
  accepted.destroy()
  await closed
  const lent = Buffer.alloc(100)
  const loan = new Loan()
  lend(lent, loan)
  await assert.rejects(send(connection, lent), { message: 'Connection closed' })
  assert.equal(loan.isFree, true)
})

test('requests that were never written set lent memory free with their connection', () => {
  const requests = new ReusedRequests()
  const lent = Buffer.alloc(10)
  const loan = new Loan()
  lend(lent, loan)
  requests.replace(0, Writer.create().append(lent))
  assert.equal(loan.isFree, false)
  requests.drop()
  assert.equal(loan.isFree, true)
})
