import { isDeepStrictEqual } from 'node:util'
import type { RawConfig, RawConnector } from '../config/raw-connector.js'
import type { DeliveryOutline, PlannedDelivery } from '../connector/outline.js'
import type { Failure, State } from '../runtime/task-events.js'
import { asFailure } from '../runtime/task-events.js'
import type { Worker } from '../runtime/worker.js'
import { ActiveTopics } from './active-topics.js'
import { memoryStore, type ConnectorStore } from './connector-folder.js'
import type { FileTarget } from './file-source.js'
import type {
  ConnectorOffset,
  ConnectorProgress,
  ConnectorStatus,
  ConnectorView,
  Herder,
  HerderEvent,
  LoggerLevel,
  OffsetChange,
  RestartOptions,
  TargetState,
  TaskInfo,
  TaskStatus,
} from './herder.js'
import { deliveriesOf, failuresOf, HostedConnector, type Planning, type TaskPlace } from './hosted-connector.js'
import { Loggers, logLevelOf } from './loggers.js'
import { moveOffsets, readOffsets, type PositionStore } from './offsets.js'
import {
  alreadyThere,
  noTask,
  notFound,
  patched,
  refuseOfFile,
  refuseStopped,
  refuseUnlessStopped,
  restartOf,
  stopping,
} from './refusals.js'
import { Reconciler } from './reconciler.js'
import { infoOf, progressOf, statusOf, tasksOf, type ObservedTask } from './views.js'

export interface StandaloneOptions {
  /** `host:port` of the worker's REST address. */
  readonly workerId: string
  readonly worker: Pick<Worker, 'startTask' | 'stopTask' | 'forgetTask' | 'status' | 'statusOf' | 'stop'>
  readonly planning: Planning
  readonly positions: PositionStore
  /** Where connectors that come over REST are kept; absent: in memory. */
  readonly store?: ConnectorStore
  readonly loggers?: Loggers
  readonly now?: () => number
}

/** The connectors of this process alone: those of files, and those that came over REST. */
export class StandaloneHerder implements Herder, FileTarget {
  readonly workerId: string
  readonly #options: StandaloneOptions
  readonly #connectors = new Map<string, HostedConnector>()
  readonly #reconciler: Reconciler
  readonly #store: ConnectorStore
  readonly #loggers: Loggers
  readonly #topics: ActiveTopics
  readonly #now: () => number
  readonly #listeners = new Set<(event: HerderEvent) => void>()
  /** The last change of each connector: one after the other. */
  readonly #changes = new Map<string, Promise<unknown>>()
  #phase: Herder['phase'] = 'starting'
  #whenEnded: () => void = () => undefined

  constructor(options: StandaloneOptions) {
    this.#options = options
    this.workerId = options.workerId
    this.#store = options.store ?? memoryStore
    this.#loggers = options.loggers ?? new Loggers('info')
    this.#now = options.now ?? Date.now
    this.#reconciler = new Reconciler(options.worker)
    this.#topics = new ActiveTopics((delivery) => options.worker.statusOf(delivery)?.counters.records ?? 0)
  }

  get phase(): Herder['phase'] {
    return this.#phase
  }

  /** Starts what is kept; one that cannot be run is FAILED. Throws CONFIG_UNREADABLE where the store cannot be read. */
  async start(): Promise<void> {
    for (const { raw, target } of await this.#store.load()) {
      const connector = new HostedConnector(raw, target)
      await this.#plan(connector)
      this.#add(connector)
    }
    this.#phase = 'running'
  }

  /** Ends all tasks; true: all have ended by themselves within the shutdown deadline. */
  close(): Promise<boolean> {
    this.#phase = 'stopping'
    return this.#options.worker.stop()
  }

  /**
   * Resolves when nothing will happen any more without somebody's help: every connector comes from a file, and all of its tasks
   * have ended, complete or failed.
   */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEnded = resolve
      this.#checkEnd()
    })
  }

  list(): Promise<readonly ConnectorView[]> {
    const names = [...this.#connectors.keys()].sort()
    return Promise.resolve(names.map((name) => this.#view(this.#find(name))))
  }

  get(name: string): Promise<ConnectorView> {
    return this.#read(name, (connector) => this.#view(connector))
  }

  status(name: string): Promise<ConnectorStatus> {
    return this.#read(name, (connector) => this.#status(connector))
  }

  tasks(name: string): Promise<readonly TaskInfo[]> {
    return this.#read(name, tasksOf)
  }

  async taskStatus(name: string, task: number): Promise<TaskStatus> {
    const found = (await this.status(name)).tasks.find(({ id }) => id === task)
    if (found === undefined) throw noTask(name, task)
    return found
  }

  progress(name: string): Promise<ConnectorProgress> {
    return this.#read(name, (connector) => progressOf(connector, this.#observe))
  }

  check(name: string, config: RawConfig): Promise<readonly Failure[]> {
    return failuresOf({ name, config, file: null }, this.#options.planning)
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
      const known = this.#connectors.get(name)
      if (known === undefined) return { created: true, connector: await this.#create(raw, 'RUNNING') }
      refuseOfFile(known.raw)
      await this.#replace(known, raw)
      return { created: false, connector: this.#view(known) }
    })
  }

  patch(name: string, changes: RawConfig): Promise<ConnectorView> {
    return this.#change(name, async () => {
      const known = this.#find(name)
      refuseOfFile(known.raw)
      const config = patched(known.raw.config, changes)
      await this.#replace(known, { name, config, file: null })
      return this.#view(known)
    })
  }

  delete(name: string): Promise<void> {
    return this.#change(name, async () => {
      const known = this.#find(name)
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
      const known = this.#find(name)
      // As in Connect: it stays STOPPED, and that is no error.
      if (known.target === 'STOPPED') return this.#status(known)
      const { connector, tasks, status } = restartOf(this.#status(known), options)
      if (connector) await this.#plan(known)
      for (const id of tasks) known.restart(id)
      void this.#reconcile(known)
      return status
    })
  }

  restartTask(name: string, task: number): Promise<void> {
    return this.#change(name, async () => {
      const known = this.#find(name)
      refuseStopped(known)
      if (!known.tasks.some(({ id }) => id === task)) throw noTask(name, task)
      known.restart(task)
      void this.#reconcile(known)
      return Promise.resolve()
    })
  }

  async offsets(name: string): Promise<readonly ConnectorOffset[]> {
    const { planning, positions } = this.#options
    return readOffsets((await this.#read(name, (connector) => connector)).raw, planning, positions)
  }

  async alterOffsets(name: string, changes: readonly OffsetChange[]): Promise<string> {
    await this.#moveOffsets(name, changes)
    return `The offsets of connector ${name} have been altered.`
  }

  async resetOffsets(name: string): Promise<string> {
    await this.#moveOffsets(name, null)
    return `The offsets of connector ${name} have been reset.`
  }

  topics(name: string): Promise<readonly string[]> {
    const known = this.#connectors.get(name)
    return Promise.resolve(known === undefined ? [] : this.#topics.of(known))
  }

  resetTopics(name: string): Promise<void> {
    const known = this.#connectors.get(name)
    if (known !== undefined) this.#topics.reset(known)
    return Promise.resolve()
  }

  loggers(): Promise<ReadonlyMap<string, LoggerLevel>> {
    return Promise.resolve(this.#loggers.all())
  }

  async setLogger(logger: string, level: string, scope: 'worker' | 'cluster'): Promise<readonly string[]> {
    const changed = this.#loggers.set(logger, logLevelOf(level), this.#now())
    return Promise.resolve(scope === 'cluster' ? [] : changed)
  }

  subscribe(listener: (event: HerderEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Events of the worker's tasks, as they happen. */
  taskChanged(
    { name, sinkName }: DeliveryOutline,
    shard: number,
    state: State,
    failure: Failure | null,
    retryInMs: number,
  ): void {
    const connector = this.#connectors.get(name)
    const task = connector?.tasks.find((one) => one.shard === shard && one.delivery.sinkName === sinkName)
    if (connector === undefined || task === undefined) return
    const { workerId } = this
    const shown = this.#status(connector).tasks.find(({ id }) => id === task.id)?.state
    this.#emit({
      type: 'task',
      connector: name,
      task: task.id,
      state: shown ?? (state === 'STOPPED' ? 'UNASSIGNED' : state),
      workerId,
      failure,
      retryInMs,
    })
    if (state === 'STOPPED' && progressOf(connector, this.#observe).complete)
      this.#emit({ type: 'complete', connector: name })
    if (state === 'STOPPED' || state === 'FAILED') this.#checkEnd()
  }

  applyFile(raw: RawConnector, deliveries: readonly PlannedDelivery[], isRemade: boolean): Promise<void> {
    return this.#change(raw.name, async () => {
      const known = this.#connectors.get(raw.name)
      if (known === undefined) {
        const connector = new HostedConnector(raw, 'RUNNING')
        connector.configure(raw, deliveries)
        this.#add(connector)
        return
      }
      if (known.raw.file === null) this.#refuseExisting(raw.name)
      const failed = this.#status(known).tasks.filter(({ state }) => isRemade || state === 'FAILED')
      const isSame = isDeepStrictEqual(known.raw, raw)
      known.configure(raw, deliveries)
      for (const { id } of failed) known.restart(id)
      void this.#reconcile(known)
      if (!isSame) this.#emit({ type: 'reconfigured', connector: raw.name })
      return Promise.resolve()
    })
  }

  removeFile(name: string): Promise<void> {
    return this.#change(name, () => {
      const known = this.#connectors.get(name)
      if (known !== undefined && known.raw.file !== null) this.#remove(known)
      return Promise.resolve()
    })
  }

  #checkEnd(): void {
    if (this.#connectors.size === 0 || !this.#reconciler.isIdle) return
    for (const { raw, target, deliveries } of this.#connectors.values()) {
      if (raw.file === null || target !== 'RUNNING') return
      for (const delivery of deliveries) {
        const tasks = this.#options.worker.statusOf(delivery)?.tasks ?? []
        const ended = tasks.filter(({ state }) => state === 'STOPPED' || state === 'FAILED')
        if (ended.length < delivery.tasks.max) return
      }
    }
    this.#whenEnded()
  }

  async #create(raw: RawConnector, target: TargetState): Promise<ConnectorView> {
    const deliveries = await deliveriesOf(raw, this.#options.planning)
    const connector = new HostedConnector(raw, target)
    connector.configure(raw, deliveries)
    await this.#store.save({ raw, target })
    this.#add(connector)
    return this.#view(connector)
  }

  async #replace(connector: HostedConnector, raw: RawConnector): Promise<void> {
    const failed = this.#status(connector).tasks.filter(({ state }) => state === 'FAILED')
    const isSame = isDeepStrictEqual(connector.raw.config, raw.config)
    const deliveries = await deliveriesOf(raw, this.#options.planning)
    if (!isSame) await this.#store.save({ raw, target: connector.target })
    connector.configure(raw, deliveries)
    for (const { id } of failed) connector.restart(id)
    void this.#reconcile(connector)
    if (!isSame) this.#emit({ type: 'reconfigured', connector: raw.name })
  }

  #target(name: string, target: TargetState): Promise<void> {
    return this.#change(name, async () => {
      const known = this.#find(name)
      if (known.target === target) return
      if (known.raw.file === null) await this.#store.save({ raw: known.raw, target })
      known.target = target
      void this.#reconcile(known)
      this.#emit({ type: 'connector', connector: name, state: this.#status(known).state, failure: known.failure })
    })
  }

  #moveOffsets(name: string, changes: readonly OffsetChange[] | null): Promise<void> {
    return this.#change(name, async () => {
      const known = this.#find(name)
      refuseUnlessStopped(known)
      // Its tasks may still be about to end: they would be fenced, and say so.
      await this.#reconcile(known)
      await moveOffsets(known.raw, this.#options.planning, this.#options.positions, changes)
    })
  }

  async #plan(connector: HostedConnector): Promise<void> {
    try {
      connector.configure(connector.raw, await deliveriesOf(connector.raw, this.#options.planning))
    } catch (error) {
      const failure = asFailure(error)
      connector.fail(failure)
      this.#emit({ type: 'connector', connector: connector.name, state: 'FAILED', failure })
    }
  }

  #add(connector: HostedConnector): void {
    this.#connectors.set(connector.name, connector)
    this.#emit({ type: 'created', connector: connector.name })
    void this.#reconcile(connector)
  }

  #remove(connector: HostedConnector): void {
    const { name } = connector
    this.#connectors.delete(name)
    this.#topics.forget(connector)
    void this.#reconciler.want(name, [])
    this.#emit({ type: 'deleted', connector: name })
  }

  async #reconcile(connector: HostedConnector): Promise<void> {
    await this.#reconciler.want(connector.name, connector.wanted())
    this.#checkEnd()
  }

  #view(connector: HostedConnector): ConnectorView {
    return { info: infoOf(connector), status: this.#status(connector) }
  }

  #status(connector: HostedConnector): ConnectorStatus {
    return statusOf(connector, this.workerId, this.#observe)
  }

  readonly #observe = ({ delivery, shard }: TaskPlace): ObservedTask | undefined => {
    const status = this.#options.worker.statusOf(delivery)?.tasks.find((task) => task.shard === shard)
    return status && { status, workerId: this.workerId, asOf: this.#now() }
  }

  #find(name: string): HostedConnector {
    const found = this.#connectors.get(name)
    if (found !== undefined) return found
    throw notFound(name)
  }

  async #read<T>(name: string, read: (connector: HostedConnector) => T): Promise<T> {
    return Promise.resolve(read(this.#find(name)))
  }

  #refuseExisting(name: string): void {
    const known = this.#connectors.get(name)
    if (known !== undefined) throw alreadyThere(known.raw)
  }

  /** Changes of one connector one after the other, none while the worker ends. */
  #change<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#phase === 'stopping') return Promise.reject(stopping())
    const change = (this.#changes.get(name) ?? Promise.resolve()).then(work)
    const settled: Promise<unknown> = change
      .catch(() => undefined)
      .then(() => {
        if (this.#changes.get(name) === settled) this.#changes.delete(name)
      })
    this.#changes.set(name, settled)
    return change
  }

  #emit(event: HerderEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
