import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { createServer, startServer, type WorkerView } from '#src/rest/server.js'
import type { ConnectorStatus, TaskStatus } from '#src/runtime/status.js'
import { emptyCounters } from '#src/delivery/counters.js'
import { observeLatency } from '#src/delivery/latency.js'
import { connectorOf } from '../../support/connectors.js'

function taskStatus(changes: Partial<TaskStatus> = {}): TaskStatus {
  const counters = { ...emptyCounters(10), records: 10, errors: 1 }
  observeLatency(counters.latency, 3, 8)
  observeLatency(counters.latency, 40_000, 2)
  return { shard: 0, state: 'RUNNING', complete: false, failure: null, counters, rate: 0, started: true, ...changes }
}

function connectorStatus(changes: Partial<ConnectorStatus> = {}): ConnectorStatus {
  return {
    name: 'c',
    config: connectorOf({ name: changes.name ?? 'c' }),
    state: 'RUNNING',
    complete: false,
    tasks: [taskStatus()],
    counters: emptyCounters(10),
    rate: 12.5,
    elapsedMs: 1000,
    ...changes,
  }
}

async function ask(url: string, view: WorkerView) {
  const server = createServer(view)
  const { statusCode, body, headers } = await server.inject({ method: 'GET', url })
  await server.close()
  return { statusCode, body, type: headers['content-type'] }
}

const view = (phase: WorkerView['phase'], ...connectors: ConnectorStatus[]): WorkerView => ({
  phase,
  status: () => connectors,
})

describe('the worker by HTTP', () => {
  test('is healthy while it runs, 503 while it starts, 500 when every connector has failed', async () => {
    const failed = connectorStatus({ name: 'f', state: 'FAILED' })
    assert.equal((await ask('/health', view('starting'))).statusCode, 503)
    assert.equal((await ask('/health', view('running'))).statusCode, 200)
    assert.equal((await ask('/health', view('running', failed, connectorStatus()))).statusCode, 200)
    const { statusCode, body } = await ask('/health', view('running', failed))
    assert.equal(statusCode, 500)
    assert.match(body, /every connector has failed: f/)
  })

  test('is ready when every task is beyond its start, until it is told to stop', async () => {
    const waiting = connectorStatus({ name: 'w', tasks: [taskStatus({ state: 'UNASSIGNED', started: false })] })
    assert.equal((await ask('/ready', view('running', connectorStatus()))).statusCode, 200)
    assert.equal((await ask('/ready', view('stopping', connectorStatus()))).statusCode, 503)
    const { statusCode, body } = await ask('/ready', view('running', connectorStatus(), waiting))
    assert.equal(statusCode, 503)
    assert.deepEqual(JSON.parse(body), { ready: false, phase: 'running', waiting_for: ['w'] })
  })

  test('tells its metrics in the form of Prometheus', async () => {
    const archive = connectorStatus({ config: { ...connectorOf({}), sinkName: 'archive' } })
    const { body, type } = await ask('/metrics', view('running', connectorStatus(), archive))
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
    assert.deepEqual(JSON.parse(body), { error_code: 404, message: 'there is no GET /nothing' })
  })

  test('says that it listens on every address where it does', async () => {
    const server = await startServer(view('running'), { enabled: true, host: '0.0.0.0', port: 0 })
    await server.close()
    assert.match(server.address, /^http:\/\/0\.0\.0\.0:[1-9]\d*$/)
  })

  test('says that its port is taken', async (t) => {
    const other = createTcpServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    t.after(() => other.close())
    const { port } = other.address() as AddressInfo
    await assert.rejects(
      startServer(view('running'), { enabled: true, host: '127.0.0.1', port }),
      new RegExp(`http 127.0.0.1:${port}: the worker cannot listen; found EADDRINUSE`),
    )
  })
})
