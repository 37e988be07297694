import { dependencies, type ExternalDependency } from '../delivery/dependencies.js'
import type { ErrorCode } from '../errors.js'
import type { GroupFigures } from '../herder/herder.js'
import type { TaskRunStatus } from '../runtime/status.js'
import { waitsFor } from '../runtime/waiting.js'
import type { Metric, MetricSource, Sample } from './metric.js'

/** Metrics of the worker as a whole. */
export const workerMetrics: readonly Metric[] = [
  {
    name: 'genesis_waiting_tasks',
    type: 'gauge',
    labels: ['waits_for'],
    unit: null,
    about: 'Tasks waiting for something unavailable.',
    read: (source) => perDependency(source, (waiting) => waiting.length),
  },
  {
    name: 'genesis_waiting_seconds',
    type: 'gauge',
    labels: ['waits_for'],
    unit: 'seconds',
    about: 'Longest wait among them.',
    read: (source) => perDependency(source, longestSeconds),
  },
  {
    name: 'genesis_task_failures_total',
    type: 'counter',
    labels: ['code'],
    unit: null,
    about: 'Tasks that have become FAILED, by error. KAFKA_FENCED: another worker took the shard over.',
    read: ({ failures }) => [...withFences(failures)].map(([code, value]) => ({ labels: { code }, value })),
  },
  {
    name: 'genesis_build_info',
    type: 'gauge',
    labels: ['version', 'node'],
    unit: null,
    about: 'Always 1: the versions of genesis-connect and Node.',
    read: ({ version }) => [{ labels: { version, node: process.version.slice(1) }, value: 1 }],
  },
  group(
    'genesis_group_workers',
    'gauge',
    null,
    'Workers in its group; 0 while it is in none.',
    ({ workers }) => workers.length,
  ),
  group(
    'genesis_group_generation',
    'gauge',
    null,
    'Generation of its last assignment; -1 before the first.',
    ({ generation }) => generation,
    'connect-worker-rebalance-metrics: epoch',
  ),
  group(
    'genesis_group_rebalancing',
    'gauge',
    null,
    '1 while a rebalance is in progress.',
    ({ isRebalancing }) => Number(isRebalancing),
    'connect-worker-rebalance-metrics: rebalancing',
  ),
  group(
    'genesis_group_rebalances_total',
    'counter',
    null,
    'Rebalances completed.',
    ({ rebalances }) => rebalances,
    'connect-worker-rebalance-metrics: completed-rebalances-total',
  ),
  group(
    'genesis_group_rebalance_seconds_total',
    'counter',
    'seconds',
    'Time from the beginning of rebalances until the worker ran what it was assigned.',
    ({ rebalanceMs }) => rebalanceMs / 1000,
  ),
]

function perDependency(
  { deliveries }: MetricSource,
  value: (waiting: readonly TaskRunStatus[]) => number,
): readonly Sample[] {
  const waiting = new Map<ExternalDependency | null, TaskRunStatus[]>(dependencies.map(([one]) => [one, []]))
  for (const { tasks } of deliveries) for (const task of tasks) waiting.get(waitsFor(task))?.push(task)
  return dependencies.map(([dependency, label]) => ({
    labels: { waits_for: label },
    value: value(waiting.get(dependency)!),
  }))
}

function longestSeconds(waiting: readonly TaskRunStatus[]): number {
  const now = Date.now()
  return Math.max(0, ...waiting.map(({ failingSince }) => now - (failingSince ?? now))) / 1000
}

/** Fencing is counted from 0 before it first occurs, so that an increase can be seen. */
function withFences(failures: ReadonlyMap<ErrorCode, number>): ReadonlyMap<ErrorCode, number> {
  return new Map<ErrorCode, number>([['KAFKA_FENCED', 0], ...failures])
}

/** Of a worker that belongs to a group. */
function group(
  name: string,
  type: 'counter' | 'gauge',
  unit: Metric['unit'],
  about: string,
  value: (figures: GroupFigures) => number,
  connect?: string,
): Metric {
  const read: Metric['read'] = ({ group: figures }) => (figures === null ? [] : [{ labels: {}, value: value(figures) }])
  return { name, type, labels: [], unit, about, ...(connect !== undefined && { connect }), read }
}
