import type { Counters } from '../delivery/counters.js'
import type { LatencyHistogram } from '../delivery/latency.js'
import { targetRate } from '../pacing/target-rate.js'
import type { DeliveryStatus, TaskRunStatus } from '../runtime/status.js'
import type { Labels, Metric, MetricSource, Sample } from './metric.js'

const deliveryLabels = ['connector', 'sink?'] as const
const taskLabels = [...deliveryLabels, 'task'] as const

/** One sample for each task of this worker, or for each of its deliveries. */
export const taskMetrics: readonly Metric[] = [
  counter('genesis_records_total', null, 'Records delivered.', ({ records }) => records, {
    connect: 'source-task-metrics: source-record-write-total',
  }),
  counter('genesis_bytes_total', 'bytes', 'Bytes of keys and values delivered.', ({ bytes }) => bytes),
  counter('genesis_batches_total', null, 'Batches delivered.', ({ batches }) => batches),
  counter('genesis_commits_total', null, 'Transactions committed.', ({ commits }) => commits),
  counter('genesis_commit_seconds_total', 'seconds', 'Time spent in commits.', ({ commitMs }) => commitMs / 1000),
  counter(
    'genesis_throttled_seconds_total',
    'seconds',
    'Time lost to broker quotas.',
    ({ throttledMs }) => throttledMs / 1000,
  ),
  counter('genesis_errors_total', null, 'Failures, not counting temporary outages.', ({ errors }) => errors),
  counter('genesis_retries_total', null, 'Retries, after failures and temporary outages.', ({ retries }) => retries, {
    connect: 'task-error-metrics: total-retries',
  }),
  counter('genesis_dropped_total', null, 'Records dropped by the error policy.', ({ dropped }) => dropped, {
    connect: 'task-error-metrics: total-records-skipped',
  }),
  {
    name: 'genesis_position',
    type: 'gauge',
    labels: taskLabels,
    unit: null,
    about: "The shard's next position; everything below is delivered or dropped.",
    read: (source) => perTask(source, ({ counters }) => counters.position),
  },
  {
    name: 'genesis_task_state',
    type: 'gauge',
    labels: [...taskLabels, 'state'],
    unit: null,
    about: "1 for the task's current state.",
    read: ({ deliveries }) =>
      deliveries.flatMap((delivery) => {
        const { own } = labelsOf(delivery)
        return delivery.tasks.map(({ state }, at) => ({ labels: { ...own[at], state }, value: 1 }))
      }),
  },
  histogram(
    'genesis_delivery_latency_seconds',
    "Time from a record's generation until it is durable.",
    ({ latency }) => latency,
  ),
  histogram(
    'genesis_transaction_seconds',
    "Time from a transaction's first record to its commit.",
    ({ transactions }) => transactions,
  ),
  {
    name: 'genesis_records_per_second',
    type: 'gauge',
    labels: deliveryLabels,
    unit: 'records per second',
    about: 'Records delivered per second, over the last ten seconds.',
    read: (source) => perDelivery(source, ({ rate }) => rate),
  },
  {
    name: 'genesis_target_records_per_second',
    type: 'gauge',
    labels: deliveryLabels,
    unit: 'records per second',
    about: "This worker's part of the fixed rate asked for: that of its running tasks. Absent: none is asked for.",
    read: (source) => perDelivery(source, targetHere),
  },
  {
    name: 'genesis_lag_records_per_second',
    type: 'gauge',
    labels: deliveryLabels,
    unit: 'records per second',
    about: 'What is missing from that rate.',
    read: (source) =>
      perDelivery(source, (delivery) => {
        const target = targetHere(delivery)
        return target === null ? null : Math.max(0, target - delivery.rate)
      }),
  },
]

/** Waiting tasks, and complete ones, are not behind. Null: the connector has no fixed rate. */
function targetHere({ config, tasks }: DeliveryStatus): number | null {
  const target = targetRate(config.throughput)
  const running = tasks.filter(({ state, complete }) => state === 'RUNNING' && !complete).length
  return target === null ? null : (target * running) / config.tasks.max
}

function counter(
  name: string,
  unit: Metric['unit'],
  about: string,
  value: (counters: Counters) => number,
  more: Pick<Metric, 'connect'> = {},
): Metric {
  const read: Metric['read'] = (source) => perTask(source, ({ counters }) => value(counters))
  return { name, type: 'counter', labels: taskLabels, unit, about, ...more, read }
}

function histogram(name: string, about: string, value: (counters: Counters) => LatencyHistogram): Metric {
  const read: Metric['read'] = (source) => perTask(source, ({ counters }) => value(counters))
  return { name, type: 'histogram', labels: taskLabels, unit: 'seconds', about, read }
}

function perTask({ deliveries }: MetricSource, value: (task: TaskRunStatus) => Sample['value']): readonly Sample[] {
  return deliveries.flatMap((delivery) => {
    const { own } = labelsOf(delivery)
    return delivery.tasks.map((task, at) => ({ labels: own[at], value: value(task) }))
  })
}

function perDelivery(
  { deliveries }: MetricSource,
  value: (delivery: DeliveryStatus) => number | null,
): readonly Sample[] {
  return deliveries.flatMap((delivery) => {
    const found = value(delivery)
    return found === null ? [] : [{ labels: labelsOf(delivery).all, value: found }]
  })
}

interface DeliveryLabels {
  readonly all: Labels
  /** The labels of each task. */
  readonly own: readonly Labels[]
}

/** A status is read once for all metrics, and so are its labels. */
const known = new WeakMap<DeliveryStatus, DeliveryLabels>()

function labelsOf(delivery: DeliveryStatus): DeliveryLabels {
  const found = known.get(delivery)
  if (found !== undefined) return found
  const { name, sinkName } = delivery.config
  const all: Labels = sinkName === null ? { connector: name } : { connector: name, sink: sinkName }
  const labels = { all, own: delivery.tasks.map(({ shard }) => ({ ...all, task: String(shard) })) }
  known.set(delivery, labels)
  return labels
}
