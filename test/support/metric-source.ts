import { emptyCounters } from '#src/delivery/counters.js'
import { observeLatency } from '#src/delivery/latency.js'
import { GenesisError } from '#src/errors.js'
import type { MetricSource } from '#src/metrics/metric.js'
import type { DeliveryStatus, TaskRunStatus } from '#src/runtime/status.js'
import { asFailure } from '#src/runtime/task-events.js'
import { connectorOf } from './connectors.js'

export function taskStatusOf(changes: Partial<TaskRunStatus> = {}): TaskRunStatus {
  const counters = { ...emptyCounters(10), records: 10, errors: 1 }
  observeLatency(counters.latency, 3, 8)
  observeLatency(counters.latency, 40_000, 2)
  observeLatency(counters.transactions, 150, 1)
  return { shard: 0, state: 'RUNNING', complete: false, failure: null, counters, rate: 0, started: true, ...changes }
}

export function deliveryStatusOf(changes: Partial<DeliveryStatus> = {}): DeliveryStatus {
  return {
    name: 'c',
    config: connectorOf({ name: changes.name ?? 'c' }),
    state: 'RUNNING',
    complete: false,
    tasks: [taskStatusOf()],
    counters: emptyCounters(10),
    rate: 12.5,
    elapsedMs: 1000,
    ...changes,
  }
}

/** A worker of a group that has a sample of every metric. */
export function fullSource(): MetricSource {
  const failure = asFailure(new GenesisError('KAFKA_UNREACHABLE', 'as scripted'))
  const { throughput, ...config } = connectorOf({ name: 'paced' })
  const waiting = taskStatusOf({ shard: 1, state: 'RESTARTING', failure, failingSince: 0 })
  return {
    version: '9.8.7',
    deliveries: [
      deliveryStatusOf({ config: { ...config, sinkName: 'archive', throughput: { ...throughput, rate: 100 } } }),
      deliveryStatusOf({ name: 'waits', tasks: [waiting] }),
    ],
    failures: new Map([['TOPIC_MISSING', 2]]),
    group: { workers: ['a:1', 'b:1', 'c:1'], generation: 7, rebalances: 4, rebalanceMs: 2_500, isRebalancing: false },
  }
}
