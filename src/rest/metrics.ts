import { collectDefaultMetrics, Registry } from 'prom-client'
import type { DeliveryOutline } from '../connector/outline.js'
import type { DeliveryStatus, TaskRunStatus } from '../runtime/status.js'
import { waitsFor } from '../runtime/waiting.js'
import { dependencies } from '../delivery/dependencies.js'
import { latencyBoundsMs, type LatencyHistogram } from '../delivery/latency.js'

interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly value: (task: TaskRunStatus) => number
}

const families: readonly Family[] = [
  counter('genesis_records_total', 'Records delivered.', ({ counters }) => counters.records),
  counter('genesis_bytes_total', 'Bytes of keys and values delivered.', ({ counters }) => counters.bytes),
  counter('genesis_batches_total', 'Batches delivered.', ({ counters }) => counters.batches),
  counter('genesis_commits_total', 'Commits.', ({ counters }) => counters.commits),
  counter('genesis_commit_seconds_total', 'Time spent in commits.', ({ counters }) => counters.commitMs / 1000),
  counter(
    'genesis_throttled_seconds_total',
    'Time lost to broker quotas.',
    ({ counters }) => counters.throttledMs / 1000,
  ),
  counter('genesis_errors_total', 'Failures, not counting temporary outages.', ({ counters }) => counters.errors),
  counter(
    'genesis_retries_total',
    'Retries, after failures and temporary outages.',
    ({ counters }) => counters.retries,
  ),
  counter('genesis_dropped_total', 'Records dropped by the error policy.', ({ counters }) => counters.dropped),
  {
    name: 'genesis_position',
    type: 'gauge',
    help: "The shard's next position; everything below is delivered or dropped.",
    value: ({ counters }) => counters.position,
  },
]

const latencyName = 'genesis_delivery_latency_seconds'
const latencyLabels = [...latencyBoundsMs.map((ms) => `le="${ms / 1000}"`), 'le="+Inf"']

/**
 * The metrics of a worker in the Prometheus text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
 * Nothing is collected until scraped; then the status is read once and written out directly, so that scraping a
 * thousand tasks takes milliseconds.
 */
export class Metrics {
  readonly contentType: string
  readonly #status: () => readonly DeliveryStatus[]
  readonly #process = new Registry()

  constructor(status: () => readonly DeliveryStatus[]) {
    this.#status = status
    this.contentType = this.#process.contentType
    collectDefaultMetrics({ register: this.#process })
  }

  async text(): Promise<string> {
    return `${workerMetrics(this.#status())}${await this.#process.metrics()}`
  }
}

function workerMetrics(connectors: readonly DeliveryStatus[]): string {
  const tasks = connectors.flatMap(({ config, tasks }) =>
    tasks.map((task) => ({ labels: `${labelsOf(config)},task="${task.shard}"`, task })),
  )
  const parts = families.map(({ name, type, help, value }) => {
    return head(name, type, help) + tasks.map(({ labels, task }) => `${name}{${labels}} ${value(task)}\n`).join('')
  })
  parts.push(head('genesis_task_state', 'gauge', "1 for the task's current state."))
  for (const { labels, task } of tasks) parts.push(`genesis_task_state{${labels},state="${task.state}"} 1\n`)
  parts.push(waitingMetrics(tasks.map(({ task }) => task)))
  const rate = 'genesis_records_per_second'
  parts.push(head(rate, 'gauge', 'Records delivered per second, over the last ten seconds.'))
  for (const connector of connectors) parts.push(`${rate}{${labelsOf(connector.config)}} ${connector.rate}\n`)
  parts.push(head(latencyName, 'histogram', "Time from a record's generation until it is durable."))
  for (const { labels, task } of tasks) parts.push(histogram(labels, task.counters.latency))
  return parts.join('')
}

/** All an alert needs: how many tasks are waiting, for what, and for how long. */
function waitingMetrics(tasks: readonly TaskRunStatus[]): string {
  const now = Date.now()
  const waits = dependencies.map(([dependency, label]) => {
    const waiting = tasks.filter((task) => waitsFor(task) === dependency)
    const longestMs = Math.max(0, ...waiting.map(({ failingSince }) => now - (failingSince ?? now)))
    return { label: `waits_for="${label}"`, count: waiting.length, seconds: longestMs / 1000 }
  })
  const count = 'genesis_waiting_tasks'
  const seconds = 'genesis_waiting_seconds'
  return (
    head(count, 'gauge', 'Tasks waiting for something unavailable.') +
    waits.map((one) => `${count}{${one.label}} ${one.count}\n`).join('') +
    head(seconds, 'gauge', 'Longest wait among them.') +
    waits.map((one) => `${seconds}{${one.label}} ${one.seconds}\n`).join('')
  )
}

function histogram(labels: string, { counts, sumMs }: LatencyHistogram): string {
  let total = 0
  let text = ''
  counts.forEach((count, bucket) => {
    total += count
    text += `${latencyName}_bucket{${labels},${latencyLabels[bucket]}} ${total}\n`
  })
  return `${text}${latencyName}_sum{${labels}} ${sumMs / 1000}\n${latencyName}_count{${labels}} ${total}\n`
}

function labelsOf({ name, sinkName }: DeliveryOutline): string {
  const connector = `connector="${name.replaceAll(/[\\"]/g, '\\$&')}"`
  return sinkName === null ? connector : `${connector},sink="${sinkName}"`
}

function head(name: string, type: Family['type'] | 'histogram', help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`
}

function counter(name: string, help: string, value: Family['value']): Family {
  return { name, type: 'counter', help, value }
}
