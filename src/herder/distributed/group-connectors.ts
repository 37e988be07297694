import { throwErrors } from '../../config/check.js'
import { resolveConnector } from '../../config/resolve-connector.js'
import type { RawConnector } from '../../config/raw-connector.js'
import { outlineOf } from '../../connector/outline.js'
import type { TaskRunStatus } from '../../runtime/status.js'
import { asFailure } from '../../runtime/task-events.js'
import { taskIdOf, taskKey } from '../../runtime/task-key.js'
import type { HerderParts } from '../herder-reads.js'
import { HostedConnector } from '../hosted-connector.js'
import type { Reconciler } from '../reconciler.js'
import type { LoggedConnector, LoggedRestart } from './config-log.js'
import type { GroupStatus } from './group-status.js'

/** Applies the config log on this worker: runs its share of every connector's tasks. */
export class GroupConnectors {
  readonly #parts: HerderParts
  readonly #status: GroupStatus
  readonly #reconciler: Reconciler
  /** Cache of `tasks` until something changes: it is read in every round. */
  #keys: readonly string[] | null = null

  constructor(parts: HerderParts, status: GroupStatus, reconciler: Reconciler) {
    this.#parts = parts
    this.#status = status
    this.#reconciler = reconciler
  }

  /** Keys of all tasks, in the order of their connectors; includes PAUSED ones, so that they can resume immediately. */
  get tasks(): readonly string[] {
    return (this.#keys ??= this.#parts.connectors.all
      .filter(({ target }) => target !== 'STOPPED')
      .flatMap(({ tasks }) => tasks.map(taskKey)))
  }

  /** The log has a new connector, a new version of it, or (undefined) its deletion. */
  configured(name: string, now: LoggedConnector | undefined, before: LoggedConnector | undefined): void {
    this.#keys = null
    if (now === undefined) return this.#removed(name)
    const { connectors, events } = this.#parts
    const connector = connectors.get(name) ?? new HostedConnector(now.raw, now.target)
    connectors.add(connector)
    connector.target = now.target
    if (before?.offset !== now.offset) {
      if (before !== undefined) this.#restart(connector, ({ state }) => state === 'FAILED')
      this.#plan(connector, now.raw)
    }
    void this.reconcile(connector)
    if (before === undefined) events.created(connector)
    else if (before.offset !== now.offset) events.reconfigured(connector)
    else events.connector(name, connectors.status(connector).state, connector.failure)
  }

  /** The log requests a restart. */
  restarted(name: string, { includeTasks, onlyFailed, tasks }: LoggedRestart): void {
    const connector = this.#parts.connectors.get(name)
    if (connector === undefined) return
    this.#keys = null
    if (tasks === null && (!onlyFailed || connector.failure !== null)) this.#plan(connector, connector.raw)
    if (includeTasks) {
      this.#restart(
        connector,
        ({ state }, id) => (tasks === null || tasks.includes(id)) && (!onlyFailed || state === 'FAILED'),
      )
    }
    void this.reconcile(connector)
  }

  /** Sets this worker's tasks. Resolves when it has stopped the others, and the group knows. */
  async own(tasks: ReadonlySet<string>, generation: number): Promise<void> {
    const before = this.#status.own
    const revoked = [...before.keys()].filter((task) => !tasks.has(task))
    const added = [...tasks].filter((task) => !before.has(task))
    this.#status.assign(tasks, generation)
    await Promise.all(
      [...new Set([...revoked, ...added].map(connectorOf))].map((name) => {
        const connector = this.#parts.connectors.get(name)
        return connector === undefined ? this.#reconciler.want(name, []) : this.reconcile(connector)
      }),
    )
    this.release(revoked)
    if (revoked.length > 0) await this.#status.flush()
  }

  /** Publishes to the group that these have stopped here. */
  release(tasks: Iterable<string>): void {
    for (const task of tasks) {
      if (this.#parts.connectors.get(connectorOf(task)) === undefined) this.#status.forget(task)
      else this.#status.publishUnassigned(task)
    }
  }

  /** Resolves when this worker runs exactly its tasks of the connector. */
  reconcile(connector: HostedConnector): Promise<void> {
    const own = connector.tasks.filter((task) => this.#status.own.has(taskKey(task)))
    return this.#reconciler.want(connector.name, connector.wanted(own))
  }

  #removed(name: string): void {
    const { connectors, activeTopics, events } = this.#parts
    const known = connectors.get(name)
    connectors.remove(name)
    if (known !== undefined) activeTopics.forget(known)
    void this.#reconciler.want(name, []).then(() => {
      // Another one of its name may exist by now.
      if (connectors.get(name) !== undefined) return
      for (const task of this.#status.own.keys()) if (connectorOf(task) === name) this.#status.forget(task)
    })
    events.deleted(name)
  }

  /** This worker's tasks for which `which` is true. */
  #restart(connector: HostedConnector, which: (status: TaskRunStatus, id: number) => boolean): void {
    for (const task of connector.tasks) {
      const status = this.#status.local(taskKey(task))
      if (status !== undefined && which(status, task.id)) connector.restart(task.id)
    }
  }

  /**
   * Deliveries known without the model: a worker that lacks the model has a FAILED task, not a different number of
   * tasks.
   */
  #plan(connector: HostedConnector, raw: RawConnector): void {
    const { env, worker } = this.#parts.planning
    try {
      const { connectors, errors } = resolveConnector(raw, env, worker.rest)
      throwErrors(errors)
      connector.configure(raw, connectors.map(outlineOf))
    } catch (error) {
      const failure = asFailure(error)
      connector.configure(raw, [])
      connector.fail(failure)
      this.#parts.events.connector(connector.name, 'FAILED', failure)
    }
  }
}

function connectorOf(task: string): string {
  return taskIdOf(task).delivery.name
}
