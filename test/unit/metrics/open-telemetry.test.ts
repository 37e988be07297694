import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test, type TestContext } from 'node:test'
import type { LogCode } from '#src/cli/log-codes.js'
import { openTelemetry } from '#src/cli/open-telemetry.js'
import { exportMetrics } from '#src/metrics/open-telemetry.js'
import { metrics } from '#src/metrics/table.js'
import { genesisWith, shipped, warningsIn } from '../../support/genesis.js'
import { fullSource } from '../../support/metric-source.js'
import { attributesOf, startOtlpReceiver } from '../../support/otlp-receiver.js'
import { folderWith } from '../config/folder.js'

/** The exporter reads its variables itself. */
function setEnvironment(t: TestContext, variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  Object.assign(process.env, variables)
  t.after(() => {
    for (const name of Object.keys(variables)) delete process.env[name]
  })
  return process.env
}

describe('OpenTelemetry', () => {
  test('a run with an endpoint exports what it has delivered, at its end at the latest', async (t) => {
    const collector = await startOtlpReceiver(t)
    const sink = { type: 'file', path: 'a.jsonl' }
    const config = { name: 'a', model: shipped('models/flights.json'), sink, throughput: { max_records: 500 } }
    const file = join(await folderWith(t, { 'a.json': JSON.stringify(config) }), 'a.json')
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=sesame',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
    }
    const { status, stderr } = await genesisWith(env, 'run', file)
    assert.equal(status, 0, stderr)
    assert.deepEqual(warningsIn(stderr), [])
    const { path, headers, resource, metrics: sent } = collector.received.at(-1)!
    assert.equal(path, '/v1/metrics')
    assert.equal(headers['api-key'], 'sesame')
    assert.equal(resource['service.name'], 'genesis-connect')
    assert.equal(resource['deployment.environment.name'], 'test')
    const records = sent.find(({ name }) => name === 'genesis_records_total')?.sum
    assert.equal(records?.is_monotonic, true)
    assert.deepEqual(
      records.data_points.map(({ attributes, as_double }) => [attributesOf(attributes), as_double]),
      [[{ connector: 'a', task: '0' }, 500]],
    )
    const latency = sent.find(({ name }) => name === 'genesis_delivery_latency_seconds')?.histogram?.data_points[0]
    assert.equal(latency?.count, 500)
  })

  test('every metric goes out with its unit, its type and its samples', async (t) => {
    const collector = await startOtlpReceiver(t)
    const env = setEnvironment(t, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint })
    const end = await exportMetrics(fullSource, () => undefined, env)
    const [{ metrics: sent }] = await Promise.all([collector.next(), end?.()])
    assert.deepEqual(
      sent.map(({ name }) => name),
      metrics.map(({ name }) => name),
    )
    const source = fullSource()
    for (const { name, type, read } of metrics) {
      const one = sent.find((metric) => metric.name === name)!
      const points = (type === 'counter' ? one.sum : type === 'gauge' ? one.gauge : one.histogram)?.data_points
      const labels = points?.map(({ attributes }) => attributesOf(attributes))
      assert.deepEqual(
        labels,
        read(source).map((sample) => sample.labels),
      )
    }
    const { histogram, unit } = sent.find(({ name }) => name === 'genesis_transaction_seconds')!
    assert.equal(unit, 's')
    const [point] = histogram!.data_points
    assert.deepEqual([point.count, point.sum], [1, 0.15])
    assert.equal(point.bucket_counts?.[point.explicit_bounds!.findIndex((bound) => bound >= 0.15)], 1)
  })

  test('a collector that refuses is told once, and again when it takes them', async (t) => {
    const collector = await startOtlpReceiver(t)
    collector.answer(400)
    const env = setEnvironment(t, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '20',
    })
    const told: (string | null)[] = []
    let tell = (): void => undefined
    const nextTold = (): Promise<void> => new Promise((resolve) => (tell = resolve))
    const first = nextTold()
    const end = await exportMetrics(
      fullSource,
      (error) => {
        told.push(error?.message ?? null)
        tell()
      },
      env,
    )
    await first
    await collector.next()
    const second = nextTold()
    collector.answer(200)
    await second
    await end?.()
    const host = new URL(collector.endpoint).host
    assert.equal(told.length, 2)
    assert.match(told[0] ?? '', new RegExp(`^${host}: the OpenTelemetry collector does not take the metrics; found `))
    assert.equal(told[1], null)
  })

  test('without an endpoint nothing is loaded, nor where it is switched off', async () => {
    const load = () => assert.fail('loaded')
    const end = (env: Record<string, string>) => exportMetrics(fullSource, () => undefined, env, load)
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }
    assert.equal(await end({}), null)
    assert.equal(await end({ ...endpoint, OTEL_SDK_DISABLED: 'true' }), null)
    assert.equal(await end({ ...endpoint, OTEL_METRICS_EXPORTER: 'none' }), null)
  })

  test('without its packages, or in another protocol, a warning says what to do', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }
    const missing = () => Promise.reject(new Error("Cannot find package '@opentelemetry/sdk-metrics'"))
    await assert.rejects(
      exportMetrics(fullSource, () => undefined, env, missing),
      {
        code: 'CONFIG_INVALID',
        message:
          /Run npm install @opentelemetry\/sdk-metrics @opentelemetry\/resources @opentelemetry\/exporter-metrics-otlp-proto/,
      },
    )
    const warnings: [LogCode, string][] = []
    const report = {
      info: () => undefined,
      warn: (code: LogCode, message: string) => void warnings.push([code, message]),
    }
    assert.equal(await openTelemetry(fullSource, report, { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }), null)
    assert.equal(warnings[0][0], 'CONFIG_INVALID')
    assert.match(warnings[0][1], /found grpc; expected http\/protobuf.*no metrics are exported/)
  })
})
