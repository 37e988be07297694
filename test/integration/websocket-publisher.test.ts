import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { describe, test, type TestContext } from 'node:test'
import avsc from 'avsc'
import {
  RetryPolicy,
  StreamingGenerator,
  StreamingMetrics,
  SyntheticGenerator,
  WebSocketPublisher,
} from '#src/index.js'
import type { StreamingError, WebSocketPublisherOptions } from '#src/index.js'
import { startReceiver, stopReceiver } from '../support/websocket-receiver.js'

const model = 'models/customers.json'
const retryPolicy = new RetryPolicy({ maxRetries: 1000, initialBackoffSeconds: 0.001, maxBackoffSeconds: 0.01 })

async function streamer(onError: 'retry' | 'stop' = 'retry') {
  const generator = await SyntheticGenerator.load(model)
  return { generator, streamer: new StreamingGenerator(generator, { retryPolicy, onError }) }
}

/** A server that refuses the handshake. */
async function refusing(t: TestContext, status: string): Promise<string> {
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\n\r\n`))
  })
  t.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `ws://127.0.0.1:${(server.address() as { port: number }).port}`
}

describe('a WebSocket publisher', () => {
  test('sends an object a message, the lines of a batch a message, or Avro blocks', async (t) => {
    const { generator, streamer: stream } = await streamer()
    const expected = generator.sample(25).toJSON()
    for (const format of ['json', 'ndjson', 'avro'] as const) {
      const receiver = await startReceiver(t)
      await stream.streamTo(new WebSocketPublisher({ uri: receiver.url, format }), { batchSize: 10, maxRecords: 25 })
      const count = { json: 25, ndjson: 3, avro: 4 }[format]
      const messages = await receiver.messages(count)
      assert.equal(messages.length, count)
      assert.ok(receiver.received.every(({ isBinary }) => isBinary === (format === 'avro')))
      const text = messages.map(String)
      if (format === 'json')
        assert.deepEqual(
          text.map((line) => JSON.parse(line) as unknown),
          expected,
        )
      if (format === 'ndjson')
        assert.deepEqual(JSON.parse(`[${text.join('').trimEnd().replaceAll('\n', ',')}]`), expected)
      if (format === 'avro') {
        const ids: unknown[] = []
        const decoder = new avsc.streams.BlockDecoder()
        decoder.on('data', ({ id }: { id: unknown }) => ids.push(id))
        decoder.end(Buffer.concat(messages))
        await once(decoder, 'end')
        assert.deepEqual(
          ids,
          expected.map(({ id }) => id),
        )
      }
    }
  })

  test('acknowledged: loses nothing and doubles nothing while connections break and answers are lost', async (t) => {
    const { generator, streamer: stream } = await streamer()
    const receiver = await startReceiver(t)
    let commits = 0
    receiver.answer = (commit) => {
      commits++
      // Every fifth connection breaks before the answer, every seventh after it.
      if (commits % 5 === 0) return (cutAll(), null)
      if (commits % 7 === 0) setImmediate(cutAll)
      return JSON.stringify(commit)
    }
    const cutAll = (): void => {
      for (const socket of receiver.connections) socket.terminate()
    }
    const publisher = new WebSocketPublisher({ uri: receiver.url, acknowledge: true })
    const metrics = await stream.streamTo(publisher, { batchSize: 10, maxRecords: 400 })
    assert.deepEqual(
      receiver.committed.map((message) => JSON.parse(message.toString()) as unknown),
      generator.sample(400).toJSON(),
    )
    assert.ok(metrics.retries >= 8, `${metrics.retries} retries`)
    assert.equal(metrics.totalRecords, 400)
    // Another publisher goes on where the server is.
    receiver.answer = (commit) => JSON.stringify(commit)
    await stream.streamTo(new WebSocketPublisher({ uri: receiver.url, acknowledge: true }), { batchSize: 10, to: 450 })
    assert.equal(receiver.committed.length, 450)
  })

  test('connects again with backoff until the server is there again', async (t) => {
    const { streamer: stream } = await streamer()
    const first = await startReceiver(t)
    const port = Number(new URL(first.url).port)
    const metrics = new StreamingMetrics()
    const streaming = stream.streamTo(new WebSocketPublisher({ uri: first.url }), {
      batchSize: 10,
      rateLimit: 2000,
      maxRecords: 400,
      metricsCollector: metrics,
    })
    await first.messages(50)
    await stopReceiver(first.server)
    while (metrics.retries < 3) await new Promise((resolve) => setImmediate(resolve))
    const second = await startReceiver(t, port)
    await streaming
    // Without acknowledgements what was under way may be lost, and the batch that failed is sent again: the end is whole.
    const ids = second.received.map(({ data }) => (JSON.parse(data.toString()) as { id: number }).id)
    assert.deepEqual(
      ids,
      ids.map((_, i) => ids[0] + i),
    )
    assert.equal(metrics.totalRecords, 400)
  })

  test('a server that does not read holds the stream back, with bounded memory', async (t) => {
    const { streamer: stream } = await streamer()
    const receiver = await startReceiver(t)
    receiver.connected = (socket) => socket.pause()
    const metrics = new StreamingMetrics()
    const stop = new AbortController()
    const streaming = stream.streamTo(
      new WebSocketPublisher({ uri: receiver.url, format: 'ndjson', bufferBytes: 10_000 }),
      {
        batchSize: 100,
        metricsCollector: metrics,
        signal: stop.signal,
      },
    )
    // The network's own buffers fill, and then nothing moves.
    let last = -1
    while (metrics.totalRecords === 0 || metrics.totalRecords !== last) {
      last = metrics.totalRecords
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    for (const socket of receiver.connections) socket.resume()
    while (metrics.totalRecords === last) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    await streaming
    assert.equal(metrics.errors, 0)
  })

  for (const [status, code] of [
    ['401 Unauthorized', 'WEBSOCKET_REFUSED'],
    ['404 Not Found', 'WEBSOCKET_REFUSED'],
    ['503 Service Unavailable', 'WEBSOCKET_UNREACHABLE'],
    ['429 Too Many Requests', 'WEBSOCKET_UNREACHABLE'],
  ] as const) {
    test(`HTTP status ${status} is ${code}`, async (t) => {
      const { streamer: stream } = await streamer('stop')
      const publisher = new WebSocketPublisher({ uri: await refusing(t, status) })
      await assert.rejects(stream.streamTo(publisher, { maxRecords: 1 }), (error: StreamingError) => {
        assert.equal(error.code, code)
        assert.match(error.message, new RegExp(`HTTP status ${status.slice(0, 3)}`))
        return true
      })
    })
  }

  test('a server that is not there, and one that closes with 1008, are errors with a code', async (t) => {
    const { streamer: stream } = await streamer('stop')
    const receiver = await startReceiver(t)
    receiver.connected = (socket) => socket.close(1008, 'no records wanted')
    const refused = new WebSocketPublisher({ uri: receiver.url, acknowledge: true })
    await assert.rejects(stream.streamTo(refused, { maxRecords: 1000 }), {
      name: 'StreamingError',
      code: 'WEBSOCKET_REFUSED',
      message: /close code 1008: no records wanted/,
    })
    await stopReceiver(receiver.server)
    await assert.rejects(stream.streamTo(new WebSocketPublisher({ uri: receiver.url }), { maxRecords: 1 }), {
      code: 'WEBSOCKET_UNREACHABLE',
      message: /does not answer; found ECONNREFUSED/,
    })
  })

  test('no acknowledgement in time, and an answer that is none, are errors with a code', async (t) => {
    const { streamer: stream } = await streamer('stop')
    const receiver = await startReceiver(t)
    const options = { uri: receiver.url, acknowledge: true, acknowledgeTimeoutSeconds: 0.05 }
    receiver.answer = () => null
    await assert.rejects(stream.streamTo(new WebSocketPublisher(options), { maxRecords: 10 }), {
      code: 'WEBSOCKET_TIMEOUT',
    })
    receiver.answer = () => 'thanks'
    await assert.rejects(stream.streamTo(new WebSocketPublisher({ ...options, name: 'other' }), { maxRecords: 10 }), {
      code: 'WEBSOCKET_REFUSED',
      message: /something other than a position; found "thanks"/,
    })
  })

  test('a position of another stream under the same name is refused', async (t) => {
    const generator = await SyntheticGenerator.load(model)
    const receiver = await startReceiver(t)
    const publisher = (): WebSocketPublisher =>
      new WebSocketPublisher({ uri: receiver.url, acknowledge: true, name: 'one' })
    await new StreamingGenerator(generator, { seed: 1 }).streamTo(publisher(), { maxRecords: 10 })
    await assert.rejects(new StreamingGenerator(generator, { seed: 2 }).streamTo(publisher(), { maxRecords: 10 }), {
      code: 'CHECKPOINT_INVALID',
      message: /another stream under this name/,
    })
    assert.equal(receiver.committed.length, 10)
  })

  test('headers and credentials go to the server, and into no message', async (t) => {
    const { streamer: stream } = await streamer('stop')
    const receiver = await startReceiver(t)
    const seen: (string | undefined)[] = []
    receiver.server.on('connection', (_socket, { headers }) =>
      seen.push(headers.authorization, headers['x-token'] as string),
    )
    const uri = receiver.url.replace('//', '//user:hunter2@')
    await stream.streamTo(new WebSocketPublisher({ uri, headers: { 'x-token': 't' } }), { maxRecords: 1 })
    assert.deepEqual(seen, [`Basic ${Buffer.from('user:hunter2').toString('base64')}`, 't'])
    await stopReceiver(receiver.server)
    const gone = new WebSocketPublisher({ uri: `${uri}/?token=hunter2` })
    await assert.rejects(stream.streamTo(gone, { maxRecords: 1 }), ({ message }: Error) => !message.includes('hunter2'))
  })

  for (const [options, message] of [
    [{}, /uri: wrong value; found null/],
    [{ uri: 'http://localhost' }, /uri: wrong value; found "http:\/\/localhost"; expected a ws:\/\/ or wss:\/\/ URL/],
    [{ uri: 'ws://localhost', url: 'ws://localhost' }, /unknown option; found url; expected uri/],
    [{ uri: 'ws://localhost', format: 'xml' }, /expected one of json, ndjson, avro/],
    [{ uri: 'ws://localhost', acknowledge: 'yes' }, /expected true or false/],
    [{ uri: 'ws://localhost', headers: { a: 1 } }, /expected an object of strings/],
  ] as const) {
    test(`checks its options: ${JSON.stringify(options)}`, () => {
      assert.throws(
        () => new WebSocketPublisher(options as unknown as WebSocketPublisherOptions),
        (error: StreamingError) => {
          assert.deepEqual([error.name, error.code], ['StreamingError', 'OPTION_INVALID'])
          assert.match(error.message, message)
          return true
        },
      )
    })
  }
})
