import { deliveryName } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import type { DeliveryOutline } from '../connector/outline.js'
import { systemClock, type Clock } from '../delivery/clock.js'
import { SerialQueues } from '../delivery/serial-queues.js'
import type { ErrorCode } from '../errors.js'
import { DeliveryRun } from './delivery-run.js'
import { DeferredExecutor } from './deferred-executor.js'
import type { DeliveryStatus } from './status.js'
import type { Failure, State } from './task-events.js'
import type { TaskExecutor, TaskSpec } from './task-executor.js'
import { taskKey, type TaskId } from './task-key.js'
import { createThreads, runsInThread } from './thread-pool.js'

/** A worker's reports about what it runs. */
export interface WorkerEvents {
  /** For a delivery, once for its tasks here: `complete` when all of them are. */
  connector(what: 'started' | 'stopping' | 'removed' | 'complete', config: DeliveryOutline): void
  task(config: DeliveryOutline, shard: number, state: State, failure: Failure | null, retryInMs: number): void
}

/** Where tasks run: here, or in threads. */
export interface TaskExecutors {
  readonly here: TaskExecutor
  readonly threads: TaskExecutor
}

/**
 * Runs tasks. Each is started, ended and replaced individually, and failures stay isolated. It does not know which
 * tasks there should be: a herder does.
 */
export class Worker {
  readonly #config: WorkerConfig
  readonly #events: WorkerEvents
  readonly #clock: Clock
  readonly #executors: TaskExecutors
  /** By deliveryName. */
  readonly #deliveries = new Map<string, DeliveryRun>()
  readonly #changes = new SerialQueues()
  readonly #failures = new Map<ErrorCode, number>()
  #stopping = false

  constructor(
    config: WorkerConfig,
    events: WorkerEvents,
    executors: TaskExecutors = createExecutors(config),
    clock: Clock = systemClock,
  ) {
    this.#config = config
    this.#events = events
    this.#executors = executors
    this.#clock = clock
  }

  /** Starts a task once an earlier one with the same id has ended. Resolves when it is started; its status says how it goes. */
  startTask(spec: TaskSpec): Promise<void> {
    return this.#change(spec, async () => {
      await this.#end(spec)
      if (this.#stopping) return
      const run = this.#runOf(spec)
      if (!run.isActive) this.#events.connector('started', spec.delivery)
      void run.start(spec, this.#executorOf(spec.delivery)).then(() => {
        if (!run.isActive && run.status().complete) this.#events.connector('complete', run.config)
      })
    })
  }

  /**
   * Ends a task after its open transaction, or without it after the shutdown deadline. Its status stays until it is
   * restarted or forgotten. Resolves when it has ended; at once for an unknown task.
   */
  stopTask(id: TaskId): Promise<void> {
    return this.#change(id, () => this.#end(id))
  }

  /** Like `stopTask`, and drops its status. */
  forgetTask(id: TaskId): Promise<void> {
    return this.#change(id, async () => {
      await this.#end(id)
      const name = deliveryName(id.delivery)
      const run = this.#deliveries.get(name)
      if (run === undefined) return
      run.forget(id.shard)
      if (run.shards.length > 0) return
      this.#deliveries.delete(name)
      this.#events.connector('removed', run.config)
    })
  }

  /** Each delivery with a task here, in the order added. */
  status(): DeliveryStatus[] {
    return [...this.#deliveries.values()].filter(({ shards }) => shards.length > 0).map((run) => run.status())
  }

  /** Undefined: it has no task here. */
  statusOf(delivery: Pick<DeliveryOutline, 'name' | 'sinkName'>): DeliveryStatus | undefined {
    const run = this.#deliveries.get(deliveryName(delivery))
    return run === undefined || run.shards.length === 0 ? undefined : run.status()
  }

  /** How often tasks have FAILED, by error. */
  get failures(): ReadonlyMap<ErrorCode, number> {
    return this.#failures
  }

  /** Resolves when all current tasks have ended, whether complete, failed or stopped. */
  async ended(): Promise<void> {
    await Promise.all([...this.#deliveries.values()].map((run) => run.ended()))
  }

  /**
   * Ends everything, open transactions first, within the shutdown deadline; the rest is abandoned.
   * True: nothing was abandoned.
   */
  async stop(): Promise<boolean> {
    this.#stopping = true
    const { timeoutMs } = this.#config.shutdown
    const stopped = [...this.#deliveries.values()].flatMap((run) =>
      run.shards.map((shard) => run.stop(shard, timeoutMs)),
    )
    const clean = (await Promise.all(stopped)).every((ended) => ended)
    await Promise.all([this.#executors.here.close(), this.#executors.threads.close()])
    return clean
  }

  #runOf({ delivery }: TaskSpec): DeliveryRun {
    const name = deliveryName(delivery)
    const known = this.#deliveries.get(name)
    if (known !== undefined) return known
    const run = new DeliveryRun(delivery, this.#clock, (config, shard, state, failure, retryInMs) => {
      if (state === 'FAILED' && failure !== null)
        this.#failures.set(failure.code, (this.#failures.get(failure.code) ?? 0) + 1)
      this.#events.task(config, shard, state, failure, retryInMs)
    })
    this.#deliveries.set(name, run)
    return run
  }

  async #end({ delivery, shard }: TaskId): Promise<void> {
    const run = this.#deliveries.get(deliveryName(delivery))
    if (run?.isRunning(shard) !== true) return
    if (run.announceStop()) this.#events.connector('stopping', run.config)
    await run.stop(shard, this.#config.shutdown.timeoutMs)
  }

  #executorOf({ sink }: Pick<DeliveryOutline, 'sink'>): TaskExecutor {
    return runsInThread(sink.type) ? this.#executors.threads : this.#executors.here
  }

  /** Serialises the changes of one task. */
  #change(id: TaskId, work: () => Promise<void>): Promise<void> {
    return this.#changes.run(taskKey(id), work)
  }
}

/** As the configuration asks for them. `threads`: null: all tasks run in this one. */
export function createExecutors(
  config: WorkerConfig,
  threads: TaskExecutor | null = createThreads(config),
): TaskExecutors {
  // What generates and delivers is loaded if it is needed here: usually only the threads do.
  const here = new DeferredExecutor(async () => new (await import('./inline-executor.js')).InlineExecutor(config))
  return { here, threads: threads ?? here }
}
