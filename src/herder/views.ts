/** Views of a connector, from its requested state and its tasks. */
import { flattened } from '../config/flat-keys.js'
import type { DeliveryOutline } from '../connector/outline.js'
import { targetRate } from '../pacing/target-rate.js'
import type { TaskRunStatus as RunningStatus } from '../runtime/status.js'
import type {
  ConnectorInfo,
  ConnectorProgress,
  ConnectorStatus,
  TargetState,
  TaskInfo,
  TaskProgress,
  TaskStatus,
} from './herder.js'
import type { HostedConnector, TaskPlace } from './hosted-connector.js'

/** A task as known to the worker that has it. */
export interface ObservedTask {
  readonly status: RunningStatus
  readonly workerId: string
  /** Milliseconds since 1970. */
  readonly asOf: number
}

/** Undefined: no worker has it. */
export type Observe = (task: TaskPlace) => ObservedTask | undefined

export function infoOf(connector: HostedConnector): ConnectorInfo {
  const { raw, name, target, tasks } = connector
  return {
    name,
    config: { ...raw.config, name },
    tasks: target === 'STOPPED' ? [] : tasks.map(({ id }) => id),
    file: raw.file,
  }
}

export function statusOf(connector: HostedConnector, workerId: string, observe: Observe): ConnectorStatus {
  const { name, target, failure } = connector
  const tasks = target === 'STOPPED' ? [] : connector.tasks
  return {
    name,
    state: failure === null || target === 'STOPPED' ? target : 'FAILED',
    workerId,
    failure,
    tasks: tasks.map((task): TaskStatus => {
      const observed = observe(task)
      return {
        id: task.id,
        state: stateOf(target, observed?.status),
        workerId: observed?.workerId ?? workerId,
        failure: observed?.status.failure ?? null,
      }
    }),
  }
}

/** As in Connect, where a source task that has finished stays RUNNING. */
function stateOf(target: TargetState, status: RunningStatus | undefined): TaskStatus['state'] {
  const state = status?.state ?? 'UNASSIGNED'
  if (state !== 'STOPPED' && state !== 'UNASSIGNED') return state
  if (target === 'PAUSED') return 'PAUSED'
  return state === 'STOPPED' && status?.complete === true ? 'RUNNING' : 'UNASSIGNED'
}

export function tasksOf(connector: HostedConnector): TaskInfo[] {
  if (connector.target === 'STOPPED') return []
  const config = flattened({ ...connector.raw.config, name: connector.name })
  return connector.tasks.map(({ id, delivery, shard }) => ({
    id,
    config: {
      ...config,
      'task.shard': String(shard),
      'task.shards': String(delivery.tasks.max),
      ...(delivery.sinkName !== null && { 'task.sink': delivery.sinkName }),
    },
  }))
}

export function progressOf(connector: HostedConnector, observe: Observe): ConnectorProgress {
  const tasks = connector.tasks.map((task): TaskProgress => {
    const { delivery, shard, id } = task
    const observed = observe(task)
    const counters = observed?.status.counters
    return {
      id,
      shard,
      shards: delivery.tasks.max,
      sink: delivery.sinkName,
      position: counters?.position ?? null,
      complete: observed?.status.complete ?? false,
      records: counters?.records ?? 0,
      bytes: counters?.bytes ?? 0,
      errors: counters?.errors ?? 0,
      retries: counters?.retries ?? 0,
      dropped: counters?.dropped ?? 0,
      recordsPerSecond: observed?.status.rate ?? 0,
      asOf: observed?.asOf ?? null,
    }
  })
  const sum = (of: (task: TaskProgress) => number): number => tasks.reduce((total, task) => total + of(task), 0)
  const positions = tasks.map(({ position }) => position)
  return {
    name: connector.name,
    complete: tasks.length > 0 && tasks.every(({ complete }) => complete),
    endPosition: connector.deliveries.at(0)?.throughput.maxRecords ?? null,
    position: positions.reduce(
      (low, one) => (low === null || one === null ? null : Math.min(low, one)),
      positions[0] ?? null,
    ),
    records: sum(({ records }) => records),
    recordsPerSecond: sum(({ recordsPerSecond }) => recordsPerSecond),
    targetRecordsPerSecond: targetOf(connector.deliveries),
    tasks,
  }
}

function targetOf(deliveries: readonly DeliveryOutline[]): number | null {
  if (deliveries.length === 0) return null
  const perSink = targetRate(deliveries[0].throughput)
  return perSink === null ? null : perSink * deliveries.length
}
