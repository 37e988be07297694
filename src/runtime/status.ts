import type { DeliveryOutline } from '../connector/outline.js'
import type { Counters } from '../delivery/counters.js'
import type { Failure, State } from './task-events.js'

/** Status of a connector (or of one sink of several) and its tasks. */
export interface DeliveryStatus {
  readonly name: string
  readonly config: DeliveryOutline
  /** RUNNING while any task may still deliver; then FAILED if one has failed, otherwise STOPPED. */
  readonly state: State
  /** All records of the tasks are delivered: the stream is bounded and has ended. */
  readonly complete: boolean
  readonly tasks: readonly TaskRunStatus[]
  /** Sum over the tasks; the position is the lowest: everything below it is delivered. */
  readonly counters: Counters
  /** Current records per second. */
  readonly rate: number
  /** Milliseconds from the first opened sink until now or the last task's end; 0 before. */
  readonly elapsedMs: number
}

export interface TaskRunStatus {
  readonly shard: number
  readonly state: State
  readonly complete: boolean
  /** Why it is FAILED or RESTARTING. */
  readonly failure: Failure | null
  /** Not running for this reason since, in ms since 1970; absent: no failure. */
  readonly failingSince?: number
  readonly counters: Counters
  /** Current records per second. */
  readonly rate: number
  /** Its sink has been opened at least once, or it has ended: the start is over. */
  readonly started: boolean
}

/** The final summary for users, its keys spelled as in files. */
export interface ConnectorSummary {
  readonly name: string
  /** Which of the connector's sinks; absent: there is only one. */
  readonly sink?: string
  readonly state: State
  readonly complete: boolean
  readonly records: number
  /** `records` / `seconds`. */
  readonly records_per_second: number
  /** From the first task's start until the last one's end, or now: including waits and retries. */
  readonly seconds: number
  readonly batches: number
  readonly errors: number
  readonly dropped: number
  readonly retries: number
  /** How long broker quotas throttled it; absent: not at all. */
  readonly throttled_ms?: number
  /** Everything below is delivered or skipped, in all shards: the lowest of their positions. */
  readonly position: number
  /** The next position of each shard. */
  readonly shard_positions: readonly number[]
  readonly error?: string
}

export function summarize(status: DeliveryStatus): ConnectorSummary {
  const { name, config, state, complete, tasks, counters, elapsedMs } = status
  const { records, batches, errors, dropped, retries, position } = counters
  const failure = tasks.find((task) => task.state === 'FAILED')?.failure
  return {
    name,
    ...(config.sinkName !== null && { sink: config.sinkName }),
    state,
    complete,
    records,
    records_per_second: elapsedMs > 0 ? Math.round((records * 10_000) / elapsedMs) / 10 : 0,
    seconds: Math.round(elapsedMs / 100) / 10,
    batches,
    errors,
    dropped,
    retries,
    ...(counters.throttledMs > 0 && { throttled_ms: Math.round(counters.throttledMs) }),
    position,
    shard_positions: tasks.map((task) => task.counters.position),
    ...(failure && { error: `${failure.message} (${failure.code})` }),
  }
}
