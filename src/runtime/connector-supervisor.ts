import type { ConnectorConfig } from '../config/connector.js'
import { addCounters, emptyCounters, type Counters } from '../delivery/counters.js'
import { RateMeter } from '../delivery/rate-meter.js'
import type { Clock } from '../delivery/clock.js'
import type { ConnectorStatus, TaskStatus } from './status.js'
import type { State } from './task-events.js'
import type { TaskExecutor } from './task-executor.js'
import { TaskSupervisor, type TaskChanged } from './task-supervisor.js'

/** After the deadline of a stop: so long may sinks take to be closed. */
const closingMs = 2_000

/** The tasks of one connector that this worker runs. */
export class ConnectorSupervisor {
  readonly config: ConnectorConfig
  readonly #tasks: readonly TaskSupervisor[]
  readonly #clock: Clock
  readonly #meter = new RateMeter()
  readonly ended: Promise<void>
  #openedAt: number | null = null
  #endedAt: number | null = null
  /** Delivered by all tasks. */
  #records = 0

  constructor(
    config: ConnectorConfig,
    shards: readonly number[],
    runnerOf: (config: ConnectorConfig) => TaskExecutor,
    clock: Clock,
    changed: TaskChanged,
  ) {
    this.config = config
    this.#clock = clock
    const progressed = (more: number): void => this.#meter.record((this.#records += more), clock.now())
    const entered: TaskChanged = (shard, state, failure, retryInMs) => {
      if (state === 'RUNNING' && this.#openedAt === null) {
        this.#openedAt = clock.now()
        this.#meter.record(0, this.#openedAt)
      }
      changed(shard, state, failure, retryInMs)
    }
    this.#tasks = shards.map(
      (shard) => new TaskSupervisor({ connector: config, shard }, runnerOf(config), clock, entered, progressed),
    )
    this.ended = Promise.all(this.#tasks.map((task) => task.ended)).then(() => {
      this.#endedAt = clock.now()
    })
  }

  start(): void {
    for (const task of this.#tasks) task.start()
  }

  /** Ends the tasks after their open transactions; what has not ended after `timeoutMs` is abandoned. True: all ended by themselves. */
  async stop(timeoutMs: number): Promise<boolean> {
    for (const task of this.#tasks) task.stop()
    if (await this.#endsWithin(timeoutMs)) return true
    for (const task of this.#tasks) task.abandon()
    await this.#endsWithin(closingMs)
    return false
  }

  status(): ConnectorStatus {
    const tasks = this.#tasks.map((task) => task.status())
    const now = this.#endedAt ?? this.#clock.now()
    return {
      name: this.config.name,
      config: this.config,
      state: stateOf(tasks.map(({ state }) => state)),
      complete: tasks.every(({ complete }) => complete),
      tasks,
      counters: sumOf(tasks),
      rate: this.#endedAt === null ? this.#meter.rate(now) : 0,
      elapsedMs: this.#openedAt === null ? 0 : now - this.#openedAt,
    }
  }

  #endsWithin(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => resolve(false))
      void this.ended.then(() => {
        cancel()
        resolve(true)
      })
    })
  }
}

function sumOf(tasks: readonly TaskStatus[]): Counters {
  const sum = emptyCounters(Math.min(...tasks.map(({ counters }) => counters.position)))
  for (const { counters } of tasks) addCounters(sum, counters)
  return sum
}

function stateOf(tasks: readonly State[]): State {
  if (tasks.every((state) => state === 'UNASSIGNED')) return 'UNASSIGNED'
  if (tasks.some((state) => state !== 'STOPPED' && state !== 'FAILED')) return 'RUNNING'
  return tasks.includes('FAILED') ? 'FAILED' : 'STOPPED'
}
