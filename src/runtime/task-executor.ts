import type { DeliveryOutline } from '../connector/outline.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { Span, SpanContext } from '../telemetry/span.js'
import type { Sampling } from '../telemetry/tracer.js'
import type { TaskEnd, TaskEvents } from './task-events.js'

/** A task as plain data, passed to the thread that runs it, which resolves its placeholders. */
export interface TaskSpec {
  readonly connector: RawConnector
  /** Which of the connector's deliveries it belongs to. */
  readonly delivery: DeliveryOutline
  /** Its shard, out of `delivery.tasks.max`. */
  readonly shard: number
  /** Absent: it makes no spans. */
  readonly tracing?: TaskTracing
}

/** What a task needs to make spans, as plain data. */
export interface TaskTracing {
  /** The span of its start. */
  readonly start: SpanContext
  readonly sampling: Sampling
}

export interface TaskListener extends TaskEvents {
  /** Takes a span that has ended, if the task makes any. */
  span?(span: Span): void
  /** Called once, last. */
  ended(end: TaskEnd): void
}

export interface RunningTask {
  /** Requests an end after the open transaction. */
  stop(): void
  /** Ends it at once, abandoning uncommitted records. */
  abandon(): void
}

/** Runs tasks in this thread or in others. */
export interface TaskExecutor {
  /** Does not throw; errors arrive as the task's end. The listener is called later, never synchronously. */
  start(spec: TaskSpec, listener: TaskListener): RunningTask
  /** Ends whatever still runs without waiting, and frees everything. */
  close(): Promise<void>
}
