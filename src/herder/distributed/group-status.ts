import type { Store } from '../../kafka/store.js'
import type { TaskRunStatus } from '../../runtime/status.js'
import { taskIdOf, taskKey, type TaskId } from '../../runtime/task-key.js'
import { hostedStatus, type TaskHost } from '../task-host.js'
import type { ObservedTask } from '../views.js'
import { StatusLog, type StatusChanged, type TopicsReset } from './status-log.js'

export interface GroupStatusOptions {
  readonly store: Store
  readonly workerId: () => string
  readonly host: TaskHost
  readonly now: () => number
  /** Whether a worker is in the group, as far as this one knows. */
  readonly isMember: (workerId: string) => boolean
  /** As in StatusLog. */
  readonly changed: StatusChanged
  /** As in StatusLog. */
  readonly topicsReset: TopicsReset
}

const flushTimeoutMs = 5_000

/** The state of the group's tasks: this worker writes its own, and reads the others'. Tasks by key. */
export class GroupStatus {
  readonly #options: GroupStatusOptions
  readonly #log: StatusLog
  /**
   * By task: the generation that assigned it to this worker. If two workers claim a task, the later generation wins.
   */
  #own: ReadonlyMap<string, number> = new Map()
  #generation = -1
  /** The last status of tasks that have stopped here. */
  readonly #ended = new Map<string, TaskRunStatus>()

  constructor(options: GroupStatusOptions) {
    this.#options = options
    this.#log = new StatusLog(options.store, options.changed, options.topicsReset)
  }

  /** This worker's tasks. */
  get own(): ReadonlyMap<string, number> {
    return this.#own
  }

  get followedAt(): number {
    return this.#log.followedAt
  }

  /** The latest known generation of the group. */
  get lastGeneration(): number {
    return Math.max(this.#generation, this.#log.lastGeneration)
  }

  resetTopics(connector: string, records: ReadonlyMap<string, number>): Promise<void> {
    return this.#log.resetTopics(connector, records)
  }

  open(): Promise<void> {
    return this.#log.open()
  }

  readToEnd(): Promise<void> {
    return this.#log.readToEnd()
  }

  /** Resolves when everything is written, or after a timeout of a few seconds. */
  flush(): Promise<void> {
    return this.#log.flush(flushTimeoutMs)
  }

  close(): Promise<void> {
    return this.#log.close()
  }

  /** Sets this worker's tasks. */
  assign(tasks: ReadonlySet<string>, generation: number): void {
    this.#own = new Map([...tasks].map((task) => [task, this.#own.get(task) ?? generation]))
    this.#generation = generation
  }

  /** Undefined: not this worker's task, or not started yet. */
  local(task: string): TaskRunStatus | undefined {
    return this.#own.has(task) ? this.#hosted(task) : undefined
  }

  /** A task here has changed state. True: it is this worker's, and the change is published to the group. */
  changed(task: string): boolean {
    const status = this.#hosted(task)
    if (status === undefined) return false
    if (status.state === 'STOPPED' || status.state === 'FAILED') this.#ended.set(task, status)
    if (!this.#own.has(task)) return false
    this.#publish(task, status)
    return true
  }

  /** Publishes those of this worker's tasks that are started. */
  publish(tasks: Iterable<string>): void {
    for (const task of tasks) {
      const status = this.local(task)
      if (status !== undefined) this.#publish(task, status)
    }
  }

  /** Publishes those that have advanced since the last time. */
  publishProgress(): void {
    const isNews = (task: string): boolean =>
      this.#log.get(task)?.status.counters.position !== this.local(task)?.counters.position
    this.publish([...this.#own.keys()].filter(isNews))
  }

  /** Publishes a task that has stopped here for another worker to take. */
  publishUnassigned(task: string): void {
    const last = this.#ended.get(task) ?? this.#log.get(task)?.status
    this.#ended.delete(task)
    if (last !== undefined) this.#publish(task, { ...last, state: 'UNASSIGNED', rate: 0 })
  }

  /** Deletes a task of a deleted connector. */
  forget(task: string): void {
    this.#ended.delete(task)
    this.#log.publish(task, null)
  }

  /** The worker known to run a task, or to have run it when it was lost; null: none. */
  runnerOf(task: string): string | null {
    const known = this.#log.get(task)
    return known === undefined || known.status.state === 'UNASSIGNED' ? null : known.workerId
  }

  readonly observe = (id: TaskId): ObservedTask | undefined => {
    const { now, isMember } = this.#options
    const workerId = this.#options.workerId()
    const task = taskKey(id)
    const local = this.local(task)
    if (local !== undefined) return { status: local, workerId, asOf: now() }
    const logged = this.#log.get(task)
    return logged === undefined || logged.workerId === workerId || !isMember(logged.workerId) ? undefined : logged
  }

  #hosted(task: string): TaskRunStatus | undefined {
    return hostedStatus(this.#options.host, taskIdOf(task))
  }

  #publish(task: string, status: TaskRunStatus): void {
    const { workerId, now } = this.#options
    this.#log.publish(task, {
      status,
      workerId: workerId(),
      generation: this.#own.get(task) ?? this.#generation,
      asOf: now(),
    })
  }
}
