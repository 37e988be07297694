import { isDeepStrictEqual } from 'node:util'
import type { RawConfig, RawConnector } from '../config/raw-connector.js'
import type { DeliveryOutline, PlannedDelivery } from '../connector/outline.js'
import { SerialQueues } from '../delivery/serial-queues.js'
import type { Failure, State } from '../runtime/task-events.js'
import { asFailure } from '../runtime/task-events.js'
import { memoryStore, type ConnectorStore } from './connector-folder.js'
import type { FileTarget } from './file-source.js'
import type { ConnectorStatus, ConnectorView, Herder, OffsetChange, RestartOptions, TargetState } from './herder.js'
import { createParts, HerderReads, type HerderOptions } from './herder-reads.js'
import { deliveriesOf, HostedConnector } from './hosted-connector.js'
import { logLevelOf } from './loggers.js'
import { moveOffsets } from './offsets.js'
import {
  alreadyThere,
  patched,
  refuseNoTask,
  refuseOfFile,
  refuseSharedFile,
  refuseUnlessStopped,
  restartOf,
  stopping,
} from './refusals.js'
import { Reconciler } from './reconciler.js'
import { hostedStatus, type TaskHost } from './task-host.js'

export interface StandaloneOptions extends HerderOptions {
  /** Where connectors created over REST are stored; absent: in memory. */
  readonly store?: ConnectorStore
}

/** The connectors of this process: from files, and created over REST. */
export class StandaloneHerder extends HerderReads implements Herder, FileTarget {
  readonly #workerId: () => string
  readonly #host: TaskHost
  readonly #reconciler: Reconciler
  readonly #store: ConnectorStore
  readonly #now: () => number
  /** Of each connector. */
  readonly #changes = new SerialQueues()
  #phase: Herder['phase'] = 'starting'
  #whenStarted!: () => void
  /** Resolves when the stored connectors are known, or never will be. */
  readonly #started = new Promise<void>((resolve) => (this.#whenStarted = resolve))
  #whenEnded: () => void = () => undefined

  constructor(options: StandaloneOptions) {
    const { workerId, worker, store = memoryStore, now = Date.now } = options
    super(
      createParts(options, (task) => {
        const status = hostedStatus(worker, task)
        return status && { status, workerId: workerId(), asOf: now() }
      }),
    )
    this.#workerId = workerId
    this.#host = worker
    this.#store = store
    this.#now = now
    this.#reconciler = new Reconciler(worker)
  }

  get workerId(): string {
    return this.#workerId()
  }

  /** Nobody else changes its connectors. */
  readonly asOf = null
  readonly group = null
  readonly trouble = null

  get phase(): Herder['phase'] {
    return this.#phase
  }

  /**
   * Starts the stored connectors; those that cannot run are FAILED. Throws CONFIG_UNREADABLE if the store cannot be
   * read.
   */
  async start(): Promise<void> {
    for (const { raw, target } of await this.#store.load()) {
      const connector = new HostedConnector(raw, target)
      await this.#plan(connector)
      this.#add(connector)
    }
    // It may have been stopped meanwhile.
    if (this.#phase === 'starting') this.#phase = 'running'
    this.#whenStarted()
  }

  /** Stops all tasks; true: all stopped gracefully within the shutdown deadline. */
  close(): Promise<boolean> {
    this.#phase = 'stopping'
    this.#whenStarted()
    return this.#host.stop()
  }

  /**
   * Resolves when nothing more can happen without outside action: every connector comes from a file, and all of its
   * tasks have ended, complete or failed.
   */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEnded = resolve
      this.#checkEnd()
    })
  }

  create(name: string, config: RawConfig, initialState: TargetState = 'RUNNING'): Promise<ConnectorView> {
    return this.#change(name, async () => {
      this.#refuseExisting(name)
      return this.#create({ name, config, file: null }, initialState)
    })
  }

  put(name: string, config: RawConfig): Promise<{ readonly created: boolean; readonly connector: ConnectorView }> {
    return this.#change(name, async () => {
      const raw = { name, config, file: null }
      const known = this.connectors.get(name)
      if (known === undefined) return { created: true, connector: await this.#create(raw, 'RUNNING') }
      refuseOfFile(known.raw)
      await this.#replace(known, raw)
      return { created: false, connector: this.connectors.view(known) }
    })
  }

  patch(name: string, changes: RawConfig): Promise<ConnectorView> {
    return this.#change(name, async () => {
      const known = this.connectors.find(name)
      refuseOfFile(known.raw)
      const config = patched(known.raw.config, changes)
      await this.#replace(known, { name, config, file: null })
      return this.connectors.view(known)
    })
  }

  delete(name: string): Promise<void> {
    return this.#change(name, async () => {
      const known = this.connectors.find(name)
      refuseOfFile(known.raw)
      await this.#store.remove(name)
      this.#remove(known)
    })
  }

  pause(name: string): Promise<void> {
    return this.#target(name, 'PAUSED')
  }

  resume(name: string): Promise<void> {
    return this.#target(name, 'RUNNING')
  }

  stop(name: string): Promise<void> {
    return this.#target(name, 'STOPPED')
  }

  restart(name: string, options: RestartOptions): Promise<ConnectorStatus> {
    return this.#change(name, async () => {
      const known = this.connectors.find(name)
      // As in Connect: it stays STOPPED without an error.
      if (known.target === 'STOPPED') return this.connectors.status(known)
      const { connector, tasks, status } = restartOf(this.connectors.status(known), options)
      if (connector) await this.#plan(known)
      for (const id of tasks) known.restart(id)
      void this.#reconcile(known)
      return status
    })
  }

  restartTask(name: string, task: number): Promise<void> {
    return this.#change(name, async () => {
      const known = this.connectors.find(name)
      refuseNoTask(known, task)
      known.restart(task)
      void this.#reconcile(known)
      return Promise.resolve()
    })
  }

  alterOffsets(name: string, changes: readonly OffsetChange[]): Promise<string> {
    return this.#moveOffsets(name, changes)
  }

  resetOffsets(name: string): Promise<string> {
    return this.#moveOffsets(name, null)
  }

  async setLogger(logger: string, level: string, scope: 'worker' | 'cluster'): Promise<readonly string[]> {
    const changed = this.parts.loggers.set(logger, logLevelOf(level), this.#now())
    return Promise.resolve(scope === 'cluster' ? [] : changed)
  }

  /** Events of the worker's tasks, as they happen. */
  taskChanged(
    delivery: DeliveryOutline,
    shard: number,
    state: State,
    failure: Failure | null,
    retryInMs: number,
  ): void {
    this.events.task({ delivery, shard }, { state, workerId: this.workerId, failure, retryInMs })
    if (state === 'STOPPED' || state === 'FAILED') this.#checkEnd()
  }

  applyFile(raw: RawConnector, deliveries: readonly PlannedDelivery[], isRemade: boolean): Promise<void> {
    return this.#serially(raw.name, async () => {
      const known = this.connectors.get(raw.name)
      refuseSharedFile(raw.name, deliveries, this.connectors.all)
      if (known === undefined) {
        const connector = new HostedConnector(raw, 'RUNNING')
        connector.configure(raw, deliveries)
        this.#add(connector)
        return
      }
      if (known.raw.file === null) this.#refuseExisting(raw.name)
      const again = isRemade ? known.tasks.map(({ id }) => id) : this.connectors.failedTasks(known)
      const isSame = isDeepStrictEqual(known.raw, raw)
      known.configure(raw, deliveries)
      for (const id of again) known.restart(id)
      void this.#reconcile(known)
      if (!isSame) this.events.reconfigured(known)
      return Promise.resolve()
    })
  }

  removeFile(name: string): Promise<void> {
    return this.#serially(name, () => {
      const known = this.connectors.get(name)
      if (known !== undefined && known.raw.file !== null) this.#remove(known)
      return Promise.resolve()
    })
  }

  #checkEnd(): void {
    if (this.connectors.size === 0 || !this.#reconciler.isIdle) return
    for (const { raw, target, deliveries } of this.connectors.all) {
      if (raw.file === null || target !== 'RUNNING') return
      for (const delivery of deliveries) {
        const tasks = this.#host.statusOf(delivery)?.tasks ?? []
        const ended = tasks.filter(({ state }) => state === 'STOPPED' || state === 'FAILED')
        if (ended.length < delivery.tasks.max) return
      }
    }
    this.#whenEnded()
  }

  async #create(raw: RawConnector, target: TargetState): Promise<ConnectorView> {
    const deliveries = await this.#deliveriesOf(raw)
    const connector = new HostedConnector(raw, target)
    connector.configure(raw, deliveries)
    await this.#store.save({ raw, target })
    this.#add(connector)
    return this.connectors.view(connector)
  }

  async #deliveriesOf(raw: RawConnector): Promise<readonly PlannedDelivery[]> {
    const deliveries = await deliveriesOf(raw, this.parts.planning)
    refuseSharedFile(raw.name, deliveries, this.connectors.all)
    return deliveries
  }

  async #replace(connector: HostedConnector, raw: RawConnector): Promise<void> {
    const failed = this.connectors.failedTasks(connector)
    const isSame = isDeepStrictEqual(connector.raw.config, raw.config)
    const deliveries = await this.#deliveriesOf(raw)
    if (!isSame) await this.#store.save({ raw, target: connector.target })
    connector.configure(raw, deliveries)
    for (const id of failed) connector.restart(id)
    void this.#reconcile(connector)
    if (!isSame) this.events.reconfigured(connector)
  }

  #target(name: string, target: TargetState): Promise<void> {
    return this.#change(name, async () => {
      const known = this.connectors.find(name)
      if (known.target === target) return
      if (known.raw.file === null) await this.#store.save({ raw: known.raw, target })
      known.target = target
      void this.#reconcile(known)
      this.events.connector(name, this.connectors.status(known).state, known.failure)
    })
  }

  #moveOffsets(name: string, changes: readonly OffsetChange[] | null): Promise<string> {
    return this.#change(name, async () => {
      const known = this.connectors.find(name)
      refuseUnlessStopped(known)
      // Its tasks may still be stopping: they would be fenced, and report that.
      await this.#reconcile(known)
      return moveOffsets(known.raw, this.parts.planning, this.parts.positions, changes)
    })
  }

  async #plan(connector: HostedConnector): Promise<void> {
    try {
      connector.configure(connector.raw, await deliveriesOf(connector.raw, this.parts.planning))
    } catch (error) {
      const failure = asFailure(error)
      connector.fail(failure)
      this.events.connector(connector.name, 'FAILED', failure)
    }
  }

  #add(connector: HostedConnector): void {
    this.connectors.add(connector)
    this.events.created(connector)
    void this.#reconcile(connector)
  }

  #remove(connector: HostedConnector): void {
    const { name } = connector
    this.connectors.remove(name)
    this.parts.activeTopics.forget(connector)
    void this.#reconciler.want(name, [])
    this.events.deleted(name)
  }

  async #reconcile(connector: HostedConnector): Promise<void> {
    await this.#reconciler.want(connector.name, connector.wanted())
    this.#checkEnd()
  }

  #refuseExisting(name: string): void {
    const known = this.connectors.get(name)
    if (known !== undefined) throw alreadyThere(known.raw)
  }

  /** A call that comes before the stored connectors are known waits for them: it could be about one of them. */
  protected override refresh(): Promise<void> {
    return this.#started
  }

  /** A change over REST. */
  async #change<T>(name: string, work: () => Promise<T>): Promise<T> {
    await this.#started
    return this.#serially(name, work)
  }

  /** Serializes changes of a connector; refuses them during shutdown. */
  #serially<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#phase === 'stopping' ? Promise.reject(stopping()) : this.#changes.run(name, work)
  }
}
