import type * as Exporter from '@opentelemetry/exporter-metrics-otlp-proto'
import type * as Resources from '@opentelemetry/resources'
import type * as Sdk from '@opentelemetry/sdk-metrics'
import {
  endpointOf,
  hrTime,
  lastExport,
  loaded,
  positive,
  resourceOf,
  TroubleReport,
  type Environment,
  type ExportTrouble,
} from '../telemetry/otlp.js'
import type { MetricSource } from './metric.js'
import { metricData } from './open-telemetry-data.js'
import { metrics } from './table.js'

const packages = [
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/resources',
  '@opentelemetry/exporter-metrics-otlp-proto',
] as const

/** The packages, needed only for exporting. */
type Packages = typeof Sdk & typeof Resources & typeof Exporter

async function loadPackages(): Promise<object> {
  const [sdk, resources, exporter] = await Promise.all([
    import('@opentelemetry/sdk-metrics'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-metrics-otlp-proto'),
  ])
  return { ...sdk, ...resources, ...exporter }
}

const standardIntervalMs = 60_000
const standardTimeoutMs = 30_000

/**
 * Exports the metrics over OTLP/HTTP if the environment sets an endpoint, as OpenTelemetry specifies its variables
 * (opentelemetry.io/docs/specs/otel/protocol/exporter): the exporter reads those that begin with OTEL_EXPORTER_OTLP.
 * Resolves to a function that exports once more and stops; null: no endpoint. Throws CONFIG_INVALID if a package is missing or the protocol
 * is a different one.
 */
export async function exportMetrics(
  source: () => MetricSource,
  trouble: ExportTrouble,
  env: Environment = process.env,
  load: () => Promise<object> = loadPackages,
): Promise<(() => Promise<void>) | null> {
  const endpoint = endpointOf('metrics', env)
  if (endpoint === null) return null
  const { OTLPMetricExporter, MeterProvider, PeriodicExportingMetricReader, ...sdk } = await loaded<Packages>(
    'metrics',
    packages,
    load,
  )
  const startTime = hrTime(Date.now() - process.uptime() * 1000)
  const { version } = source()
  const resource = resourceOf(version, sdk)
  const exporter = new OTLPMetricExporter()
  const send = exporter.export.bind(exporter)
  const report = new TroubleReport('metrics', endpoint, trouble)
  exporter.export = (batch, done) =>
    send(batch, (result) => {
      report.result(result.error ?? null)
      done(result)
    })
  const exportIntervalMillis = positive(env.OTEL_METRIC_EXPORT_INTERVAL) ?? standardIntervalMs
  const timeout = positive(env.OTEL_METRIC_EXPORT_TIMEOUT) ?? standardTimeoutMs
  const producer = {
    collect() {
      const times = { startTime, endTime: hrTime(Date.now()) }
      const now = source()
      const scope = { name: 'genesis-connect', version }
      const data = metrics.map((metric) => metricData(metric, now, sdk, times))
      return Promise.resolve({ resourceMetrics: { resource, scopeMetrics: [{ scope, metrics: data }] }, errors: [] })
    },
  }
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(timeout, exportIntervalMillis),
    metricProducers: [producer],
  })
  const provider = new MeterProvider({ resource, readers: [reader] })
  return () => lastExport(provider.shutdown())
}
