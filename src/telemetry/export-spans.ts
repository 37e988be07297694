import type * as Exporter from '@opentelemetry/exporter-trace-otlp-proto'
import type * as Resources from '@opentelemetry/resources'
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
} from './otlp.js'
import type { Span, SpanContext } from './span.js'

type Packages = typeof Exporter & typeof Resources
type ReadableSpan = Parameters<Exporter.OTLPTraceExporter['export']>[0][number]

const packages = ['@opentelemetry/resources', '@opentelemetry/exporter-trace-otlp-proto'] as const

async function loadPackages(): Promise<object> {
  const [exporter, resources] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-proto'),
    import('@opentelemetry/resources'),
  ])
  return { ...exporter, ...resources }
}

/** OpenTelemetry's defaults for its batch processor. */
const standardDelayMs = 5_000
const standardQueue = 2_048
const standardBatch = 512

export interface SpanExport {
  /** Sends it with the next batch. Beyond a full queue, spans are dropped. */
  readonly record: (span: Span) => void
  /** Sends what is left, and stops. */
  readonly end: () => Promise<void>
}

/** Whether the environment asks for traces: an endpoint for metrics alone does not. */
export function wantsTraces({
  OTEL_TRACES_EXPORTER: exporter,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own,
}: Environment): boolean {
  return exporter === 'otlp' || (own ?? '') !== ''
}

/**
 * Exports spans over OTLP/HTTP to the endpoint in the environment, as `exportMetrics` does metrics. `dropped`: called for the first span that
 * finds the queue full. Null: no endpoint. Throws CONFIG_INVALID if a package is missing or the protocol is a different one.
 */
export async function exportSpans(
  version: string,
  trouble: ExportTrouble,
  dropped: (queued: number) => void,
  env: Environment = process.env,
  load: () => Promise<object> = loadPackages,
): Promise<SpanExport | null> {
  const endpoint = endpointOf('traces', env)
  if (endpoint === null) return null
  const sdk = await loaded<Packages>('traces', packages, load)
  const resource = resourceOf(version, sdk)
  const exporter = new sdk.OTLPTraceExporter()
  const report = new TroubleReport('traces', endpoint, trouble)
  const queueSize = positive(env.OTEL_BSP_MAX_QUEUE_SIZE) ?? standardQueue
  const batchSize = Math.min(queueSize, positive(env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE) ?? standardBatch)
  const queue: Span[] = []
  let sending: Promise<void> | null = null
  let hasDropped = false

  const sendBatch = (): Promise<void> =>
    new Promise((resolve) => {
      const batch = queue.splice(0, batchSize).map((span) => readable(span, resource, version))
      exporter.export(batch, ({ error = null }) => {
        report.result(error)
        resolve()
      })
    })
  const sendAll = async (): Promise<void> => {
    while (queue.length > 0) await sendBatch()
  }
  const send = (): Promise<void> => (sending ??= sendAll().finally(() => (sending = null)))
  const timer = setInterval(() => void send(), positive(env.OTEL_BSP_SCHEDULE_DELAY) ?? standardDelayMs)
  timer.unref()
  return {
    record(span) {
      if (queue.length < queueSize) queue.push(span)
      else if (!hasDropped) {
        hasDropped = true
        dropped(queueSize)
      }
      if (queue.length >= batchSize) void send()
    },
    async end() {
      clearInterval(timer)
      await lastExport(send().then(() => exporter.shutdown()))
    },
  }
}

/** `SpanKind` and `SpanStatusCode` of @opentelemetry/api. */
const kinds = { internal: 0, server: 1 } as const
const unset = 0
const failed = 2

function readable(span: Span, resource: Resources.Resource, version: string): ReadableSpan {
  const { context, parent, link, name, kind, startMs, endMs, attributes, error } = span
  return {
    name,
    kind: kinds[kind],
    spanContext: () => contextOf(context),
    ...(parent !== null && { parentSpanContext: contextOf(parent) }),
    startTime: hrTime(startMs),
    endTime: hrTime(endMs),
    duration: hrTime(endMs - startMs),
    ended: true,
    status: error === null ? { code: unset } : { code: failed, message: error.message },
    attributes: { ...attributes, ...(error !== null && { 'error.type': error.code }) },
    links: link === null ? [] : [{ context: contextOf(link) }],
    events: [],
    resource,
    instrumentationScope: { name: 'genesis-connect', version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
}

function contextOf({ traceId, spanId, isSampled }: SpanContext): ReturnType<ReadableSpan['spanContext']> {
  return { traceId, spanId, traceFlags: isSampled ? 1 : 0 }
}
