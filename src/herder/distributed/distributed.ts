import { isDeepStrictEqual } from 'node:util'
import type { RawConfig, RawConnector } from '../../config/raw-connector.js'
import type { DeliveryOutline, PlannedDelivery } from '../../connector/outline.js'
import { asGenesisError, GenesisError } from '../../errors.js'
import type { GroupHandlers } from '../../kafka/group-membership.js'
import type { Store } from '../../kafka/store.js'
import type { Failure, State } from '../../runtime/task-events.js'
import { taskIdOf, taskKey } from '../../runtime/task-key.js'
import type { FileTarget } from '../file-source.js'
import type { ConnectorStatus, ConnectorView, Herder, OffsetChange, RestartOptions, TargetState } from '../herder.js'
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

export interface DistributedOptions extends HerderOptions {
  readonly configStore: Store
  readonly statusStore: Store
  readonly membership: (handlers: GroupHandlers) => Membership
  readonly lostWorkerDelayMs: number
  /** How often positions and rates are told to the group, in ms. */
  readonly progressMs: number
  /** Told of what is wrong with the group, and (null) that it is over. */
  readonly trouble?: (error: GenesisError | null) => void
  /** A line for the log. */
  readonly note?: (message: string) => void
}

const readTimeoutMs = 30_000
/** A reader that cannot reach Kafka for so long shows what it knows. */
const staleAfterMs = 3_000
/** A writer that cannot reach Kafka for so long is refused. */
const writeAfterMs = 10_000
/** How often Kafka is asked for at the start. */
const openRetryMs = 1_000
const maxAttempts = 10

/**
 * The connectors of a group of workers. Kafka is all that they share: any worker answers any call, by what the config log says
 * once the call's record is read back; the status log has what the tasks do; the group assigns the tasks.
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
  /** What kept the worker from its group when it was last looked. */
  #trouble: GenesisError | null = null
  /** Whether the logs could not be read when that was last tried. */
  #isCut = false
  #isReading = false
  #endWait = (): void => undefined
  /** Resolves when the start has succeeded, or has met what it must wait for. */
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
        group.tasksChanged()
      },
      restart(...change) {
        tasks.restarted(...change)
        group.tasksChanged()
      },
      logger: (name, level) => void parts.loggers.set(name, logLevelOf(level), now()),
      unreadable: (key, offset) => options.note?.(`record ${key} at offset ${offset} of the configurations is ignored`),
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

  /** When what it shows was known to be all, in milliseconds since 1970; null: it is as new as the logs are. */
  get asOf(): number | null {
    if (this.#phase === 'starting') return 0
    const followedAt = Math.min(this.#config.followedAt, this.#status.followedAt)
    return this.#isCut || this.#now() - followedAt > staleAfterMs ? followedAt : null
  }

  /**
   * Reads the logs and joins the group; where Kafka cannot be reached, as soon as it can. Rejects where that will not be: no
   * permission, a topic that does not fit.
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

  /** Ends the tasks, gives them to the others, and leaves. True: all have ended by themselves. */
  async close(): Promise<boolean> {
    this.#phase = 'stopping'
    this.#hasTried()
    this.#endWait()
    if (this.#progressTimer !== null) clearInterval(this.#progressTimer)
    const clean = await this.#host.stop()
    this.#tasks.release(this.#status.own.keys())
    await this.#status.flush()
    await this.#group.leave()
    await Promise.all([this.#status.close(), this.#options.configStore.close()])
    return clean
  }

  /** False: what is in the way passes by itself. It is told of once. */
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
    this.#trouble = trouble
    this.#hasTried()
    this.#options.trouble?.(trouble)
  }

  /** Never: a group goes on for as long as it has workers. */
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
      if (known === undefined) throw notFound(name)
      refuseOfFile(known.raw)
      const raw = { name, config: patched(known.raw.config, changes), file: null }
      await deliveriesOf(raw, this.parts.planning)
      // Of two patches at one time neither is lost; after many the last word counts.
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
    // As in Connect: it stays STOPPED, and that is no error.
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
    await this.refresh()
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

  /** Events of this worker's tasks, as they happen: the group is told. */
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

  /** What this worker's own tasks do was told when they did it. */
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
    // Those of this worker have ended then; those of others are fenced.
    await this.#tasks.reconcile(known)
    return moveOffsets(known.raw, this.parts.planning, this.parts.positions, changes)
  }

  /** As new as the logs are now; where they cannot be read, as they were. Throws where they never were read. */
  protected override async refresh(): Promise<void> {
    if (!(await this.#isStarted(staleAfterMs))) throw this.#away()
    // Who asks again while Kafka is away need not wait again; one attempt at a time finds out when it is back.
    if (this.#isCut && this.#isReading) return
    this.#isReading = true
    const read = Promise.all([this.#config.readToEnd(), this.#status.readToEnd()])
    const seen = read
      .then(
        () => (this.#isCut = false),
        () => (this.#isCut = true),
      )
      .finally(() => (this.#isReading = false))
    if (!this.#isCut && !(await within(seen, staleAfterMs))) this.#isCut = true
  }

  /** Throws where the configurations cannot be read, as they are now: 503 over REST. */
  async #toWrite(): Promise<void> {
    if (!(await this.#isStarted(writeAfterMs))) throw this.#away()
    if (this.#phase === 'stopping') throw stopping()
    if (!(await within(this.#config.readToEnd(), this.#isCut ? staleAfterMs : writeAfterMs))) throw this.#away()
    this.#isCut = false
  }

  /** Waits for a start that is under way, unless what it waits for is known. */
  async #isStarted(limitMs: number): Promise<boolean> {
    if (this.#phase === 'starting') await within(this.#tried, limitMs)
    return this.#phase !== 'starting'
  }

  #away(): GenesisError {
    return new GenesisError('KAFKA_UNREACHABLE', 'this worker cannot reach the topics of its group', {
      ...(this.#trouble !== null && { found: this.#trouble.message }),
      remedy: 'Try again later, or ask another worker',
    })
  }
}

/** False: it has not resolved in time. Rejects as it does. */
async function within(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)))
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
