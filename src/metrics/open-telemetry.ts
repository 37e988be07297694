import { hostname } from 'node:os'
import type * as Exporter from '@opentelemetry/exporter-metrics-otlp-proto'
import type * as Resources from '@opentelemetry/resources'
import type * as Sdk from '@opentelemetry/sdk-metrics'
import { GenesisError } from '../errors.js'
import type { MetricSource } from './metric.js'
import { metricData } from './open-telemetry-data.js'
import { metrics } from './table.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Called when the collector stops taking metrics, and with null when it takes them again. */
export type ExportTrouble = (error: GenesisError | null) => void

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
/** How long the process waits for the last export before it ends. */
const lastExportMs = 3_000

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
  const endpoint = env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ?? env.OTEL_EXPORTER_OTLP_ENDPOINT ?? ''
  if (endpoint === '' || env.OTEL_SDK_DISABLED === 'true' || env.OTEL_METRICS_EXPORTER === 'none') return null
  checkProtocol(env)
  const { OTLPMetricExporter, MeterProvider, PeriodicExportingMetricReader, ...sdk } = await loaded(load)
  const startTime = hrTime(Date.now() - process.uptime() * 1000)
  const { version } = source()
  const named = sdk.resourceFromAttributes({
    'service.name': 'genesis-connect',
    'service.version': version,
    'service.instance.id': `${hostname()}:${process.pid}`,
  })
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
  const resource = sdk
    .defaultResource()
    .merge(named)
    .merge(sdk.detectResources({ detectors: [sdk.envDetector] }))
  const exporter = new OTLPMetricExporter()
  const send = exporter.export.bind(exporter)
  let isFailing = false
  exporter.export = (batch, done) =>
    send(batch, (result) => {
      const error = result.error ?? null
      if (error !== null && !isFailing) trouble(refusal(endpoint, error))
      if (error === null && isFailing) trouble(null)
      isFailing = error !== null
      done(result)
    })
  const exportIntervalMillis = milliseconds(env.OTEL_METRIC_EXPORT_INTERVAL) ?? standardIntervalMs
  const timeout = milliseconds(env.OTEL_METRIC_EXPORT_TIMEOUT) ?? standardTimeoutMs
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
  return async () => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, lastExportMs).unref())
    // The failure has already been reported.
    await Promise.race([provider.shutdown().catch(() => undefined), late])
  }
}

async function loaded(load: () => Promise<object>): Promise<Packages> {
  try {
    return (await load()) as Packages
  } catch (cause) {
    throw new GenesisError('CONFIG_INVALID', 'metrics cannot be exported without the packages of OpenTelemetry', {
      place: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      found: cause instanceof Error ? cause.message : String(cause),
      remedy: `Run npm install ${packages.join(' ')} beside genesis-connect`,
      cause,
    })
  }
}

function checkProtocol(env: Environment): void {
  const protocol = env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL ?? env.OTEL_EXPORTER_OTLP_PROTOCOL ?? 'http/protobuf'
  if (protocol === 'http/protobuf') return
  throw new GenesisError('CONFIG_INVALID', 'metrics cannot be exported in this protocol', {
    place: 'OTEL_EXPORTER_OTLP_PROTOCOL',
    found: protocol,
    expected: 'http/protobuf, to port 4318 of a collector',
  })
}

function refusal(endpoint: string, cause: Error): GenesisError {
  return new GenesisError('TELEMETRY_UNREACHABLE', 'the OpenTelemetry collector does not take the metrics', {
    place: withoutLogin(endpoint),
    found: cause.message,
    cause,
  })
}

/** An address may contain a password. */
function withoutLogin(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'OTEL_EXPORTER_OTLP_ENDPOINT'
}

function milliseconds(text: string | undefined): number | null {
  const value = Number(text)
  return value > 0 ? value : null
}

/** As seconds and nanoseconds since 1970. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)]
}
