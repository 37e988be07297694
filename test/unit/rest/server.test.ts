import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import type { Herder } from '#src/herder/herder.js'
import { createRouter } from '#src/rest/router.js'
import { workerRoutes, type WorkerView } from '#src/rest/routes/worker.js'
import { startServer } from '#src/rest/server.js'
import type { DeliveryStatus } from '#src/runtime/status.js'
import { GenesisError, type ErrorCode } from '#src/errors.js'
import { asFailure } from '#src/runtime/task-events.js'
import { connectorOf } from '../../support/connectors.js'
import { deliveryStatusOf, taskStatusOf } from '../../support/metric-source.js'
import { startRestWorker } from '../../support/rest-worker.js'

const noGroup = { asOf: null, group: null, trouble: null }

async function ask(url: string, view: WorkerView, herder: Pick<Herder, 'asOf' | 'group' | 'trouble'> = noGroup) {
  const about = { ui: false, version: '9.8.7', clusterId: () => Promise.resolve(null) }
  const server = createRouter(workerRoutes(view, herder, about), {
    onDefect: () => undefined,
    asOf: () => null,
  })
  const { statusCode, body, headers } = await server.inject({ method: 'GET', url })
  await server.close()
  return { statusCode, body, type: headers['content-type'] }
}

const view = (phase: WorkerView['phase'], ...connectors: DeliveryStatus[]): WorkerView => ({
  phase,
  status: () => connectors,
  failures: new Map(),
})

describe('the worker by HTTP', () => {
  test('is healthy while it runs, whatever its connectors do, and 503 while it starts', async () => {
    const failed = deliveryStatusOf({ name: 'f', state: 'FAILED' })
    assert.equal((await ask('/health', view('starting'))).statusCode, 503)
    assert.equal((await ask('/health', view('running', failed))).statusCode, 200)
  })

  test('is alive while it waits for Kafka to start, is not ready, and tells both what it waits for and since when', async () => {
    const away = asFailure(new GenesisError('KAFKA_UNREACHABLE', 'no broker answers', { place: 'localhost:1' }))
    const herder = { asOf: 0, group: null, trouble: { failure: away, since: Date.UTC(2026, 0, 1) } }
    const health = await ask('/health', view('starting'), herder)
    assert.equal(health.statusCode, 200)
    assert.deepEqual(JSON.parse(health.body), {
      status: 'waiting',
      message:
        'the worker is starting, and has been waiting for Kafka since 2026-01-01T00:00:00.000Z: localhost:1: no broker answers (KAFKA_UNREACHABLE)',
    })
    const ready = await ask('/ready', view('starting'), herder)
    assert.equal(ready.statusCode, 503)
    assert.deepEqual(JSON.parse(ready.body), {
      ready: false,
      phase: 'starting',
      group_as_of: 'never',
      group_trouble: {
        waits_for: 'Kafka',
        since: '2026-01-01T00:00:00.000Z',
        code: 'KAFKA_UNREACHABLE',
        error: 'localhost:1: no broker answers',
      },
      waiting_for: [],
      waiting: [],
      failed: [],
    })
    assert.equal((await ask('/ready', view('running'), { ...herder, asOf: null })).statusCode, 503)
  })

  test('is not ready while something is waited for or has failed, and tells what, why and since when', async () => {
    const failure = (code: ErrorCode) => asFailure(new GenesisError(code, 'as scripted'))
    const away = { state: 'RESTARTING' as const, failure: failure('KAFKA_UNREACHABLE') }
    const waiting = deliveryStatusOf({
      name: 'w',
      tasks: [
        taskStatusOf({ ...away, failingSince: Date.UTC(2026, 0, 1, 12) }),
        taskStatusOf({ ...away, shard: 1, failingSince: Date.UTC(2026, 0, 1, 11) }),
      ],
    })
    const failed = deliveryStatusOf({
      name: 'f',
      tasks: [taskStatusOf({ state: 'FAILED', failure: failure('TOPIC_MISSING'), failingSince: 0 })],
    })
    const { statusCode, body } = await ask('/ready', view('running', deliveryStatusOf(), waiting, failed))
    assert.equal(statusCode, 503)
    assert.deepEqual(JSON.parse(body), {
      ready: false,
      phase: 'running',
      waiting_for: [],
      waiting: [
        {
          connector: 'w',
          tasks: [0, 1],
          waits_for: 'Kafka',
          since: '2026-01-01T11:00:00.000Z',
          code: 'KAFKA_UNREACHABLE',
          error: 'as scripted',
        },
      ],
      failed: [
        {
          connector: 'f',
          tasks: [0],
          since: '1970-01-01T00:00:00.000Z',
          code: 'TOPIC_MISSING',
          error: 'as scripted',
        },
      ],
    })
    const metrics = (await ask('/metrics', view('running', waiting))).body.split('\n')
    assert.ok(metrics.includes('genesis_waiting_tasks{waits_for="kafka"} 2'))
    assert.ok(metrics.includes('genesis_waiting_tasks{waits_for="disk_space"} 0'))
    const [, seconds] = /^genesis_waiting_seconds\{waits_for="kafka"\} (\d+)/m.exec(metrics.join('\n')) ?? []
    assert.ok(Number(seconds) >= (Date.now() - Date.UTC(2026, 0, 1, 11)) / 1000 - 60)
  })

  test('is ready when every task is beyond its start, until it is told to stop', async () => {
    const waiting = deliveryStatusOf({ name: 'w', tasks: [taskStatusOf({ state: 'UNASSIGNED', started: false })] })
    assert.equal((await ask('/ready', view('running', deliveryStatusOf()))).statusCode, 200)
    assert.equal((await ask('/ready', view('stopping', deliveryStatusOf()))).statusCode, 503)
    const { statusCode, body } = await ask('/ready', view('running', deliveryStatusOf(), waiting))
    assert.equal(statusCode, 503)
    assert.deepEqual(JSON.parse(body), {
      ready: false,
      phase: 'running',
      waiting_for: ['w'],
      waiting: [],
      failed: [],
    })
  })

  test('tells its metrics in the form of Prometheus', async () => {
    const archive = deliveryStatusOf({ config: { ...connectorOf({}), sinkName: 'archive' } })
    const { body, type } = await ask('/metrics', view('running', deliveryStatusOf(), archive))
    assert.match(String(type), /text\/plain/)
    const lines = body.split('\n')
    for (const line of [
      'genesis_records_total{connector="c",task="0"} 10',
      'genesis_records_total{connector="c",sink="archive",task="0"} 10',
      'genesis_records_per_second{connector="c",sink="archive"} 12.5',
      'genesis_errors_total{connector="c",task="0"} 1',
      'genesis_position{connector="c",task="0"} 10',
      'genesis_task_state{connector="c",task="0",state="RUNNING"} 1',
      'genesis_records_per_second{connector="c"} 12.5',
      'genesis_delivery_latency_seconds_bucket{connector="c",task="0",le="0.002"} 0',
      'genesis_delivery_latency_seconds_bucket{connector="c",task="0",le="0.005"} 8',
      'genesis_delivery_latency_seconds_bucket{connector="c",task="0",le="30"} 8',
      'genesis_delivery_latency_seconds_bucket{connector="c",task="0",le="+Inf"} 10',
      'genesis_delivery_latency_seconds_sum{connector="c",task="0"} 80.024',
      'genesis_delivery_latency_seconds_count{connector="c",task="0"} 10',
    ]) {
      assert.ok(
        lines.includes(line),
        `no line ${line} in\n${lines.filter((one) => one.includes('genesis_')).join('\n')}`,
      )
    }
    assert.match(body, /^process_resident_memory_bytes \d+/m)
    const families = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2])
    assert.equal(new Set(families).size, families.length)
  })

  test('answers what it does not know as Kafka Connect does', async () => {
    const { statusCode, body } = await ask('/nothing', view('running'))
    assert.equal(statusCode, 404)
    assert.deepEqual(JSON.parse(body), { error_code: 404, message: 'HTTP 404 Not Found' })
  })

  test('says that it listens on every address where it does', async (t) => {
    const { services, config } = await startRestWorker(t)
    const server = await startServer(services, { host: '0.0.0.0', port: 0, security: config.http.security })
    await server.close()
    assert.match(server.address, /^http:\/\/0\.0\.0\.0:[1-9]\d*$/)
  })

  test('says that its port is taken', async (t) => {
    const other = createTcpServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    t.after(() => other.close())
    const { port } = other.address() as AddressInfo
    const { services, config } = await startRestWorker(t)
    await assert.rejects(
      startServer(services, { host: '127.0.0.1', port, security: config.http.security }),
      new RegExp(`http 127.0.0.1:${port}: the worker cannot listen; found EADDRINUSE`),
    )
  })
})
