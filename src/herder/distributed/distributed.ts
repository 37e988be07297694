import { isDeepStrictEqual } from 'node:util'
import { resolveConnector } from '../../config/connector-file.js'
import { throwErrors } from '../../config/check.js'
import type { RawConfig, RawConnector } from '../../config/raw-connector.js'
import { outlineOf, type DeliveryOutline, type PlannedDelivery } from '../../connector/outline.js'
import type { GenesisError } from '../../errors.js'
import type { GroupHandlers } from '../../kafka/group-membership.js'
import type { Store } from '../../kafka/store.js'
import { asFailure, type Failure, type State } from '../../runtime/task-events.js'
import type { TaskStatus as RunningStatus } from '../../runtime/status.js'
import type { Worker } from '../../runtime/worker.js'
import { ActiveTopics } from '../active-topics.js'
import type { FileTarget } from '../file-source.js'
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
} from '../herder.js'
import { deliveriesOf, failuresOf, HostedConnector, type Planning, type TaskPlace } from '../hosted-connector.js'
import { Loggers, logLevelOf } from '../loggers.js'
import { moveOffsets, readOffsets, type PositionStore } from '../offsets.js'
import { Reconciler } from '../reconciler.js'
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
} from '../refusals.js'
import { infoOf, progressOf, statusOf, tasksOf, type ObservedTask } from '../views.js'
import { ConfigLog, type LoggedConnector, type LoggedRestart } from './config-log.js'
import { GroupMember, type Membership } from './group-member.js'
import { StatusLog, type LoggedTask } from './status-log.js'
import { taskKey, taskNameOf } from './task-key.js'

export interface DistributedOptions {
  /** `host:port` of the worker's REST address; no other worker of the group has it. */
  readonly workerId: string
  readonly worker: Pick<Worker, 'startTask' | 'stopTask' | 'forgetTask' | 'status' | 'statusOf' | 'stop'>
  readonly planning: Planning
  readonly positions: PositionStore
  readonly configStore: Store
  readonly statusStore: Store
  readonly membership: (handlers: GroupHandlers) => Membership
  readonly lostWorkerDelayMs: number
  /** How often positions and rates are told to the group, in ms. */
  readonly progressMs: number
  readonly loggers?: Loggers
  readonly now?: () => number
  /** Told of what is wrong with the group, and (null) that it is over. */
  readonly trouble?: (error: GenesisError | null) => void
  /** A line for the log. */
  readonly note?: (message: string) => void
}

const readTimeoutMs = 30_000
/** A reader that cannot reach Kafka for so long shows what it knows. */
const staleAfterMs = 3_000
const flushTimeoutMs = 5_000
const maxAttempts = 10

/**
 * The connectors of a group of workers. Kafka is all that they share: any worker answers any call, by what the config log says
 * once the call's record is read back; the status log has what the tasks do; the group deals out the tasks.
 */
export class DistributedHerder implements Herder, FileTarget {
  readonly workerId: string
  readonly #options: DistributedOptions
  readonly #config: ConfigLog
  readonly #status: StatusLog
  readonly #group: GroupMember
  readonly #connectors = new Map<string, HostedConnector>()
  readonly #reconciler: Reconciler
  readonly #loggers: Loggers
  readonly #topics: ActiveTopics
  readonly #now: () => number
  readonly #listeners = new Set<(event: HerderEvent) => void>()
  /** The last status of tasks that have ended here. */
  readonly #ended = new Map<string, RunningStatus>()
  /** Connectors of which that was told. */
  readonly #complete = new Set<string>()
  #mine: ReadonlySet<string> = new Set()
  #generation = -1
  #phase: Herder['phase'] = 'starting'
  #progressTimer: NodeJS.Timeout | null = null

  constructor(options: DistributedOptions) {
    this.#options = options
    this.workerId = options.workerId
    this.#loggers = options.loggers ?? new Loggers('info')
    this.#now = options.now ?? Date.now
    this.#reconciler = new Reconciler(options.worker)
    this.#topics = new ActiveTopics((delivery) => this.#recordsOf(delivery))
    this.#config = new ConfigLog(options.configStore, {
      connector: (name, now, before) => this.#configured(name, now, before),
      restart: (name, restart) => this.#restarted(name, restart),
      logger: (name, level) => void this.#loggers.set(name, logLevelOf(level), this.#now()),
      unreadable: (key, offset) => options.note?.(`record ${key} at offset ${offset} of the configurations is ignored`),
    })
    this.#status = new StatusLog(options.statusStore, (task, now, before) => this.#observed(task, now, before))
    this.#group = new GroupMember(
      {
        workerId: this.workerId,
        lostWorkerDelayMs: options.lostWorkerDelayMs,
        configOffset: () => this.#config.position,
        readConfigToEnd: () => this.#config.readToEnd(),
        readConfigTo: (offset) => this.#config.readTo(offset, readTimeoutMs),
        tasks: () => this.#tasks(),
        runnerOf: (task) => this.#runnerOf(task),
        own: (tasks, generation) => this.#own(tasks, generation),
        trouble: (error) => options.trouble?.(error),
        failed: (error) => options.trouble?.(error),
      },
      options.membership,
    )
  }

  get phase(): Herder['phase'] {
    return this.#phase
  }

  /** Reads the logs and joins the group. Rejects where that cannot be: no permission, a topic that does not fit. */
  async start(): Promise<void> {
    await Promise.all([this.#config.open(), this.#status.open()])
    this.#group.start()
    this.#phase = 'running'
    this.#progressTimer = setInterval(() => this.#publishProgress(), this.#options.progressMs)
    this.#progressTimer.unref()
  }

  /** Ends the tasks, gives them to the others, and leaves. True: all have ended by themselves. */
  async close(): Promise<boolean> {
    this.#phase = 'stopping'
    if (this.#progressTimer !== null) clearInterval(this.#progressTimer)
    const clean = await this.#options.worker.stop()
    for (const task of this.#mine) this.#publishUnassigned(task)
    await this.#status.flush(flushTimeoutMs)
    await this.#group.leave()
    await Promise.all([this.#status.close(), this.#options.configStore.close()])
    return clean
  }

  /** Never: a group goes on for as long as it has workers. */
  ended(): Promise<void> {
    return new Promise(() => undefined)
  }

  async list(): Promise<readonly ConnectorView[]> {
    await this.#fresh()
    return [...this.#connectors.keys()].sort().map((name) => this.#view(this.#find(name)))
  }

  async get(name: string): Promise<ConnectorView> {
    return this.#view(await this.#read(name))
  }

  async status(name: string): Promise<ConnectorStatus> {
    return this.#statusOf(await this.#read(name))
  }

  async tasks(name: string): Promise<readonly TaskInfo[]> {
    return tasksOf(await this.#read(name))
  }

  async taskStatus(name: string, task: number): Promise<TaskStatus> {
    const found = (await this.status(name)).tasks.find(({ id }) => id === task)
    if (found === undefined) throw noTask(name, task)
    return found
  }

  async progress(name: string): Promise<ConnectorProgress> {
    return progressOf(await this.#read(name), this.#observe)
  }

  check(name: string, config: RawConfig): Promise<readonly Failure[]> {
    return failuresOf({ name, config, file: null }, this.#options.planning)
  }

  async create(name: string, config: RawConfig, initialState: TargetState = 'RUNNING'): Promise<ConnectorView> {
    await this.#toWrite()
    const known = this.#connectors.get(name)
    if (known !== undefined) throw alreadyThere(known.raw)
    const raw = { name, config, file: null }
    await deliveriesOf(raw, this.#options.planning)
    if (!(await this.#config.create(raw, initialState))) throw alreadyThere(this.#find(name).raw)
    return this.#view(this.#find(name))
  }

  async put(
    name: string,
    config: RawConfig,
  ): Promise<{ readonly created: boolean; readonly connector: ConnectorView }> {
    const raw = { name, config, file: null }
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      await this.#toWrite()
      const known = this.#config.connectors.get(name)
      if (known !== undefined) refuseOfFile(known.raw)
      await deliveriesOf(raw, this.#options.planning)
      if (known !== undefined) {
        if (isDeepStrictEqual(known.raw.config, config)) await this.#restartFailed(name)
        else await this.#config.put(raw, known.initial)
        return { created: false, connector: this.#view(this.#find(name)) }
      }
      if (await this.#config.create(raw, 'RUNNING')) return { created: true, connector: this.#view(this.#find(name)) }
    }
    throw alreadyThere(this.#find(name).raw)
  }

  async patch(name: string, changes: RawConfig): Promise<ConnectorView> {
    for (let attempt = 0; ; attempt++) {
      await this.#toWrite()
      const known = this.#config.connectors.get(name)
      if (known === undefined) throw notFound(name)
      refuseOfFile(known.raw)
      const raw = { name, config: patched(known.raw.config, changes), file: null }
      await deliveriesOf(raw, this.#options.planning)
      // Of two patches at one time neither is lost; after many the last word counts.
      if (await this.#config.put(raw, known.initial, attempt < maxAttempts ? known.offset : null))
        return this.#view(this.#find(name))
    }
  }

  async delete(name: string): Promise<void> {
    await this.#toWrite()
    refuseOfFile(this.#find(name).raw)
    await this.#config.delete(name)
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

  async restart(name: string, options: RestartOptions): Promise<ConnectorStatus> {
    await this.#toWrite()
    const known = this.#find(name)
    // As in Connect: it stays STOPPED, and that is no error.
    if (known.target === 'STOPPED') return this.#statusOf(known)
    const { status } = restartOf(this.#statusOf(known), options)
    await this.#config.restart(name, { ...options, tasks: null })
    return status
  }

  async restartTask(name: string, task: number): Promise<void> {
    await this.#toWrite()
    const known = this.#find(name)
    refuseStopped(known)
    if (!known.tasks.some(({ id }) => id === task)) throw noTask(name, task)
    await this.#config.restart(name, { includeTasks: true, onlyFailed: false, tasks: [task] })
  }

  async offsets(name: string): Promise<readonly ConnectorOffset[]> {
    const { planning, positions } = this.#options
    return readOffsets((await this.#read(name)).raw, planning, positions)
  }

  async alterOffsets(name: string, changes: readonly OffsetChange[]): Promise<string> {
    await this.#moveOffsets(name, changes)
    return `The offsets of connector ${name} have been altered.`
  }

  async resetOffsets(name: string): Promise<string> {
    await this.#moveOffsets(name, null)
    return `The offsets of connector ${name} have been reset.`
  }

  async topics(name: string): Promise<readonly string[]> {
    await this.#fresh()
    const known = this.#connectors.get(name)
    return known === undefined ? [] : this.#topics.of(known)
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
    const word = logLevelOf(level)
    if (scope === 'worker') return this.#loggers.set(logger, word, this.#now())
    await this.#config.logger(logger, word)
    return []
  }

  subscribe(listener: (event: HerderEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Events of this worker's tasks, as they happen: the group is told. */
  taskChanged(
    delivery: DeliveryOutline,
    shard: number,
    state: State,
    failure: Failure | null,
    retryInMs: number,
  ): void {
    const task = taskKey({ delivery, shard })
    const status = this.#localStatus(task)
    if (status === undefined) return
    if (state === 'STOPPED' || state === 'FAILED') this.#ended.set(task, status)
    if (!this.#mine.has(task)) return
    this.#publish(task, status)
    this.#tell(task, this.workerId, failure, retryInMs)
  }

  async applyFile(raw: RawConnector, _deliveries: readonly PlannedDelivery[], isRemade: boolean): Promise<void> {
    await this.#toWrite()
    const { name } = raw
    const known = this.#config.connectors.get(name)
    if (known === undefined) {
      // The same file on another worker was first.
      if (!(await this.#config.create(raw, 'RUNNING'))) await this.applyFile(raw, _deliveries, isRemade)
      return
    }
    if (known.raw.file === null) throw alreadyThere(known.raw)
    if (!isDeepStrictEqual(known.raw.config, raw.config)) await this.#config.put(raw, known.initial)
    else if (isRemade) await this.#config.restart(name, { includeTasks: true, onlyFailed: false, tasks: null })
    else await this.#restartFailed(name)
  }

  async removeFile(name: string): Promise<void> {
    await this.#toWrite()
    const known = this.#config.connectors.get(name)
    if (known !== undefined && known.raw.file !== null) await this.#config.delete(name)
  }

  // What the log says.

  #configured(name: string, now: LoggedConnector | undefined, before: LoggedConnector | undefined): void {
    const known = this.#connectors.get(name)
    if (now === undefined) {
      this.#connectors.delete(name)
      if (known !== undefined) this.#topics.forget(known)
      this.#complete.delete(name)
      void this.#reconciler.want(name, []).then(() => this.#forgetStatus(name))
      this.#emit({ type: 'deleted', connector: name })
    } else {
      const connector = known ?? new HostedConnector(now.raw, now.target)
      this.#connectors.set(name, connector)
      connector.target = now.target
      if (before?.offset !== now.offset) {
        if (before !== undefined) this.#restartHere(connector, ({ state }) => state === 'FAILED')
        this.#plan(connector, now.raw)
      }
      void this.#reconcile(connector)
      if (before === undefined) this.#emit({ type: 'created', connector: name })
      else if (before.offset !== now.offset) this.#emit({ type: 'reconfigured', connector: name })
      else {
        const { state, failure } = this.#statusOf(connector)
        this.#emit({ type: 'connector', connector: name, state, failure })
      }
    }
    this.#group.tasksChanged()
  }

  #restarted(name: string, { includeTasks, onlyFailed, tasks }: LoggedRestart): void {
    const connector = this.#connectors.get(name)
    if (connector === undefined) return
    if (tasks === null && (!onlyFailed || connector.failure !== null)) this.#plan(connector, connector.raw)
    if (includeTasks) {
      this.#restartHere(
        connector,
        ({ state }, id) => (tasks === null || tasks.includes(id)) && (!onlyFailed || state === 'FAILED'),
      )
    }
    void this.#reconcile(connector)
    this.#group.tasksChanged()
  }

  /** Those of this worker's tasks of which `which` is true. */
  #restartHere(connector: HostedConnector, which: (status: RunningStatus, id: number) => boolean): void {
    for (const { id, delivery, shard } of connector.tasks) {
      const task = taskKey({ delivery, shard })
      const status = this.#mine.has(task) ? this.#localStatus(task) : undefined
      if (status !== undefined && which(status, id)) connector.restart(id)
    }
  }

  /** What can be known of it without its model: a worker that lacks that has a FAILED task, not another number of tasks. */
  #plan(connector: HostedConnector, raw: RawConnector): void {
    const { env, worker } = this.#options.planning
    try {
      const { connectors, errors } = resolveConnector(raw, env, worker.rest)
      throwErrors(errors)
      connector.configure(raw, connectors.map(outlineOf))
    } catch (error) {
      const failure = asFailure(error)
      connector.configure(raw, [])
      connector.fail(failure)
      this.#emit({ type: 'connector', connector: connector.name, state: 'FAILED', failure })
    }
  }

  // The group.

  /** Of all connectors that are to have some; those that are PAUSED too, so that they go on at once. */
  #tasks(): readonly string[] {
    return [...this.#connectors.keys()].sort().flatMap((name) => {
      const connector = this.#find(name)
      if (connector.target === 'STOPPED') return []
      return connector.tasks.map(({ delivery, shard }) => taskKey({ delivery, shard }))
    })
  }

  #runnerOf(task: string): string | null {
    const known = this.#status.get(task)
    return known === undefined || known.status.state === 'UNASSIGNED' ? null : known.workerId
  }

  async #own(tasks: ReadonlySet<string>, generation: number): Promise<void> {
    const before = this.#mine
    const revoked = [...before].filter((task) => !tasks.has(task))
    const changed = new Set([...revoked, ...[...tasks].filter((task) => !before.has(task))].map(connectorOf))
    this.#mine = tasks
    this.#generation = generation
    await Promise.all(
      [...changed].map((name) => {
        const connector = this.#connectors.get(name)
        return connector === undefined ? this.#reconciler.want(name, []) : this.#reconcile(connector)
      }),
    )
    for (const task of revoked) this.#publishUnassigned(task)
    if (revoked.length > 0) await this.#status.flush(flushTimeoutMs)
    // What goes on here is of this generation now.
    for (const task of tasks) {
      const status = before.has(task) ? this.#localStatus(task) : undefined
      if (status !== undefined) this.#publish(task, status)
    }
  }

  #reconcile(connector: HostedConnector): Promise<void> {
    const mine = connector.tasks.filter(({ delivery, shard }) => this.#mine.has(taskKey({ delivery, shard })))
    return this.#reconciler.want(connector.name, connector.wanted(mine))
  }

  // The status log.

  #publish(task: string, status: RunningStatus): void {
    this.#status.publish(task, { status, workerId: this.workerId, generation: this.#generation, asOf: this.#now() })
  }

  /** Of a task that has ended here for another worker to take. */
  #publishUnassigned(task: string): void {
    const last = this.#ended.get(task) ?? this.#status.get(task)?.status
    this.#ended.delete(task)
    if (!this.#connectors.has(connectorOf(task))) this.#status.publish(task, null)
    else if (last !== undefined) this.#publish(task, { ...last, state: 'UNASSIGNED', rate: 0 })
  }

  /** Of a connector that is gone, unless there is another one of its name by now. */
  #forgetStatus(name: string): void {
    if (this.#connectors.has(name)) return
    for (const task of this.#mine) if (connectorOf(task) === name) this.#status.publish(task, null)
  }

  #publishProgress(): void {
    for (const task of this.#mine) {
      const status = this.#localStatus(task)
      const known = this.#status.get(task)?.status
      if (status !== undefined && known?.counters.position !== status.counters.position) this.#publish(task, status)
    }
  }

  /** What this worker's own tasks do was told when they did it. */
  #observed(task: string, now: LoggedTask | undefined, before: LoggedTask | undefined): void {
    if (now === undefined || now.workerId === this.workerId || this.#phase === 'starting') return
    if (before?.status.state === now.status.state && before.workerId === now.workerId && !now.status.complete) return
    this.#tell(task, now.workerId, now.status.failure, 0)
  }

  #tell(task: string, workerId: string, failure: Failure | null, retryInMs: number): void {
    const connector = this.#connectors.get(connectorOf(task))
    const place = connector?.tasks.find(({ delivery, shard }) => taskKey({ delivery, shard }) === task)
    if (connector === undefined || place === undefined) return
    const { name } = connector
    const state = this.#statusOf(connector).tasks.find(({ id }) => id === place.id)?.state
    if (state !== undefined)
      this.#emit({ type: 'task', connector: name, task: place.id, state, workerId, failure, retryInMs })
    const isComplete = progressOf(connector, this.#observe).complete
    if (isComplete && !this.#complete.has(name)) this.#emit({ type: 'complete', connector: name })
    if (isComplete) this.#complete.add(name)
    else this.#complete.delete(name)
  }

  readonly #observe = ({ delivery, shard }: TaskPlace): ObservedTask | undefined => {
    const task = taskKey({ delivery, shard })
    const local = this.#mine.has(task) ? this.#localStatus(task) : undefined
    if (local !== undefined) return { status: local, workerId: this.workerId, asOf: this.#now() }
    const logged = this.#status.get(task)
    if (logged === undefined || logged.workerId === this.workerId || !this.#group.isMember(logged.workerId)) {
      return undefined
    }
    return logged
  }

  #localStatus(task: string): RunningStatus | undefined {
    const { delivery, shard } = taskNameOf(task)
    return this.#options.worker.statusOf(delivery)?.tasks.find((one) => one.shard === shard)
  }

  #recordsOf(delivery: DeliveryOutline): number {
    const tasks = this.#connectors.get(delivery.name)?.tasks ?? []
    const own = tasks.filter((task) => task.delivery.sinkName === delivery.sinkName)
    return own.reduce((sum, task) => sum + (this.#observe(task)?.status.counters.records ?? 0), 0)
  }

  // Calls.

  async #target(name: string, target: TargetState): Promise<void> {
    await this.#toWrite()
    if (this.#find(name).target !== target) await this.#config.target(name, target)
  }

  async #restartFailed(name: string): Promise<void> {
    const { tasks } = this.#statusOf(this.#find(name))
    if (tasks.some(({ state }) => state === 'FAILED'))
      await this.#config.restart(name, { includeTasks: true, onlyFailed: true, tasks: null })
  }

  async #moveOffsets(name: string, changes: readonly OffsetChange[] | null): Promise<void> {
    await this.#toWrite()
    const known = this.#find(name)
    refuseUnlessStopped(known)
    // Those of this worker have ended then; those of others are fenced.
    await this.#reconcile(known)
    await moveOffsets(known.raw, this.#options.planning, this.#options.positions, changes)
  }

  #view(connector: HostedConnector): ConnectorView {
    return { info: infoOf(connector), status: this.#statusOf(connector) }
  }

  #statusOf(connector: HostedConnector): ConnectorStatus {
    return statusOf(connector, this.workerId, this.#observe)
  }

  #find(name: string): HostedConnector {
    const found = this.#connectors.get(name)
    if (found === undefined) throw notFound(name)
    return found
  }

  async #read(name: string): Promise<HostedConnector> {
    await this.#fresh()
    return this.#find(name)
  }

  /** As new as the logs are now; where they cannot be read, as they were. */
  async #fresh(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, staleAfterMs)))
    const read = Promise.all([this.#config.readToEnd(), this.#status.readToEnd()]).catch(() => undefined)
    await Promise.race([read, late])
    clearTimeout(timer)
  }

  async #toWrite(): Promise<void> {
    if (this.#phase === 'stopping') throw stopping()
    await this.#config.readToEnd()
  }

  #emit(event: HerderEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

function connectorOf(task: string): string {
  return taskNameOf(task).delivery.name
}
