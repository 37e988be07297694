/** Traces as a collector receives them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { LogCode } from '#src/cli/log-codes.js'
import { openTracing } from '#src/cli/open-tracing.js'
import { exportSpans } from '#src/telemetry/export-spans.js'
import { spanTable } from '#src/telemetry/span-table.js'
import type { Span } from '#src/telemetry/span.js'
import { genesisWith, shipped, startGenesisAt, warningsIn } from '../../support/genesis.js'
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../../support/otlp-receiver.js'
import { folderWith } from '../config/folder.js'

const traced = ({ endpoint }: OtlpReceiver): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_TRACES_EXPORTER: 'otlp',
  OTEL_METRICS_EXPORTER: 'none',
  OTEL_BSP_SCHEDULE_DELAY: '50',
})

async function boundedFile(t: TestContext): Promise<string> {
  const sink = { type: 'file', path: 'a.jsonl' }
  const config = { name: 'a', model: shipped('models/flights.json'), sink, throughput: { max_records: 500 } }
  return join(await folderWith(t, { 'a.json': JSON.stringify(config) }), 'a.json')
}

const named = (name: string, { spans }: OtlpReceiver): ReceivedSpan => {
  const found = spans.find((span) => span.name === name)
  assert.ok(found, `no span ${name} among ${spans.map((span) => span.name).join(', ')}`)
  return found
}

describe('traces', () => {
  test('show the start of a task with its steps, and one of its transactions with its commit', async (t) => {
    const collector = await startOtlpReceiver(t)
    const { status, stderr } = await genesisWith(traced(collector), 'run', await boundedFile(t))
    assert.equal(status, 0, stderr)
    assert.deepEqual(warningsIn(stderr), [])
    for (const { name } of collector.spans) assert.ok(name in spanTable, name)
    const task = { 'genesis.connector': 'a', 'genesis.shard': 0, 'genesis.shards': 1 }
    const apply = named('apply file', collector)
    const start = named('start task', collector)
    assert.equal(start.parentId, apply.spanId)
    assert.deepEqual(start.attributes, task)
    for (const step of ['prepare task', 'open sink']) {
      const span = named(step, collector)
      assert.deepEqual([span.traceId, span.parentId], [start.traceId, start.spanId])
      assert.deepEqual(span.attributes, task)
    }
    const transaction = named('transaction', collector)
    const commit = named('commit', collector)
    assert.notEqual(transaction.traceId, start.traceId)
    assert.deepEqual(transaction.links, [start.spanId])
    assert.equal(commit.parentId, transaction.spanId)
    assert.ok(transaction.startMs <= commit.startMs)
    assert.ok(Number(transaction.attributes['genesis.records']) > 0)
    // A sample: not one for each transaction.
    assert.equal(collector.spans.filter(({ name }) => name === 'transaction').length, 1)
  })

  test('follow a call from the caller through REST and the herder to the schema and the start of the task', async (t) => {
    const collector = await startOtlpReceiver(t)
    const registry = createServer((request, response) => {
      response.setHeader('content-type', 'application/vnd.schemaregistry.v1+json')
      const isConfig = request.url?.startsWith('/config') ?? false
      response.end(JSON.stringify(isConfig ? { compatibilityLevel: 'BACKWARD' } : { id: 7, version: 1, subject: 's' }))
    }).listen(0, '127.0.0.1')
    t.after(() => registry.close().closeAllConnections())
    await once(registry, 'listening')
    const { port } = registry.address() as AddressInfo
    const folder = await folderWith(t, {
      'worker.json': JSON.stringify({
        http: { enabled: true, port: 0 },
        kafka: { brokers: '127.0.0.1:1', connect_timeout: '100ms' },
        registry: { url: `http://127.0.0.1:${port}` },
        models: { path: shipped('models') },
        secrets: { env: 'REST_.*' },
      }),
    })
    // A broker and a registry of the environment would win.
    const other = Object.entries(process.env).filter(([name]) => !/^(KAFKA|SCHEMA)_/.test(name))
    const env = { ...Object.fromEntries(other), ...traced(collector), REST_TOPIC: 'planted-topic' }
    const worker = startGenesisAt(t, { cwd: folder, env }, ['run', '--worker', 'worker.json'])
    const { address } = await worker.logged('its address', (line) => typeof line.address === 'string')
    const [traceId, caller] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
    const config = {
      'connector.class': 'GenesisSource',
      model: 'flights.json',
      topic: '${env:REST_TOPIC}',
      'value.format': 'avro',
    }
    const answer = await fetch(`${String(address)}/connectors/f%20g/config`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${caller}-01` },
      body: JSON.stringify(config),
    })
    assert.equal(answer.status, 201, await answer.text())
    const call = await collector.span(({ kind }) => kind === 2)
    assert.deepEqual([call.traceId, call.parentId, call.name], [traceId, caller, 'PUT /connectors/{name}/config'])
    assert.deepEqual(call.attributes, {
      'http.request.method': 'PUT',
      'http.route': '/connectors/{name}/config',
      'http.response.status_code': 201,
      'genesis.connector': 'f g',
    })
    const put = await collector.span(({ name }) => name === 'put connector')
    assert.deepEqual([put.traceId, put.parentId], [traceId, call.spanId])
    const start = await collector.span(({ name }) => name === 'start task')
    assert.deepEqual([start.traceId, start.parentId], [traceId, put.spanId])
    const schema = await collector.span(({ name }) => name === 'register schema')
    assert.deepEqual([schema.traceId, schema.parentId], [traceId, start.spanId])
    assert.equal(schema.attributes['genesis.subject'], '${env:REST_TOPIC}-value')
    assert.equal(schema.attributes['genesis.schema_id'], 7)
    // No broker answers: the start fails, and what follows is a trace of its own.
    assert.deepEqual([start.status, start.attributes['error.type']], [2, 'KAFKA_UNREACHABLE'])
    const recovery = await collector.span(({ name }) => name === 'recover task')
    assert.notEqual(recovery.traceId, traceId)
    assert.deepEqual(recovery.links, [start.spanId])
    // A read that no caller traces is not worth a span.
    await fetch(`${String(address)}/connectors`)
    worker.kill('SIGTERM')
    await worker.exit
    assert.equal(collector.spans.filter(({ kind }) => kind === 2).length, 1)
    for (const body of collector.bodies) assert.ok(!body.includes('planted-topic'))
  })

  test('are not exported for an endpoint alone; without the packages, or with an unknown sampler, a warning says what to do', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318', OTEL_TRACES_EXPORTER: 'otlp' }
    const nothing = (): void => undefined
    const missing = () => Promise.reject(new Error("Cannot find package '@opentelemetry/resources'"))
    await assert.rejects(exportSpans('1', nothing, nothing, env, missing), {
      code: 'CONFIG_INVALID',
      message:
        /traces cannot be exported.*Run npm install @opentelemetry\/resources @opentelemetry\/exporter-trace-otlp-proto/,
    })
    const warnings: [LogCode, string][] = []
    const report = { info: nothing, warn: (code: LogCode, message: string) => void warnings.push([code, message]) }
    assert.equal(await openTracing('1', report, { ...env, OTEL_TRACES_SAMPLER: 'dice' }), null)
    assert.match(warnings[0][1], /found dice; .*; no traces are exported/)
    assert.equal(await openTracing('1', report, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }), null)
    assert.equal(warnings.length, 1)
  })

  test('a collector that takes none fills the queue: the newest are dropped, and that is said once', async (t) => {
    const collector = await startOtlpReceiver(t)
    const dropped: number[] = []
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_BSP_MAX_QUEUE_SIZE: '3',
      OTEL_BSP_SCHEDULE_DELAY: '1000000',
    }
    const { OTEL_EXPORTER_OTLP_ENDPOINT: before } = process.env
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.endpoint
    t.after(() => {
      if (before === undefined) delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT
    })
    const spans = await exportSpans(
      '1',
      () => undefined,
      (queued) => void dropped.push(queued),
      env,
    )
    const span = (at: number): Span => ({
      context: { traceId: '1'.repeat(32), spanId: `${at}`.padStart(16, '0'), isSampled: true },
      parent: null,
      link: null,
      name: `span ${at}`,
      kind: 'internal',
      startMs: 1_000_000_000_000.25,
      endMs: 1_000_000_000_001.5,
      attributes: {},
      error: null,
    })
    // The first batch is under way while the queue fills again.
    for (let at = 1; at <= 8; at++) spans!.record(span(at))
    await spans!.end()
    assert.deepEqual(
      collector.spans.map(({ name }) => name),
      [1, 2, 3, 4, 5, 6].map((at) => `span ${at}`),
    )
    assert.deepEqual(dropped, [3])
    const [{ startMs, endMs }] = collector.spans
    assert.deepEqual([startMs, endMs], [1_000_000_000_000.25, 1_000_000_000_001.5])
  })
})
