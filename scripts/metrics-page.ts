import type { Metric } from '#src/metrics/metric.js'
import { spanTable } from '#src/telemetry/span-table.js'
import { alertRules, type AlertRule } from './alert-rules.js'
import { readPromql } from './promql.js'

/** docs/metrics.md: a row for each metric, and for each alert. */
export async function metricsPage(metrics: readonly Metric[], made: string): Promise<string> {
  const alerts = await alertRules()
  return `
${made}

# Metrics

With \`http.enabled: true\`, a [worker](glossary.md) serves these under \`/metrics\`, in the Prometheus text format. Each worker has the metrics of the tasks that it runs:
sums over a [group](running.md#a-group-of-workers) are sums over its workers. Counters of a task begin at 0 when it is started; use them with \`rate\` or \`increase\`.

\`sink\` is there for connectors with [several sinks](fan-out.md). \`waits_for\` is ${['kafka', 'schema_registry', 'disk_space', 'websocket_server'].map((one) => `\`${one}\``).join(', ')};
\`code\` is one of the [error codes](errors.md); \`state\` is one of the [states](running.md#when-something-fails).

| metric | type | labels | unit | meaning | alerts |
| --- | --- | --- | --- | --- | --- |
${metrics.map((metric) => metricRow(metric, alerts)).join('\n')}

The usual metrics of the process come with them, by [prom-client](https://github.com/siimon/prom-client): \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`,
\`nodejs_eventloop_lag_p99_seconds\`, \`nodejs_heap_size_used_bytes\` and others.

## Alerts

[\`deploy/chart/alerts.yaml\`](../deploy/chart/alerts.yaml) is a rule file for Prometheus. The [chart](../deploy/chart/README.md#watching) makes a PrometheusRule of it.
[\`alerts-test.yaml\`](../deploy/chart/ci/alerts-test.yaml) has cases in which each alert fires and in which it does not, for \`promtool test rules deploy/chart/ci/alerts-test.yaml\`: extend both together when you change a threshold.

| alert | severity | for | meaning | what to do |
| --- | --- | --- | --- | --- |
${alerts.map(alertRow).join('\n')}

## Dashboard

[\`deploy/chart/dashboard.json\`](../deploy/chart/dashboard.json) is a dashboard for Grafana 10 and later: import it, or let the chart make a ConfigMap of it.

## OpenTelemetry

With \`OTEL_EXPORTER_OTLP_ENDPOINT\` in its environment, a worker also sends these metrics to a collector, under the same names, with or without \`http.enabled\`. That needs three packages, which are not installed by
themselves; without them a warning says so, and the worker runs on. Versions 2 and 3 of the SDK work; 3 asks for Node 22.15 or later:

\`\`\`sh
npm install @opentelemetry/sdk-metrics @opentelemetry/resources @opentelemetry/exporter-metrics-otlp-proto
OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 genesis run connectors/
\`\`\`

| variable | meaning |
| --- | --- |
| \`OTEL_EXPORTER_OTLP_ENDPOINT\`, \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\` | the collector, by OTLP/HTTP in protobuf; \`grpc\` and \`http/json\` are refused |
| \`OTEL_EXPORTER_OTLP_HEADERS\`, \`…_CERTIFICATE\`, \`…_COMPRESSION\`, \`…_TIMEOUT\` | as OpenTelemetry specifies them |
| \`OTEL_SERVICE_NAME\`, \`OTEL_RESOURCE_ATTRIBUTES\` | added to \`service.name\` (\`genesis-connect\`), \`service.version\` and \`service.instance.id\` |
| \`OTEL_METRIC_EXPORT_INTERVAL\`, \`OTEL_METRIC_EXPORT_TIMEOUT\` | in milliseconds (60000, 30000); the last export is at the end of the process |
| \`OTEL_SDK_DISABLED=true\`, \`OTEL_METRICS_EXPORTER=none\` | switch it off |

The process metrics are not among them.

## Traces

Where one call, one start or one outage needs a closer look, a worker sends spans to the same collector. That is off until \`OTEL_TRACES_EXPORTER=otlp\` (or an endpoint for traces alone) asks for it,
and needs two packages; without it, nothing is computed for them.

\`\`\`sh
npm install @opentelemetry/resources @opentelemetry/exporter-trace-otlp-proto
OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 OTEL_TRACES_EXPORTER=otlp genesis run connectors/
\`\`\`

| variable | meaning |
| --- | --- |
| \`OTEL_TRACES_EXPORTER=otlp\`, \`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT\` | switch it on; the address is this one or \`OTEL_EXPORTER_OTLP_ENDPOINT\` |
| \`OTEL_TRACES_SAMPLER\`, \`OTEL_TRACES_SAMPLER_ARG\` | \`parentbased_always_on\` (default), \`always_on\`, \`always_off\`, \`traceidratio\` with a number from 0 to 1, and the last two with \`parentbased_\` |
| \`OTEL_BSP_SCHEDULE_DELAY\`, \`OTEL_BSP_MAX_QUEUE_SIZE\`, \`OTEL_BSP_MAX_EXPORT_BATCH_SIZE\` | 5000 ms, 2048, 512; spans beyond a full queue are dropped, which is logged once |

A call over REST that changes something is a span named after its method and route, such as \`PUT /connectors/{name}/config\`; one that only reads is one if its caller sends a [\`traceparent\`](https://www.w3.org/TR/trace-context/).
With that header, the call and all that follows from it belong to the caller's trace. In a group, so do the tasks that it starts again on other workers; those that a rebalance starts, such as the first ones of a new connector, begin traces of their own: look for their \`genesis.connector\`. The other spans:

| span | shows |
| --- | --- |
${Object.entries(spanTable)
  .map(([name, about]) => `| \`${name}\` | ${about} |`)
  .join('\n')}

Recoveries and transactions are traces of their own, linked to the start of their task: they can happen days after it. Spans have \`genesis.connector\`, \`genesis.sink\`, \`genesis.shard\` and \`genesis.shards\`;
a failed one has the [code](errors.md) as \`error.type\`. They hold no addresses, no configuration and no values of records, and resolved secrets are replaced by their placeholders.

## Kafka Connect's names

These metrics mean the same as Kafka Connect's. [\`deploy/chart/connect-names.yaml\`](../deploy/chart/connect-names.yaml) has recording rules that give them the names that the Prometheus JMX exporter
gives Connect's by default, for dashboards that were made for those.

| Kafka Connect | here |
| --- | --- |
${metrics.flatMap(connectRow).join('\n')}
`
}

function metricRow({ name, type, labels, unit, about }: Metric, alerts: readonly AlertRule[]): string {
  const own = alerts.filter(({ expr }) => readPromql(expr).selectors.some(({ series }) => metricOf(series) === name))
  const shown = labels.map((label) => `\`${label.replace('?', '')}\``).join(', ')
  return `| \`${name}\` | ${type} | ${shown} | ${unit ?? ''} | ${about} | ${own.map(({ alert }) => alert).join(', ')} |`
}

function alertRow({ alert, for: pending, labels, annotations }: AlertRule): string {
  const plain = (text: string): string => text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '`$1`')
  const { summary, description } = annotations
  return `| ${alert} | ${labels.severity} | ${pending ?? ''} | ${plain(summary)} | ${plain(description)} |`
}

function connectRow({ name, connect }: Metric): string[] {
  return connect === undefined ? [] : [`| \`${connect.replace(': ', '`: `')}\` | \`${name}\` |`]
}

/** A histogram's series have its name and an ending. */
export function metricOf(series: string): string {
  return series.replace(/_(bucket|sum|count)$/, '')
}

/** Recording rules with the names that the Prometheus JMX exporter gives Kafka Connect's metrics by default. */
export function connectNames(metrics: readonly Metric[]): string {
  const rules = metrics.flatMap(({ name, connect }) =>
    connect === undefined
      ? []
      : [`      - { record: kafka_connect_${connect.replace(': ', '_').replaceAll('-', '_')}, expr: ${name} }\n`],
  )
  return `# Generated by \`npm run reference\`; a test keeps it in step with the code.
# Recording rules: metrics that mean the same as Kafka Connect's under the names that the Prometheus JMX exporter gives those by default.
groups:
  - name: genesis-connect-as-kafka-connect
    rules:
${rules.join('')}`
}
