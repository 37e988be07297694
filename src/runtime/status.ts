import type { DeliveryOutline } from '../connector/outline.js'
import type { Counters } from '../delivery/counters.js'
import type { Failure, State } from './task-events.js'

/** A connector, or one sink of several, and its tasks as they are now. */
export interface DeliveryStatus {
  readonly name: string
  readonly config: DeliveryOutline
  /** RUNNING while a task may still deliver; then FAILED if one has failed, otherwise STOPPED. */
  readonly state: State
  /** All records of the tasks are delivered: it is bounded and at its end. */
  readonly complete: boolean
  readonly tasks: readonly TaskRunStatus[]
  /** The tasks' sum; the position is the lowest of theirs: everything below it is delivered. */
  readonly counters: Counters
  /** Records a second, lately. */
  readonly rate: number
  /** Milliseconds since the first sink was open, until now or until the last task's end; 0 before. */
  readonly elapsedMs: number
}

export interface TaskRunStatus {
  readonly shard: number
  readonly state: State
  readonly complete: boolean
  /** Why it is FAILED or RESTARTING. */
  readonly failure: Failure | null
  /** Since when it has not run for this reason, in ms since 1970; absent: there is none. */
  readonly failingSince?: number
  readonly counters: Counters
  /** Records a second, lately. */
  readonly rate: number
  /** Its sink has been open at least once, or it has ended: it is beyond its start. */
  readonly started: boolean
}

/** What a user is told at the end, in files' words. */
export interface ConnectorSummary {
  readonly name: string
  /** Which of the connector's several sinks it is; absent: there is one. */
  readonly sink?: string
  readonly state: State
  readonly complete: boolean
  readonly records: number
  /** `records` over `seconds`. */
  readonly records_per_second: number
  /** From when the first task was running until the last has ended, or now: waits and retries included. */
  readonly seconds: number
  readonly batches: number
  readonly errors: number
  readonly dropped: number
  readonly retries: number
  /** How long quotas of the brokers held it back; absent: they did not. */
  readonly throttled_ms?: number
  /** Everything below is delivered or dropped, in all shards: the lowest of their positions. */
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
