import type { TaskRunStatus } from '../runtime/status.js'
import type { TaskId } from '../runtime/task-key.js'
import type { Worker } from '../runtime/worker.js'

/** What a herder needs from its worker. */
export type TaskHost = Pick<Worker, 'startTask' | 'stopTask' | 'forgetTask' | 'status' | 'statusOf' | 'stop'>

/** Undefined: the worker does not have the task. */
export function hostedStatus(host: TaskHost, { delivery, shard }: TaskId): TaskRunStatus | undefined {
  return host.statusOf(delivery)?.tasks.find((task) => task.shard === shard)
}
