import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { Writer, type Reader } from '@platformatic/kafka'
import { giveBack, takeMemory } from '#src/kafka/request-memory.js'
import { WatchedConnection } from '#src/kafka/watched-connection.js'

const headerBytes = 2 + 2 + 4 + 2 + 'test'.length

/** A connection to a broker that answers the first request with a throttle time; and what it has got of each, behind the header. */
async function throttled(t: TestContext, ms: number): Promise<{ connection: WatchedConnection; got: string[] }> {
  const got: string[] = []
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const frame = bytes.subarray(4, 4 + bytes.readInt32BE(0))
        bytes = bytes.subarray(4 + frame.length)
        const answer = Buffer.alloc(12)
        answer.writeInt32BE(8, 0)
        answer.writeInt32BE(frame.readInt32BE(4), 4)
        answer.writeInt32BE(got.length === 0 ? ms : 0, 8)
        got.push(frame.subarray(headerBytes).toString())
        socket.write(answer)
      }
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const options = { connectTimeout: 5_000, requestTimeout: 5_000 }
  const connection = new WatchedConnection('test', options, () => Promise.resolve())
  await connection.connect('127.0.0.1', (server.address() as AddressInfo).port)
  t.after(async () => {
    await connection.close()
    server.close()
  })
  return { connection, got }
}

const answer = (_id: number, _key: number, _version: number, reader: Reader) => ({ throttleTimeMs: reader.readInt32() })

function send(connection: WatchedConnection, bytes: Buffer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const payload = (): Writer => Writer.create().append(bytes)
    connection.send(0, 0, payload, answer, false, false, (error, result) => (error ? reject(error) : resolve(result)))
  })
}

test('a request that waits for a quota is sent as it was, whatever becomes of its buffers', async (t) => {
  const { connection, got } = await throttled(t, 50)
  await send(connection, Buffer.from('first'))
  const buffer = Buffer.from('second')
  const sent = send(connection, buffer)
  buffer.write('reused')
  await sent
  assert.deepEqual(got, ['first', 'second'])
})

test('a request that waits for a quota is not overtaken by one that is made when the wait is over', async (t) => {
  const { connection, got } = await throttled(t, 20)
  await send(connection, Buffer.from('first'))
  const heldUntil = performance.now() + 21
  const second = send(connection, Buffer.from('second'))
  // The thread is busy: no timer fires.
  while (performance.now() < heldUntil);
  await Promise.all([second, send(connection, Buffer.from('third'))])
  assert.deepEqual(got, ['first', 'second', 'third'])
})

test('requests of every size arrive as they were, from memory that is used again', async (t) => {
  const { connection, got } = await throttled(t, 0)
  const sizes = [3, 20_000, 1 << 20, 16_384, 100_000, 20_000]
  const texts = sizes.map((size, index) => String.fromCharCode(97 + index).repeat(size))
  const buffer = Buffer.alloc(1 << 20)
  for (const several of [texts, texts.toReversed()]) {
    const sent = several.map((text) => {
      buffer.write(text)
      return send(connection, buffer.subarray(0, text.length))
    })
    await Promise.all(sent)
  }
  assert.deepEqual(
    got.map((text) => [text.length, text[0], text.at(-1)]),
    [...texts, ...texts.toReversed()].map((text) => [text.length, text[0], text.at(-1)]),
  )
  assert.ok(got.every((text) => text === text[0].repeat(text.length)))
})

test('memory that was given back is taken again, up to a limit', () => {
  const first = takeMemory(100_000)
  giveBack(first)
  assert.equal(takeMemory(70_000), first)
  const many = Array.from({ length: 100 }, () => takeMemory(1 << 20))
  for (const each of many) giveBack(each)
  const again = Array.from({ length: 100 }, () => takeMemory(1 << 20))
  const kept = again.filter((each) => many.includes(each)).length
  assert.ok(kept > 32 && kept <= 64, `${kept} MiB were kept`)
  for (const each of many) giveBack(each)
  const small = takeMemory(10_000)
  giveBack(small)
  assert.equal(takeMemory(10_000), small, 'what is kept makes room for another size')
})
