import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import avsc from 'avsc'
import { StreamingGenerator, SyntheticGenerator, WebSocketServerPublisher } from '#src/index.js'
import type { StreamingError, WebSocketServerPublisherOptions } from '#src/index.js'
import { refusal, TestClient } from '../support/websocket-client.js'

const model = 'models/customers.json'
const premium = { segment: 'premium', lifetime_value: ['>', 10000] }

async function ownStreams(t: TestContext, options: Partial<WebSocketServerPublisherOptions> = {}) {
  const generator = await SyntheticGenerator.load(model)
  const server = new WebSocketServerPublisher({
    port: 0,
    path: '/stream',
    generator,
    firstMessageSeconds: 0,
    ...options,
  })
  t.after(() => server.close())
  const { url } = await server.listen()
  return { server, url, generator }
}

function query(url: string, options: Record<string, unknown>): string {
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(options)) search.set(name, text(value))
  return `${url}?${search.toString()}`
}

/** A client that has the connection, and then reads nothing. */
async function stalled(t: TestContext, url: string): Promise<Socket> {
  const { hostname, port, pathname, search } = new URL(url)
  const socket = connect(Number(port), hostname)
  t.after(() => socket.destroy())
  socket.on('error', () => undefined)
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
      'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  await once(socket, 'readable')
  return socket
}

/** Resolves when a condition holds that nothing tells of; looks again after every turn. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('a WebSocket server with a generator', () => {
  test('gives every client its own position, batch size, rate, conditions and format', async (t) => {
    const { url, generator } = await ownStreams(t)
    const first = new TestClient(t, query(url, { position: 100, batch_size: 5, rate: 2000, max_records: 12 }))
    const second = new TestClient(
      t,
      query(url, { conditions: premium, rate_limit: 2000, format: 'ndjson', max_records: 20 }),
    )
    assert.deepEqual(await first.rows(12), generator.sample(12, { from: 100 }).toJSON())
    const lines = (await second.texts(2)).join('')
    assert.deepEqual(
      lines
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      generator.sample(20, { conditions: premium }).toJSON(),
    )
    for (const client of [first, second]) assert.deepEqual(await client.closed, { code: 1000, reason: 'complete' })
    assert.equal(first.messages.length, 12)
    assert.equal(second.messages.length, 2)
  })

  test('takes the same options by first message, and has defaults for a client that asks for nothing', async (t) => {
    const { url, generator } = await ownStreams(t, { firstMessageSeconds: 60, conditions: { status: 'active' } })
    const client = await new TestClient(t, url).opened()
    client.socket.send(JSON.stringify({ position: 7, batchSize: 3, rate: 1000, maxRecords: 3, conditions: premium }))
    assert.deepEqual(await client.rows(3), generator.sample(3, { from: 7, conditions: premium }).toJSON())

    const patient = await ownStreams(t, { conditions: { status: 'active' } })
    const plain = new TestClient(t, patient.url)
    assert.deepEqual(await plain.rows(10), generator.sample(10, { conditions: { status: 'active' } }).toJSON())
  })

  test('all the Avro messages of a connection are an object container file', async (t) => {
    const { url, generator } = await ownStreams(t)
    const client = new TestClient(
      t,
      query(url, { format: 'avro', position: 50, batch_size: 10, rate: 5000, max_records: 40 }),
    )
    await client.closed
    assert.ok(client.messages.every(({ isBinary }) => isBinary))
    assert.equal(client.messages.length, 1 + 4)
    const rows: { id: number; segment: string }[] = []
    const decoder = new avsc.streams.BlockDecoder()
    decoder.on('data', (row: { id: number; segment: string }) => rows.push(row))
    decoder.end(Buffer.concat(client.messages.map(({ data }) => data)))
    await once(decoder, 'end')
    const expected = generator.sample(40, { from: 50 }).toJSON()
    assert.deepEqual(
      rows.map(({ id, segment }) => [id, segment]),
      expected.map(({ id, segment }) => [id, segment]),
    )
  })

  for (const [name, options, code, pattern] of [
    ['an unknown column', { conditions: { colour: 'red' } }, 'CONDITION_INVALID', /colour/],
    ['conditions that nothing satisfies', { conditions: { age: ['>', 1e9] } }, 'CONDITION_UNSATISFIABLE', /age/],
    ['an unknown option', { batch: 10 }, 'OPTION_INVALID', /^batch: unknown option; found batch; expected one of/],
    ['too large a batch', { batch_size: 5000 }, 'OPTION_INVALID', /expected an integer from 1 to 1000/],
    ['an unknown format', { format: 'xml' }, 'OPTION_INVALID', /expected json, ndjson or avro/],
  ] as const) {
    test(`refuses ${name} with 1008 and one line`, async (t) => {
      const { url, server } = await ownStreams(t)
      const client = new TestClient(t, query(url, options))
      const closed = await client.closed
      assert.equal(closed.code, 1008)
      assert.match(closed.reason, /\S/)
      assert.ok(Buffer.byteLength(closed.reason) <= 123 && !closed.reason.includes('\n'))
      const [kind, error] = JSON.parse(client.messages[0].data.toString()) as [
        string,
        { code: string; message: string },
      ]
      assert.equal(kind, 'error')
      assert.equal(error.code, code)
      assert.match(error.message, pattern)
      assert.equal(client.messages.length, 1)
      await eventually(() => server.clients().length === 0)
    })
  }

  test('refuses a second message, a binary one and one that is too large', async (t) => {
    const { url } = await ownStreams(t, { maxMessageBytes: 100 })
    const wordy = await new TestClient(t, query(url, { rate: 1 })).opened()
    wordy.socket.send('{}')
    const { code, reason } = await wordy.closed
    assert.deepEqual([code, reason.startsWith('the stream has already started')], [1008, true])
    const binary = await new TestClient(t, query(url, { rate: 1 })).opened()
    binary.socket.send(Buffer.from('{}'))
    assert.equal((await binary.closed).code, 1008)
    const large = await new TestClient(t, query(url, { rate: 1 })).opened()
    large.socket.send(JSON.stringify({ conditions: { segment: 'x'.repeat(100) } }))
    assert.equal((await large.closed).code, 1009)
  })

  test('lets in no more clients than it may, no page of an origin that is not named, and no other path', async (t) => {
    const { url, server } = await ownStreams(t, { maxClients: 2, allowedOrigins: ['https://shop.example'] })
    assert.equal(await refusal(url, { origin: 'https://evil.example' }), 403)
    assert.equal(await refusal(url.replace('/stream', '/other')), 404)
    const page = await new TestClient(t, url, { origin: 'https://shop.example' }).opened()
    await new TestClient(t, url, { origin: 'http://localhost:8000' }).opened()
    assert.equal(await refusal(url), 503)
    page.socket.close()
    await eventually(() => server.clients().length === 1)
    await new TestClient(t, url).opened()
  })

  test('shares what clients of the same conditions need, and bounds how many different ones there are', async (t) => {
    const { url } = await ownStreams(t, { maxConditions: 1 })
    const conditions = { segment: 'premium', status: 'active' }
    const [first, second] = [conditions, { status: 'active', segment: 'premium' }].map(
      (asked) => new TestClient(t, query(url, { conditions: asked })),
    )
    await Promise.all([first.rows(1), second.rows(1)])
    const other = await new TestClient(t, query(url, { conditions: { segment: 'basic' } })).closed
    assert.equal(other.code, 1008)
    assert.match(other.reason, /too many different conditions/)
    for (const client of [first, second]) {
      client.socket.close()
      await client.closed
    }
    const third = new TestClient(t, query(url, { conditions: { segment: 'basic' } }))
    assert.equal((await third.rows(1)).length, 1)
  })

  test('a stalled client costs no more than its buffer; what it misses is counted and told, never renumbered', async (t) => {
    const bufferBytes = 50_000
    const { url, server, generator } = await ownStreams(t, { bufferBytes })
    const socket = await stalled(t, query(url, { rate: 10_000, batch_size: 500, format: 'ndjson' }))
    const most = (): number => Math.max(...server.clients().map(({ bufferedBytes }) => bufferedBytes))
    await eventually(() => {
      assert.ok(most() <= bufferBytes + 200_000, `${most()} bytes wait`)
      return server.dropped >= 2_000
    })
    assert.ok(most() <= Math.max(bufferBytes, 200_000), `${most()} bytes wait`)
    const [status] = server.clients()
    assert.equal(status.position, status.records + status.dropped)
    // It reads again: what comes next tells of the gap, and goes on after it.
    let text = ''
    socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')))
    await eventually(() => /\["dropped",\{[^}]*\}\].{4,10}\{"id"[^\n]*\n/s.test(text))
    const [, told, line] = /\["dropped",(\{[^}]*\})\].{4,10}(\{"id"[^\n]*)\n/s.exec(text)!
    const gap = JSON.parse(told) as { from: number; to: number; records: number }
    assert.equal(gap.to - gap.from, gap.records)
    assert.ok(gap.records >= 500)
    const [row] = generator.sample(1, { from: gap.to }).toJSON()
    assert.equal((JSON.parse(line) as { id: unknown }).id, row.id)
  })

  test('a stalled client is cut off where that is the policy', async (t) => {
    const { url, server } = await ownStreams(t, { bufferBytes: 20_000, onSlow: 'disconnect' })
    await stalled(t, query(url, { rate: 10_000, batch_size: 500 }))
    const healthy = new TestClient(t, query(url, { rate: 1000 }))
    await eventually(() => server.clients().length === 2)
    await eventually(() => server.clients().length === 1)
    assert.equal(server.dropped, 0)
    await healthy.rows(20)
  })

  test('a client that breaks off leaves nothing behind', async (t) => {
    const { url, server } = await ownStreams(t)
    const clients = Array.from({ length: 20 }, (_, i) => new TestClient(t, query(url, { position: i, rate: 1000 })))
    await Promise.all(clients.map((client) => client.rows(1)))
    for (const { socket } of clients) socket.terminate()
    await eventually(() => server.clients().length === 0)
    const next = new TestClient(t, url)
    assert.equal((await next.rows(1)).length, 1)
  })

  test('close says goodbye to the clients and frees the port; it can be called twice', async (t) => {
    const { url, server } = await ownStreams(t)
    const client = new TestClient(t, url)
    await client.rows(1)
    await Promise.all([server.close(), server.close()])
    assert.equal((await client.closed).code, 1001)
    const again = new WebSocketServerPublisher({ port: Number(new URL(url).port) })
    await again.listen()
    await again.close()
  })
})

describe('a WebSocket server that streamTo publishes to', () => {
  test('sends one stream to everyone, and ends with it', async (t) => {
    const generator = await SyntheticGenerator.load(model)
    const server = new WebSocketServerPublisher({ port: 0 })
    t.after(() => server.close())
    const { url } = await server.listen()
    const clients = await Promise.all([1, 2, 3].map(() => new TestClient(t, url).opened()))
    const metrics = await new StreamingGenerator(generator, { seed: 5 }).streamTo(server, {
      batchSize: 20,
      maxRecords: 60,
    })
    assert.equal(metrics.totalRecords, 60)
    const expected = generator.sample(60, { seed: 5 }).toJSON()
    for (const client of clients) {
      assert.deepEqual(await client.rows(60), expected)
      assert.equal((await client.closed).code, 1001)
    }
  })

  test('a client that comes later begins there; with avro its file has a header too', async (t) => {
    const generator = await SyntheticGenerator.load(model)
    const server = new WebSocketServerPublisher({ port: 0, format: 'avro' })
    const stop = new AbortController()
    const { url } = await server.listen()
    const early = await new TestClient(t, url).opened()
    const streaming = new StreamingGenerator(generator).streamTo(server, {
      batchSize: 10,
      rateLimit: 1000,
      signal: stop.signal,
    })
    await early.texts(3)
    const late = await new TestClient(t, url).opened()
    await late.texts(3)
    stop.abort()
    await streaming
    for (const client of [early, late]) {
      const ids: number[] = []
      const decoder = new avsc.streams.BlockDecoder()
      decoder.on('data', ({ id }: { id: number }) => ids.push(id))
      decoder.end(Buffer.concat(client.messages.map(({ data }) => data)))
      await once(decoder, 'end')
      assert.ok(ids.length >= 20)
      assert.deepEqual(
        ids,
        ids.map((_, i) => ids[0] + i),
      )
    }
  })

  test('refuses a client that wants a stream of its own', async (t) => {
    const server = new WebSocketServerPublisher({ port: 0 })
    t.after(() => server.close())
    const { url } = await server.listen()
    const byQuery = await new TestClient(t, query(url, { rate: 10 })).closed
    assert.deepEqual(byQuery.code, 1008)
    assert.match(byQuery.reason, /broadcasts one stream to all clients/)
    const byMessage = await new TestClient(t, url).opened()
    byMessage.socket.send('{"rate":10}')
    assert.equal((await byMessage.closed).code, 1008)
  })

  test('is no publisher if it has a generator', async (t) => {
    const { server, generator } = await ownStreams(t)
    await assert.rejects(new StreamingGenerator(generator).streamTo(server, { maxRecords: 1 }), {
      name: 'StreamingError',
      code: 'OPTION_INVALID',
    })
  })
})

describe('the options of a WebSocket server', () => {
  for (const [options, message] of [
    [{}, /port: wrong value; found null/],
    [{ port: '80' }, /port: wrong value; found "80"; expected a whole number from 0 to 65535/],
    [{ port: 0, prot: 1 }, /unknown option; found prot; expected port/],
    [{ port: 0, path: 'stream' }, /path: wrong value/],
    [{ port: 0, format: 'csv' }, /expected one of json, ndjson, avro/],
    [{ port: 0, onSlow: 'wait' }, /expected one of drop, disconnect/],
    [{ port: 0, generator: {} }, /expected a SyntheticGenerator/],
    [{ port: 0, allowedOrigins: ['example.org'] }, /expected a list of origins/],
    [{ port: 0, rateLimit: 10 }, /rateLimit: this option applies to per-client streams/],
  ] as const) {
    test(`are checked: ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => new WebSocketServerPublisher(options as unknown as WebSocketServerPublisherOptions),
        (error: StreamingError) => {
          assert.equal(error.name, 'StreamingError')
          assert.equal(error.code, 'OPTION_INVALID')
          assert.match(error.message, message)
          return true
        },
      )
    })
  }

  test('a port that is taken is an error with a code', async (t) => {
    const { url } = await ownStreams(t)
    const second = new WebSocketServerPublisher({ port: Number(new URL(url).port) })
    await assert.rejects(second.listen(), { name: 'StreamingError', code: 'SINK_FAILED' })
    await second.close()
  })
})
