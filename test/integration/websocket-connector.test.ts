import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'
import { parseWorker } from '#src/config/worker-file.js'
import { GenesisError } from '#src/errors.js'
import { SyntheticGenerator } from '#src/index.js'
import { createResources, openTask } from '#src/runtime/open-task.js'
import type { Task } from '#src/runtime/task.js'
import { TestClient } from '../support/websocket-client.js'
import { startReceiver } from '../support/websocket-receiver.js'

const place = { env: {}, folder: process.cwd() }

/** The first task of a connector, as a worker would run it. */
async function taskOf(
  options: Record<string, unknown>,
  states: (state: string) => void = () => undefined,
): Promise<Task> {
  const written = { name: 'live', model: 'models/customers.json', ...options }
  const connector = parseConnector(plainSource(written, 'test'), place)
  const worker = parseWorker(plainSource({}, 'test'), {}, place.folder)
  return openTask({ connector, shard: 0 }, await createResources(worker), {
    state: (state) => states(state),
    progress: () => undefined,
  })
}

function errorsOf(options: Record<string, unknown>): string[] {
  try {
    parseConnector(plainSource({ name: 'c', model: 'm', ...options }, 'test'), place)
  } catch (error) {
    assert.ok(error instanceof GenesisError && error.code === 'CONFIG_INVALID')
    return (error.details.all ?? [error]).map(({ message }) => message)
  }
  return []
}

describe('a connector with a websocket sink', () => {
  test('goes on from what the server has acknowledged, after a broken connection and in another worker', async (t) => {
    const receiver = await startReceiver(t)
    let commits = 0
    receiver.answer = (commit) => {
      if (++commits % 3 !== 0) return JSON.stringify(commit)
      for (const socket of receiver.connections) socket.terminate()
      return null
    }
    const connector = (records: number) => ({
      sink: { type: 'websocket', url: receiver.url, acknowledge: true },
      throughput: { batch_size: 10, max_records: records },
      transaction: { boundary: 'batch' },
      errors: { initial_backoff: '1ms', max_backoff: '1ms', max_retries: -1 },
    })
    assert.deepEqual(await (await taskOf(connector(100))).run(), { end: 'complete' })
    assert.deepEqual(await (await taskOf(connector(200))).run(), { end: 'complete' })
    const generator = await SyntheticGenerator.load('models/customers.json')
    assert.deepEqual(
      receiver.committed.map((message) => JSON.parse(message.toString()) as unknown),
      generator.sample(200).toJSON(),
    )
  })

  test('needs a url, has no csv, and never shows the address when it is wrong', () => {
    assert.match(errorsOf({ sink: { type: 'websocket' } })[0], /the websocket sink needs a url/)
    assert.match(
      errorsOf({ sink: { type: 'websocket', url: 'ws://h', format: 'csv' } })[0],
      /the websocket sink has no format csv; .*expected one of json, ndjson, avro/,
    )
    const [wrong] = errorsOf({ sink: { type: 'websocket', url: 'http://user:hunter2@h' } })
    assert.match(wrong, /sink.url: wrong value; found a secret; expected a ws:\/\/ or wss:\/\/ URL/)
    assert.match(errorsOf({ sink: { type: 'file', path: 'f', url: 'ws://h' } })[0], /only the websocket sink has a url/)
    assert.match(
      errorsOf({ sink: { type: 'stdout', format: 'ndjson' } })[0],
      /the stdout sink has no format ndjson; .*expected one of json, csv/,
    )
  })
})

describe('a connector with a websocket-server sink', () => {
  test('sends its live stream to whoever is connected', async (t) => {
    // A port that is free now; somebody else could take it before it is used, but then this test says so.
    const probe = await startReceiver(t)
    const { port } = new URL(probe.url)
    await new Promise<void>((resolve) => probe.server.close(() => resolve()))
    let running: () => void
    const isRunning = new Promise<void>((resolve) => (running = resolve))
    const task = await taskOf(
      {
        sink: { type: 'websocket-server', port: Number(port), endpoint: '/live' },
        throughput: { rate: 1000 },
        conditions: { segment: 'premium' },
      },
      (state) => state === 'RUNNING' && running(),
    )
    const ended = task.run()
    await isRunning
    const clients = await Promise.all([1, 2].map(() => new TestClient(t, `ws://127.0.0.1:${port}/live`).opened()))
    for (const client of clients) {
      const rows = (await client.rows(50)) as { id: number; segment: string }[]
      assert.ok(rows.every(({ segment }) => segment === 'premium'))
      assert.deepEqual(
        rows.map(({ id }) => id),
        rows.map((_, i) => rows[0].id + i),
      )
    }
    task.stop()
    assert.deepEqual(await ended, { end: 'stopped' })
    for (const client of clients) assert.equal((await client.closed).code, 1001)
  })

  test('needs a port, a pace and a single task', () => {
    const sink = { type: 'websocket-server', port: 0 }
    assert.match(errorsOf({ sink: { type: 'websocket-server' }, throughput: { rate: 1 } })[0], /needs a port/)
    assert.match(errorsOf({ sink })[0], /a live stream needs a rate/)
    assert.match(errorsOf({ sink, throughput: { rate: 1 }, tasks: { max: 2 } })[0], /one task can listen on a port/)
    assert.match(errorsOf({ sink: { ...sink, endpoint: 'x' }, throughput: { rate: 1 } })[0], /a URL path/)
    assert.match(
      errorsOf({ sink: { ...sink, allowed_origins: ['x'] }, throughput: { rate: 1 } })[0],
      /a list of origins/,
    )
    assert.match(errorsOf({ sink: { ...sink, on_slow: 'wait' }, throughput: { rate: 1 } })[0], /drop, disconnect/)
    assert.deepEqual(errorsOf({ sink, throughput: { interval: '1s' } }), [])
  })
})
