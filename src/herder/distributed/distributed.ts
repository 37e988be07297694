import { isDeepStrictEqual } from 'node:util'
import type { RawConfig, RawConnector } from '../../config/raw-connector.js'
import type { DeliveryOutline, PlannedDelivery } from '../../connector/outline.js'
import { asGenesisError, GenesisError } from '../../errors.js'
import type { GroupHandlers } from '../../kafka/group-membership.js'
import type { Store } from '../../kafka/store.js'
import { asFailure, type Failure, type State } from '../../runtime/task-events.js'
import { taskIdOf, taskKey } from '../../runtime/task-key.js'
import type { FileTarget } from '../file-source.js'
import type {
  ConnectorStatus,
  ConnectorView,
  GroupFigures,
  GroupTrouble,
  Herder,
  OffsetChange,
  RestartOptions,
  TargetState,
} from '../herder.js'
import { createParts, HerderReads, type HerderOptions } from '../herder-reads.js'
import { deliveriesOf } from '../hosted-connector.js'
import { logLevelOf } from '../loggers.js'
import { moveOffsets } from '../offsets.js'
import { Reconciler } from '../reconciler.js'
import {
  alreadyThere,
  notFound,
  patched,
  refuseNoTask,
  refuseOfFile,
  refuseUnlessStopped,
  restartOf,
  stopping,
} from '../refusals.js'
import type { TaskHost } from '../task-host.js'
import { ConfigLog } from './config-log.js'
import { GroupConnectors } from './group-connectors.js'
import { GroupMember, type Membership } from './group-member.js'
import { GroupStatus } from './group-status.js'
import type { LoggedTask } from './status-log.js'
import { outside } from '../../telemetry/current-span.js'

export interface DistributedOptions extends HerderOptions {
  readonly configStore: Store
  readonly statusStore: Store
  readonly membership: (handlers: GroupHandlers) => Membership
  readonly lostWorkerDelayMs: number
  /** How often positions and rates are published to the group, in ms. */
  readonly progressMs: number
  /** Receives trouble with the group, and null when it is over. */
  readonly trouble?: (error: GenesisError | null) => void
  /** A line for the log. */
  readonly note?: (message: string) => void
}

const readTimeoutMs = 30_000
/** How long a read waits for an unreachable Kafka before showing what is known. */
const staleAfterMs = 3_000
/** How long a write waits for an unreachable Kafka before it is refused. */
const writeAfterMs = 10_000
/** A store polls its log twice a second. */
const silentMs = 3_000
/** How often to retry connecting to Kafka at the start. */
const openRetryMs = 1_000
const maxAttempts = 10

/**
 * The connectors of a group of workers, which share nothing but Kafka. Any worker answers any call, according to the
 * config log once the call's record is read back; the status log has the state of the tasks; the group assigns them.
 */
export class DistributedHerder extends HerderReads implements Herder, FileTarget {
  readonly #options: DistributedOptions
  readonly #host: TaskHost
  readonly #config: ConfigLog
  readonly #status: GroupStatus
  readonly #group: GroupMember
  readonly #tasks: GroupConnectors
  readonly #now: () => number
  #phase: Herder['phase'] = 'starting'
  #progressTimer: NodeJS.Timeout | null = null
  #trouble: GroupTrouble | null = null
  /** Whether the last attempt to read the logs failed. */
  #isCut = false
  #isReading = false
  #endWait = (): void => undefined
  /** Resolves when the start has succeeded, or has run into something it must wait for. */
  readonly #tried: Promise<void>
  #hasTried = (): void => undefined

  constructor(options: DistributedOptions) {
    const { workerId, worker, now = Date.now } = options
    const status: GroupStatus = new GroupStatus({
      store: options.statusStore,
      workerId,
      host: worker,
      now,
      isMember: (id) => group.isMember(id),
      changed: (task, current, before) => this.#observed(task, current, before),
      topicsReset: (...reset) => parts.activeTopics.reset(...reset),
    })
    const parts = createParts(options, status.observe)
    const tasks = new GroupConnectors(parts, status, new Reconciler(worker))
    const config = new ConfigLog(options.configStore, {
      connector(...change) {
        tasks.configured(...change)
        outside(() => group.tasksChanged())
      },
      restart(...change) {
        tasks.restarted(...change)
        outside(() => group.tasksChanged())
      },
      logger: (name, level) => void parts.loggers.set(name, logLevelOf(level), now()),
      unreadable: (key, offset) =>
        options.note?.(`record ${key} at offset ${offset} of the configuration topic is ignored`),
    })
    const group: GroupMember = new GroupMember(
      {
        workerId,
        lostWorkerDelayMs: options.lostWorkerDelayMs,
        configOffset: () => config.position,
        readConfigToEnd: () => config.readToEnd(),
        readConfigTo: (offset) => config.readTo(offset, readTimeoutMs),
        tasks: () => tasks.tasks,
        runnerOf: (task) => status.runnerOf(task),
        lastGeneration: () => status.lastGeneration,
        own: (assigned, generation) => tasks.own(assigned, generation),
        trouble: (error) => this.#tell(error),
        failed: (error) => this.#tell(error),
      },
      options.membership,
    )
    super(parts)
    this.#tried = new Promise((resolve) => (this.#hasTried = resolve))
    this.#options = options
    this.#host = worker
    this.#now = now
    this.#config = config
    this.#status = status
    this.#group = group
    this.#tasks = tasks
  }

  get workerId(): string {
    return this.#options.workerId()
  }

  get phase(): Herder['phase'] {
    return this.#phase
  }

  /** When the shown state was last complete, in milliseconds since 1970; 0: never; null: it is current. */
  get asOf(): number | null {
    if (this.#phase === 'starting') return 0
    // -Infinity: stopped before it had read anything.
    const followedAt = Math.max(0, Math.min(this.#config.followedAt, this.#status.followedAt))
    return this.#isCut || this.#now() - followedAt > staleAfterMs ? followedAt : null
  }

  get group(): GroupFigures {
    return this.#group.figures
  }

  get trouble(): GroupTrouble | null {
    return this.#trouble
  }

  /**
   * Reads the logs and joins the group; if Kafka is unreachable, as soon as it is back. Rejects with permanent errors:
   * missing permissions, an unsuitable topic.
   */
  async start(): Promise<void> {
    while (!(await this.#opened())) {
      if (this.phase === 'stopping') return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, openRetryMs)
        this.#endWait = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    if (this.phase === 'stopping') return
    this.#group.start()
    this.#phase = 'running'
    this.#hasTried()
    this.#progressTimer = setInterval(() => this.#status.publishProgress(), this.#options.progressMs)
    this.#progressTimer.unref()
  }

  /** Stops the tasks, hands them over, and leaves. True: all stopped gracefully. */
  async close(): Promise<boolean> {
    this.#phase = 'stopping'
    this.#hasTried()
    this.#endWait()
    if (this.#progressTimer !== null) clearInterval(this.#progressTimer)
    const clean = await this.#host.stop()
    this.#tasks.release(this.#status.own.keys())
    // To a group that cannot be heard nothing can be handed over: it misses this worker, and takes its tasks.
    if (!this.#isSilent()) await this.#status.flush()
    await this.#group.leave()
    await Promise.all([this.#status.close(), this.#options.configStore.close()])
    return clean
  }

  /** Whether neither log could be read for some seconds. */
  #isSilent(): boolean {
    return this.#now() - Math.max(this.#config.followedAt, this.#status.followedAt) > silentMs
  }

  /** False: the obstacle is temporary; it is reported once. */
  async #opened(): Promise<boolean> {
    try {
      await Promise.all([this.#config.open(), this.#status.open()])
      if (this.#trouble !== null) this.#tell(null)
      return true
    } catch (thrown) {
      const error = asGenesisError(thrown)
      if (this.phase === 'stopping') return false
      if (!error.retriable) throw error
      if (this.#trouble === null) this.#tell(error)
      return false
    }
  }

  #tell(trouble: GenesisError | null): void {
    this.#trouble =
      trouble === null ? null : { failure: asFailure(trouble), since: this.#trouble?.since ?? this.#now() }
    this.#hasTried()
    this.#options.trouble?.(trouble)
  }

  /** Never: a group lives as long as it has workers. */
  ended(): Promise<void> {
    return new Promise(() => undefined)
  }

  async create(name: string, config: RawConfig, initialState: TargetState = 'RUNNING'): Promise<ConnectorView> {
    await this.#toWrite()
    const known = this.connectors.get(name)
    if (known !== undefined) throw alreadyThere(known.raw)
    const raw = { name, config, file: null }
    await deliveriesOf(raw, this.parts.planning)
    if (!(await this.#config.create(raw, initialState))) throw alreadyThere(this.connectors.find(name).raw)
    return this.connectors.view(this.connectors.find(name))
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
      await deliveriesOf(raw, this.parts.planning)
      if (known !== undefined) {
        if (isDeepStrictEqual(known.raw.config, config)) await this.#restartFailed(name)
        else await this.#config.put(raw, known.initial)
        return { created: false, connector: this.connectors.view(this.connectors.find(name)) }
      }
      if (await this.#config.create(raw, 'RUNNING'))
        return { created: true, connector: this.connectors.view(this.connectors.find(name)) }
    }
    throw alreadyThere(this.connectors.find(name).raw)
  }

  async patch(name: string, changes: RawConfig): Promise<ConnectorView> {
    for (let attempt = 0; ; attempt++) {
      await this.#toWrite()
      const known = this.#config.connectors.get(name)
      if (known === undefined) throw notFound(name, this.#config.connectors.keys())
      refuseOfFile(known.raw)
      const raw = { name, config: patched(known.raw.config, changes), file: null }
      await deliveriesOf(raw, this.parts.planning)
      // Of two concurrent patches neither is lost; after many attempts the last write wins.
      if (await this.#config.put(raw, known.initial, attempt < maxAttempts ? known.offset : null))
        return this.connectors.view(this.connectors.find(name))
    }
  }

  async delete(name: string): Promise<void> {
    await this.#toWrite()
    refuseOfFile(this.connectors.find(name).raw)
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
    const known = this.connectors.find(name)
    // As in Connect: it stays STOPPED without an error.
    if (known.target === 'STOPPED') return this.connectors.status(known)
    const { status } = restartOf(this.connectors.status(known), options)
    await this.#config.restart(name, { ...options, tasks: null })
    return status
  }

  async restartTask(name: string, task: number): Promise<void> {
    await this.#toWrite()
    const known = this.connectors.find(name)
    refuseNoTask(known, task)
    await this.#config.restart(name, { includeTasks: true, onlyFailed: false, tasks: [task] })
  }

  alterOffsets(name: string, changes: readonly OffsetChange[]): Promise<string> {
    return this.#moveOffsets(name, changes)
  }

  resetOffsets(name: string): Promise<string> {
    return this.#moveOffsets(name, null)
  }

  override async resetTopics(name: string): Promise<void> {
    await this.#toWrite()
    await this.refresh('states')
    const known = this.connectors.get(name)
    if (known !== undefined) await this.#status.resetTopics(name, this.parts.activeTopics.counts(known))
  }

  async setLogger(logger: string, level: string, scope: 'worker' | 'cluster'): Promise<readonly string[]> {
    const word = logLevelOf(level)
    if (scope === 'worker') return this.parts.loggers.set(logger, word, this.#now())
    await this.#toWrite()
    await this.#config.logger(logger, word)
    return []
  }

  /** Publishes events of this worker's tasks to the group as they happen. */
  taskChanged(
    delivery: DeliveryOutline,
    shard: number,
    state: State,
    failure: Failure | null,
    retryInMs: number,
  ): void {
    const id = { delivery, shard }
    if (this.#status.changed(taskKey(id))) this.events.task(id, { state, workerId: this.workerId, failure, retryInMs })
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

  /** Events of this worker's own tasks were emitted when they happened. */
  #observed(task: string, now: LoggedTask | undefined, before: LoggedTask | undefined): void {
    if (now === undefined || now.workerId === this.workerId || this.#phase === 'starting') return
    if (before?.status.state === now.status.state && before.workerId === now.workerId && !now.status.complete) return
    const { state, failure } = now.status
    this.events.task(taskIdOf(task), { state, workerId: now.workerId, failure, retryInMs: 0 })
  }

  async #target(name: string, target: TargetState): Promise<void> {
    await this.#toWrite()
    if (this.connectors.find(name).target !== target) await this.#config.target(name, target)
  }

  async #restartFailed(name: string): Promise<void> {
    if (this.connectors.failedTasks(this.connectors.find(name)).length > 0)
      await this.#config.restart(name, { includeTasks: true, onlyFailed: true, tasks: null })
  }

  async #moveOffsets(name: string, changes: readonly OffsetChange[] | null): Promise<string> {
    await this.#toWrite()
    const known = this.connectors.find(name)
    refuseUnlessStopped(known)
    // This worker's tasks have stopped by then; those of others are fenced.
    await this.#tasks.reconcile(known)
    return moveOffsets(known.raw, this.parts.planning, this.parts.positions, changes)
  }

  /**
   * Reads the configurations to their end, so that a call sees what any worker has acknowledged. States are as recent as the followed
   * status log, unless they are asked for. If the logs cannot be read, the previous state stays. Throws if they were never read.
   */
  protected override async refresh(to: 'configurations' | 'states' = 'configurations'): Promise<void> {
    if (!(await this.#isStarted(staleAfterMs))) throw this.#away()
    // During an outage later callers need not wait again; one attempt at a time finds out when Kafka is back.
    if (this.#isCut && this.#isReading) return
    this.#isReading = true
    const read = Promise.all([this.#config.readToEnd(), ...(to === 'states' ? [this.#status.readToEnd()] : [])])
    const seen = read
      .then(
        () => (this.#isCut = false),
        () => (this.#isCut = true),
      )
      .finally(() => (this.#isReading = false))
    if (!this.#isCut && !(await within(seen, staleAfterMs))) this.#isCut = true
  }

  /** Throws if the current configurations cannot be read: 503 over REST. */
  async #toWrite(): Promise<void> {
    if (!(await this.#isStarted(writeAfterMs))) throw this.#away()
    if (this.#phase === 'stopping') throw stopping()
    if (!(await within(this.#config.readToEnd(), this.#isCut ? staleAfterMs : writeAfterMs))) throw this.#away()
    this.#isCut = false
  }

  /** Waits for a start in progress, unless the reason for its delay is known. */
  async #isStarted(limitMs: number): Promise<boolean> {
    if (this.#phase === 'starting') await within(this.#tried, limitMs)
    return this.#phase !== 'starting'
  }

  #away(): GenesisError {
    return new GenesisError('KAFKA_UNREACHABLE', 'this worker cannot reach the topics of its group', {
      ...(this.#trouble !== null && { found: this.#trouble.failure.message }),
      remedy: 'Try again later, or ask another worker',
    })
  }
}

/** False: not resolved in time. Rejects as the promise does. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)))
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
