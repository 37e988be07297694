import type { DeliveryOutline } from '../connector/outline.js'
import { addCounters, emptyCounters, type Counters } from '../delivery/counters.js'
import { RateMeter } from '../delivery/rate-meter.js'
import type { Clock } from '../delivery/clock.js'
import type { DeliveryStatus, TaskRunStatus } from './status.js'
import type { Failure, State } from './task-events.js'
import type { TaskExecutor, TaskSpec } from './task-executor.js'
import { TaskSupervisor, type TaskChanged } from './task-supervisor.js'

/** Extra time after a stop's deadline for closing sinks. */
const closingMs = 2_000

interface SupervisedTask {
  readonly task: TaskSupervisor
  readonly meter: RateMeter
  readonly ended: Promise<void>
  hasEnded: boolean
}

/** Called whenever anything but a task's counters changes. */
type DeliveryChanged = (
  config: DeliveryOutline,
  shard: number,
  state: State,
  failure: Failure | null,
  retryInMs: number,
) => void

/** This worker's tasks of a connector's delivery to one sink: each comes and goes on its own. */
export class DeliveryRun {
  #config: DeliveryOutline
  readonly #clock: Clock
  readonly #changed: DeliveryChanged
  readonly #tasks = new Map<number, SupervisedTask>()
  #openedAt: number | null = null
  #endedAt: number | null = null
  #stopAnnounced = false

  constructor(config: DeliveryOutline, clock: Clock, changed: DeliveryChanged) {
    this.#config = config
    this.#clock = clock
    this.#changed = changed
  }

  /** As its last task was started. */
  get config(): DeliveryOutline {
    return this.#config
  }

  get shards(): number[] {
    return [...this.#tasks.keys()]
  }

  /** Whether any task is still running. */
  get isActive(): boolean {
    return [...this.#tasks.values()].some(({ hasEnded }) => !hasEnded)
  }

  /** Resolves when all current tasks have ended. */
  async ended(): Promise<void> {
    await Promise.all([...this.#tasks.values()].map(({ ended }) => ended))
  }

  isRunning(shard: number): boolean {
    return this.#tasks.get(shard)?.hasEnded === false
  }

  /** True for the first of its tasks to end since one was started. */
  announceStop(): boolean {
    const isFirst = !this.#stopAnnounced
    this.#stopAnnounced = true
    return isFirst
  }

  /** Starts a task, replacing an earlier one that has ended. Resolves when it has ended. */
  start(spec: TaskSpec, executor: TaskExecutor): Promise<void> {
    const { delivery, shard } = spec
    // Earlier deliveries count for a task that resumes, not for a fresh start after all had ended.
    if (!this.isActive) this.#openedAt = null
    this.#endedAt = null
    this.#stopAnnounced = false
    this.#config = delivery
    const meter = new RateMeter()
    let records = 0
    const entered: TaskChanged = (index, state, failure, retryInMs) => {
      if (state === 'RUNNING') {
        const now = this.#clock.now()
        if (records === 0) meter.record(0, now)
        this.#openedAt ??= now
      }
      this.#changed(delivery, index, state, failure, retryInMs)
    }
    const progressed = (more: number): void => meter.record((records += more), this.#clock.now())
    const task = new TaskSupervisor(spec, executor, this.#clock, entered, progressed)
    const ended = task.ended.then(() => {
      supervised.hasEnded = true
      if (!this.isActive) this.#endedAt = this.#clock.now()
    })
    const supervised: SupervisedTask = { task, meter, ended, hasEnded: false }
    this.#tasks.set(shard, supervised)
    task.start()
    return ended
  }

  /** Ends a task after its open transaction; abandons it after `timeoutMs`. True: it ended by itself. */
  async stop(shard: number, timeoutMs: number): Promise<boolean> {
    const task = this.#tasks.get(shard)?.task
    if (task === undefined) return true
    task.stop()
    if (await this.#endsWithin(task, timeoutMs)) return true
    task.abandon()
    await this.#endsWithin(task, closingMs)
    return false
  }

  /** Drops an ended task from the status. */
  forget(shard: number): void {
    this.#tasks.delete(shard)
  }

  status(): DeliveryStatus {
    const all = [...this.#tasks.values()].map(({ task, meter, hasEnded }) => ({ ...task.status(), meter, hasEnded }))
    const now = this.#endedAt ?? this.#clock.now()
    const tasks = all
      .map(({ meter, hasEnded, ...task }): TaskRunStatus => ({ ...task, rate: hasEnded ? 0 : meter.rate(now) }))
      .sort((a, b) => a.shard - b.shard)
    return {
      name: this.#config.name,
      config: this.#config,
      state: stateOf(tasks.map(({ state }) => state)),
      complete: tasks.every(({ complete }) => complete),
      tasks,
      counters: sumOf(tasks),
      rate: tasks.reduce((sum, { rate }) => sum + rate, 0),
      elapsedMs: this.#openedAt === null ? 0 : now - this.#openedAt,
    }
  }

  #endsWithin(task: TaskSupervisor, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => resolve(false))
      void task.ended.then(() => {
        cancel()
        resolve(true)
      })
    })
  }
}

function sumOf(tasks: readonly TaskRunStatus[]): Counters {
  const sum = emptyCounters(Math.min(...tasks.map(({ counters }) => counters.position)))
  for (const { counters } of tasks) addCounters(sum, counters)
  return sum
}

function stateOf(tasks: readonly State[]): State {
  if (tasks.every((state) => state === 'UNASSIGNED')) return 'UNASSIGNED'
  if (tasks.some((state) => state !== 'STOPPED' && state !== 'FAILED')) return 'RUNNING'
  return tasks.includes('FAILED') ? 'FAILED' : 'STOPPED'
}
