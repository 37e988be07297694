import type { RawConfig } from '../config/raw-connector.js'
import { ActiveTopics } from './active-topics.js'
import type {
  ConfigCheck,
  ConnectorOffset,
  ConnectorOverview,
  ConnectorStatus,
  ConnectorView,
  Herder,
  HerderEvent,
  LoggerLevel,
  TaskInfo,
  TaskStatus,
} from './herder.js'
import { HerderEvents } from './herder-events.js'
import { checkRaw, type HostedConnector, type Planning } from './hosted-connector.js'
import { HostedConnectors } from './hosted-connectors.js'
import { Loggers } from './loggers.js'
import { readOffsets, type PositionStore } from './offsets.js'
import { noTask } from './refusals.js'
import type { TaskHost } from './task-host.js'
import { tasksOf, type Observe } from './views.js'

/** Common dependencies of herders, standalone or in a group. */
export interface HerderParts {
  readonly planning: Planning
  readonly positions: PositionStore
  readonly loggers: Loggers
  readonly events: HerderEvents
  readonly connectors: HostedConnectors
  readonly activeTopics: ActiveTopics
}

export interface HerderOptions {
  /** `host:port` of the worker's REST address, once it listens; unique in a group. */
  readonly workerId: () => string
  readonly worker: TaskHost
  readonly planning: Planning
  readonly positions: PositionStore
  readonly loggers?: Loggers
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

/** `observe`: the known state of a task. */
export function createParts(options: HerderOptions, observe: Observe): HerderParts {
  const { workerId, planning, positions, loggers = new Loggers('info') } = options
  const connectors = new HostedConnectors(workerId, observe)
  const activeTopics = new ActiveTopics((delivery) => connectors.recordsOf(delivery))
  return { planning, positions, loggers, events: new HerderEvents(connectors), connectors, activeTopics }
}

/** The read-only calls of a herder, common to standalone workers and groups. */
export abstract class HerderReads implements Pick<
  Herder,
  | 'list'
  | 'overview'
  | 'get'
  | 'status'
  | 'tasks'
  | 'taskStatus'
  | 'overviewOf'
  | 'check'
  | 'offsets'
  | 'topics'
  | 'resetTopics'
  | 'loggers'
  | 'subscribe'
> {
  protected readonly parts: HerderParts
  protected readonly connectors: HostedConnectors
  protected readonly events: HerderEvents

  constructor(parts: HerderParts) {
    this.parts = parts
    this.connectors = parts.connectors
    this.events = parts.events
  }

  async list(): Promise<readonly ConnectorView[]> {
    await this.refresh()
    return this.connectors.all.map((connector) => this.connectors.view(connector))
  }

  async overview(): Promise<readonly ConnectorOverview[]> {
    await this.refresh()
    return this.connectors.all.map((connector) => this.#overview(connector))
  }

  async overviewOf(name: string): Promise<ConnectorOverview> {
    return this.#overview(await this.#read(name))
  }

  async get(name: string): Promise<ConnectorView> {
    return this.connectors.view(await this.#read(name))
  }

  async status(name: string): Promise<ConnectorStatus> {
    return this.connectors.status(await this.#read(name))
  }

  async tasks(name: string): Promise<readonly TaskInfo[]> {
    return tasksOf(await this.#read(name))
  }

  async taskStatus(name: string, task: number): Promise<TaskStatus> {
    const found = (await this.status(name)).tasks.find(({ id }) => id === task)
    if (found === undefined) throw noTask(name, task)
    return found
  }

  check(name: string, config: RawConfig): Promise<ConfigCheck> {
    return checkRaw({ name, config, file: null }, this.parts.planning)
  }

  async offsets(name: string): Promise<readonly ConnectorOffset[]> {
    const { planning, positions } = this.parts
    return readOffsets((await this.#read(name)).raw, planning, positions)
  }

  async topics(name: string): Promise<readonly string[]> {
    await this.refresh('states')
    const known = this.connectors.get(name)
    return known === undefined ? [] : this.parts.activeTopics.of(known)
  }

  resetTopics(name: string): Promise<void> {
    const known = this.connectors.get(name)
    const { activeTopics } = this.parts
    if (known !== undefined) activeTopics.reset(name, activeTopics.counts(known))
    return Promise.resolve()
  }

  loggers(): Promise<ReadonlyMap<string, LoggerLevel>> {
    return Promise.resolve(this.parts.loggers.all())
  }

  subscribe(listener: (event: HerderEvent) => void): () => void {
    return this.events.subscribe(listener)
  }

  /**
   * Called before every read. In a group, catches up with other workers' changes to configurations, or also to task states.
   */
  protected abstract refresh(to?: 'configurations' | 'states'): Promise<void>

  #overview(connector: HostedConnector): ConnectorOverview {
    return { ...this.connectors.view(connector), progress: this.connectors.progress(connector) }
  }

  async #read(name: string): Promise<HostedConnector> {
    await this.refresh()
    return this.connectors.find(name)
  }
}
