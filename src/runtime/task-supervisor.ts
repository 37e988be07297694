import { addCounters, emptyCounters, type Counters } from '../delivery/counters.js'
import { Backoff } from '../delivery/backoff.js'
import type { Clock } from '../delivery/clock.js'
import type { TaskRunStatus } from './status.js'
import { outside } from '../telemetry/current-span.js'
import type { Failure, State, TaskEnd } from './task-events.js'
import type { RunningTask, TaskExecutor, TaskSpec } from './task-executor.js'

/** Called whenever anything but the counters changes. */
export type TaskChanged = (shard: number, state: State, failure: Failure | null, retryInMs: number) => void

/** One task from start to end, across threads: if its thread is lost, it continues on another. */
export class TaskSupervisor {
  readonly #spec: TaskSpec
  readonly #runner: TaskExecutor
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #changed: TaskChanged
  readonly #progressed: (records: number) => void
  readonly ended: Promise<void>
  #resolveEnded!: () => void

  #running: RunningTask | null = null
  #cancelRestart: (() => void) | null = null
  #stopping = false
  #state: State = 'UNASSIGNED'
  #failure: Failure | null = null
  #failingSince: number | null = null
  #complete = false
  #started = false
  #earlier = emptyCounters(0)
  #counters: Counters
  /** Records of these counters already reported. */
  #counted = 0

  /** `progressed`: called with the number of newly delivered records. */
  constructor(
    spec: TaskSpec,
    runner: TaskExecutor,
    clock: Clock,
    changed: TaskChanged,
    progressed: (records: number) => void,
  ) {
    this.#spec = spec
    this.#runner = runner
    this.#clock = clock
    this.#backoff = new Backoff(spec.delivery.errors)
    this.#changed = changed
    this.#progressed = progressed
    this.#counters = emptyCounters(spec.shard)
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve))
  }

  start(): void {
    this.#running = this.#runner.start(this.#spec, {
      state: (state, failure, retryInMs) => this.#enter(state, failure, retryInMs),
      progress: (counters) => {
        const more = counters.records - this.#counted
        if (more > 0) this.#backoff.reset()
        this.#counters = counters
        this.#counted = counters.records
        this.#progressed(more)
      },
      ended: (end) => this.#onEnd(end),
    })
  }

  stop(): void {
    this.#stopping = true
    this.#running?.stop()
    if (this.#cancelRestart === null) return
    this.#cancelRestart()
    this.#end('STOPPED', this.#failure)
  }

  abandon(): void {
    this.stop()
    this.#running?.abandon()
  }

  status(): Omit<TaskRunStatus, 'rate'> {
    const counters = emptyCounters(this.#counters.position)
    addCounters(counters, this.#earlier)
    addCounters(counters, this.#counters)
    return {
      shard: this.#spec.shard,
      state: this.#state,
      complete: this.#complete,
      failure: this.#failure,
      ...(this.#failingSince !== null && { failingSince: this.#failingSince }),
      counters,
      started: this.#started,
    }
  }

  #onEnd(end: TaskEnd): void {
    this.#running = null
    if (end.end !== 'failed') {
      this.#complete = end.end === 'complete'
      return this.#end('STOPPED', null)
    }
    // All other errors have been retried by the task itself.
    const waitMs =
      end.failure.code === 'THREAD_LOST' && !this.#stopping ? this.#backoff.next(end.failure, this.#clock.now()) : null
    if (waitMs === null) return this.#end('FAILED', end.failure)
    addCounters(this.#earlier, this.#counters)
    this.#earlier.errors++
    this.#earlier.retries++
    this.#counters = emptyCounters(this.#counters.position)
    this.#counted = 0
    this.#enter('RESTARTING', end.failure, waitMs)
    this.#cancelRestart = this.#clock.after(waitMs, () => {
      this.#cancelRestart = null
      // Not part of the call that once started it.
      outside(() => this.start())
    })
  }

  #end(state: 'STOPPED' | 'FAILED', failure: Failure | null): void {
    this.#started = true
    this.#enter(state, failure, 0)
    this.#resolveEnded()
  }

  #enter(state: State, failure: Failure | null, retryInMs: number): void {
    this.#state = state
    this.#failure = failure
    this.#failingSince = failure === null ? null : (this.#failingSince ?? Date.now())
    if (state === 'RUNNING') this.#started = true
    this.#changed(this.#spec.shard, state, failure, retryInMs)
  }
}
