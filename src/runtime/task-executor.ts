import type { DeliveryOutline } from '../connector/outline.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { TaskEnd, TaskEvents } from './task-events.js'

/** A task as plain data: what crosses to the thread that runs it, where its placeholders are resolved. */
export interface TaskSpec {
  readonly connector: RawConnector
  /** Which of the connector's deliveries it is for. */
  readonly delivery: DeliveryOutline
  /** The shard it runs; there are `delivery.tasks.max`. */
  readonly shard: number
}

export interface TaskListener extends TaskEvents {
  /** Called once, as the last. */
  ended(end: TaskEnd): void
}

export interface RunningTask {
  /** Asks for an end after the open transaction. */
  stop(): void
  /** Ends it at once: what is not committed is abandoned. */
  abandon(): void
}

/** Runs tasks, wherever: in this thread or in others. */
export interface TaskExecutor {
  /** Does not throw; whatever is wrong comes as the task's end. The listener is called later, never from within. */
  start(spec: TaskSpec, listener: TaskListener): RunningTask
  /** Ends what still runs without waiting for it, and frees everything. */
  close(): Promise<void>
}
