/** A collector for tests: takes OTLP/HTTP in protobuf (opentelemetry-proto, collector/metrics/v1 and collector/trace/v1) and reads what it is sent. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import protobuf from 'protobufjs'

const definitions = `
syntax = "proto3";
message ExportMetricsServiceRequest { repeated ResourceMetrics resource_metrics = 1; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeMetrics { Scope scope = 1; repeated Metric metrics = 2; }
message Scope { string name = 1; string version = 2; }
message Metric {
  string name = 1; string description = 2; string unit = 3;
  Gauge gauge = 5; Sum sum = 7; Histogram histogram = 9;
}
message Gauge { repeated NumberPoint data_points = 1; }
message Sum { repeated NumberPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message NumberPoint { fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; double as_double = 4; repeated KeyValue attributes = 7; }
message HistogramPoint {
  fixed64 start_time_unix_nano = 2; fixed64 time_unix_nano = 3; fixed64 count = 4; double sum = 5;
  repeated fixed64 bucket_counts = 6; repeated double explicit_bounds = 7; repeated KeyValue attributes = 9;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
  fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  repeated Link links = 13; Status status = 15;
}
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }
`
const { root } = protobuf.parse(definitions, { keepCase: true })
const metricsRequest = root.lookupType('ExportMetricsServiceRequest')
const tracesRequest = root.lookupType('ExportTraceServiceRequest')

interface Attribute {
  readonly key: string
  readonly value: {
    readonly string_value?: string
    readonly bool_value?: boolean
    readonly int_value?: number
    readonly double_value?: number
  }
}

interface Point {
  /** Absent: none. */
  readonly attributes?: readonly Attribute[]
  readonly as_double?: number
  readonly count?: number
  readonly sum?: number
  readonly bucket_counts?: readonly number[]
  readonly explicit_bounds?: readonly number[]
}

interface Points {
  readonly data_points: readonly Point[]
  readonly is_monotonic?: boolean
  readonly aggregation_temporality?: number
}

export interface ReceivedMetric {
  readonly name: string
  readonly unit: string
  readonly gauge?: Points
  readonly sum?: Points
  readonly histogram?: Points
}

export interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly resource: Readonly<Record<string, string>>
  readonly metrics: readonly ReceivedMetric[]
}

/** Ids are hexadecimal; times are milliseconds since 1970. */
export interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** Empty: it begins its trace. */
  readonly parentId: string
  /** Span ids. */
  readonly links: readonly string[]
  /** As in OTLP: 1 internal, 2 server. */
  readonly kind: number
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** 2: failed. */
  readonly status: number
  readonly message: string
}

export interface OtlpReceiver {
  readonly endpoint: string
  /** Metrics. */
  readonly received: readonly Received[]
  readonly spans: readonly ReceivedSpan[]
  /** Every body, as it came. */
  readonly bodies: readonly Buffer[]
  /** Resolves to the first span that fulfils the condition, which may have come before. */
  span(condition: (span: ReceivedSpan) => boolean): Promise<ReceivedSpan>
  /** Resolves at the next export of metrics. */
  next(): Promise<Received>
  /** From now on it answers with this HTTP status. */
  answer(status: number): void
}

export function attributesOf(attributes: readonly Attribute[] = []): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.string_value ?? '']))
}

interface WireSpan {
  readonly name: string
  readonly kind: number
  readonly trace_id: Buffer
  readonly span_id: Buffer
  readonly parent_span_id?: Buffer
  readonly start_time_unix_nano: number
  readonly end_time_unix_nano: number
  readonly attributes?: readonly Attribute[]
  readonly links?: readonly { readonly span_id: Buffer }[]
  readonly status?: { readonly message?: string; readonly code?: number }
}

function spansIn(content: Buffer): ReceivedSpan[] {
  const { resource_spans: all } = tracesRequest.toObject(tracesRequest.decode(content), { longs: Number }) as {
    resource_spans: { scope_spans: { spans: WireSpan[] }[] }[]
  }
  const hex = (bytes: Buffer = Buffer.alloc(0)): string => Buffer.from(bytes).toString('hex')
  return all.flatMap(({ scope_spans: scopes }) =>
    scopes.flatMap(({ spans }) =>
      spans.map((span) => ({
        name: span.name,
        traceId: hex(span.trace_id),
        spanId: hex(span.span_id),
        parentId: hex(span.parent_span_id),
        links: (span.links ?? []).map((link) => hex(link.span_id)),
        kind: span.kind,
        startMs: span.start_time_unix_nano / 1e6,
        endMs: span.end_time_unix_nano / 1e6,
        attributes: Object.fromEntries((span.attributes ?? []).map(({ key, value }) => [key, Object.values(value)[0]])),
        status: span.status?.code ?? 0,
        message: span.status?.message ?? '',
      })),
    ),
  )
}

export async function startOtlpReceiver(t: TestContext): Promise<OtlpReceiver> {
  const received: Received[] = []
  const waiting: ((one: Received) => void)[] = []
  const spans: ReceivedSpan[] = []
  const bodies: Buffer[] = []
  const looking = new Set<() => void>()
  let status = 200
  const server = createServer((incoming, response) => {
    void incoming.toArray().then((chunks) => {
      const content = Buffer.concat(chunks as Buffer[])
      bodies.push(content)
      const answer = (): void => void response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end()
      if (incoming.url === '/v1/traces') {
        spans.push(...spansIn(content))
        for (const look of looking) look()
        return answer()
      }
      const { resource_metrics: all } = metricsRequest.toObject(metricsRequest.decode(content), {
        longs: Number,
        defaults: false,
      }) as {
        resource_metrics: { resource: { attributes: Attribute[] }; scope_metrics: { metrics: ReceivedMetric[] }[] }[]
      }
      const [{ resource, scope_metrics: scopes }] = all
      const one: Received = {
        path: incoming.url ?? '',
        headers: incoming.headers,
        resource: attributesOf(resource.attributes),
        metrics: scopes.flatMap(({ metrics }) => metrics),
      }
      received.push(one)
      for (const resolve of waiting.splice(0)) resolve(one)
      answer()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    spans,
    bodies,
    span: (condition) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = spans.find(condition)
          if (found === undefined) return
          looking.delete(look)
          resolve(found)
        }
        looking.add(look)
        look()
      }),
    next: () => new Promise((resolve) => waiting.push(resolve)),
    answer: (code) => (status = code),
  }
}
