import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { systemClock, type Clock } from '../delivery/clock.js'
import type { ClusterMember } from './cluster.js'
import { ConnectorSupervisor } from './connector-supervisor.js'
import { InlineExecutor } from './inline-executor.js'
import type { ConnectorStatus } from './status.js'
import type { Failure, State } from './task-events.js'
import type { TaskExecutor } from './task-executor.js'
import { threadCount, ThreadPool } from './thread-pool.js'

/** What a worker tells whoever logs it. */
export interface WorkerEvents {
  connector(what: 'started' | 'stopping' | 'removed' | 'complete', config: ConnectorConfig): void
  task(config: ConnectorConfig, shard: number, state: State, failure: Failure | null, retryInMs: number): void
}

/** Where tasks run: here, or in threads. */
export interface TaskExecutors {
  readonly here: TaskExecutor
  readonly threads: TaskExecutor
}

/**
 * Hosts connectors. Each runs for itself, and so does each sink of one that has several: what fails in one is not seen by
 * the others. A name here is that of a delivery (deliveryName).
 */
export class Worker implements ClusterMember {
  readonly #config: WorkerConfig
  readonly #events: WorkerEvents
  readonly #clock: Clock
  readonly #runners: TaskExecutors
  readonly #connectors = new Map<string, ConnectorSupervisor>()
  /** The last change of each connector that is not carried out yet. */
  readonly #changes = new Map<string, Promise<void>>()
  #stopping = false

  constructor(
    config: WorkerConfig,
    events: WorkerEvents,
    runners: TaskExecutors = createRunners(config),
    clock: Clock = systemClock,
  ) {
    this.#config = config
    this.#events = events
    this.#runners = runners
    this.#clock = clock
  }

  assign(config: ConnectorConfig, shards: readonly number[]): Promise<void> {
    const name = deliveryName(config)
    return this.#change(name, async () => {
      await this.#end(name)
      if (this.#stopping) return
      const run = new ConnectorSupervisor(
        config,
        shards,
        () => this.#runnerOf(config),
        this.#clock,
        (shard, state, failure, retryInMs) => this.#events.task(config, shard, state, failure, retryInMs),
      )
      this.#connectors.set(name, run)
      this.#events.connector('started', config)
      run.start()
      void run.ended.then(() => {
        if (run.status().complete) this.#events.connector('complete', config)
      })
    })
  }

  forget(name: string): Promise<void> {
    return this.#change(name, async () => {
      const run = this.#connectors.get(name)
      await this.#end(name)
      this.#connectors.delete(name)
      if (run !== undefined) this.#events.connector('removed', run.config)
    })
  }

  /** In the order in which they were added. */
  status(): ConnectorStatus[] {
    return [...this.#connectors.values()].map((run) => run.status())
  }

  /** Resolves when every connector has ended, whether complete, failed or stopped. */
  async ended(): Promise<void> {
    await Promise.all([...this.#connectors.values()].map((run) => run.ended))
  }

  /**
   * Ends everything, open transactions first, within the shutdown deadline; what takes longer is abandoned.
   * True: nothing had to be.
   */
  async stop(): Promise<boolean> {
    this.#stopping = true
    const stopped = [...this.#connectors.values()].map((run) => run.stop(this.#config.shutdown.timeoutMs))
    const clean = (await Promise.all(stopped)).every((ended) => ended)
    await Promise.all([this.#runners.here.close(), this.#runners.threads.close()])
    return clean
  }

  async #end(name: string): Promise<void> {
    const run = this.#connectors.get(name)
    if (run === undefined) return
    this.#events.connector('stopping', run.config)
    await run.stop(this.#config.shutdown.timeoutMs)
  }

  /** Standard output is this thread's: from another one, records would come through this one too. */
  #runnerOf({ sink }: ConnectorConfig): TaskExecutor {
    return sink.type === 'stdout' ? this.#runners.here : this.#runners.threads
  }

  /** Changes of one connector one after the other. */
  #change(name: string, work: () => Promise<void>): Promise<void> {
    const earlier = this.#changes.get(name) ?? Promise.resolve()
    const change = earlier.then(work)
    this.#changes.set(
      name,
      change.finally(() => {
        if (this.#changes.get(name) === change) this.#changes.delete(name)
      }),
    )
    return change
  }
}

function createRunners(config: WorkerConfig): TaskExecutors {
  const here = new InlineExecutor(config)
  const threads = threadCount(config.threads)
  return { here, threads: threads === 0 ? here : new ThreadPool(config, threads) }
}
