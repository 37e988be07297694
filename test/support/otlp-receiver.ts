/** A collector for tests: takes OTLP/HTTP in protobuf (opentelemetry-proto, collector/metrics/v1) and reads what it is sent. */
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
message AnyValue { string string_value = 1; }
`
const request = protobuf.parse(definitions, { keepCase: true }).root.lookupType('ExportMetricsServiceRequest')

interface Attribute {
  readonly key: string
  readonly value: { readonly string_value: string }
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

export interface OtlpReceiver {
  readonly endpoint: string
  readonly received: readonly Received[]
  /** Resolves at the next export. */
  next(): Promise<Received>
  /** From now on it answers with this HTTP status. */
  answer(status: number): void
}

export function attributesOf(attributes: readonly Attribute[] = []): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.string_value]))
}

export async function startOtlpReceiver(t: TestContext): Promise<OtlpReceiver> {
  const received: Received[] = []
  const waiting: ((one: Received) => void)[] = []
  let status = 200
  const server = createServer((incoming, response) => {
    void incoming.toArray().then((chunks) => {
      const content = Buffer.concat(chunks as Buffer[])
      const { resource_metrics: all } = request.toObject(request.decode(content), {
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
      response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    answer: (code) => (status = code),
  }
}
