import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry, type MetricValueWithName } from 'prom-client'
import type { ConnectorStatus, TaskStatus } from '../runner/status.js'
import { latencyBoundsMs } from '../stream/latency.js'

type Labels = 'connector' | 'task'

const counters: readonly [name: string, help: string, value: (task: TaskStatus) => number][] = [
  ['genesis_records_total', 'Records delivered.', ({ counters }) => counters.records],
  ['genesis_bytes_total', 'Bytes of keys and values delivered.', ({ counters }) => counters.bytes],
  ['genesis_batches_total', 'Batches delivered.', ({ counters }) => counters.batches],
  ['genesis_commits_total', 'Commits.', ({ counters }) => counters.commits],
  ['genesis_commit_seconds_total', 'Time spent in commits.', ({ counters }) => counters.commitMs / 1000],
  ['genesis_errors_total', 'Failed attempts.', ({ counters }) => counters.errors],
  ['genesis_retries_total', 'Attempts made after a failure.', ({ counters }) => counters.retries],
  ['genesis_dropped_total', 'Records given up by the error policy.', ({ counters }) => counters.dropped],
]

/** The registry of a worker's metrics. Nothing is collected but when it is read. */
export function createMetrics(status: () => readonly ConnectorStatus[]): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const labelNames: Labels[] = ['connector', 'task']

  for (const [name, help, value] of counters) {
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset()
        eachTask(status(), (labels, task) => this.inc(labels, value(task)))
      },
    })
  }
  new Gauge({
    name: 'genesis_position',
    help: "The shard's next position: everything of it below is delivered or dropped.",
    labelNames,
    registers,
    collect() {
      this.reset()
      eachTask(status(), (labels, task) => this.set(labels, task.counters.position))
    },
  })
  new Gauge({
    name: 'genesis_task_state',
    help: '1 for the state that the task is in.',
    labelNames: [...labelNames, 'state'],
    registers,
    collect() {
      this.reset()
      eachTask(status(), (labels, { state }) => this.set({ ...labels, state }, 1))
    },
  })
  new Gauge({
    name: 'genesis_records_per_second',
    help: 'Records delivered a second, over the last ten seconds.',
    labelNames: ['connector'],
    registers,
    collect() {
      this.reset()
      for (const { name, rate } of status()) this.set({ connector: name }, rate)
    },
  })
  registry.registerMetric(new DeliveryLatency(status))
  return registry
}

const latencyName = 'genesis_delivery_latency_seconds'
const latencyHelp = "From a record's generation to its being durable."

/** A histogram whose buckets were counted by the tasks: it has nothing of its own to observe. */
class DeliveryLatency extends Histogram<Labels | 'le'> {
  readonly #status: () => readonly ConnectorStatus[]

  constructor(status: () => readonly ConnectorStatus[]) {
    super({ name: latencyName, help: latencyHelp, labelNames: ['connector', 'task'], registers: [] })
    this.#status = status
  }

  /** What prom-client's registry reads; `get` is made from it. */
  getForPromString() {
    const values: MetricValueWithName<Labels | 'le'>[] = []
    eachTask(this.#status(), (labels, { counters: { latency } }) => {
      let total = 0
      latency.counts.forEach((count, bucket) => {
        total += count
        const le = bucket < latencyBoundsMs.length ? latencyBoundsMs[bucket] / 1000 : '+Inf'
        values.push({ labels: { ...labels, le }, value: total, metricName: `${latencyName}_bucket` })
      })
      values.push({ labels, value: latency.sumMs / 1000, metricName: `${latencyName}_sum` })
      values.push({ labels, value: total, metricName: `${latencyName}_count` })
    })
    return Promise.resolve({ name: latencyName, help: latencyHelp, type: 'histogram', aggregator: 'sum', values })
  }
}

function eachTask(
  connectors: readonly ConnectorStatus[],
  call: (labels: { connector: string; task: string }, task: TaskStatus) => void,
): void {
  for (const { name, tasks } of connectors) {
    for (const task of tasks) call({ connector: name, task: String(task.shard) }, task)
  }
}
