import type { Failure, State } from '../runtime/task-events.js'
import type { TaskId } from '../runtime/task-key.js'
import type { ConnectorState, HerderEvent } from './herder.js'
import { warningsOf, type HostedConnector } from './hosted-connector.js'
import type { HostedConnectors } from './hosted-connectors.js'

/** A task's state, from its worker. */
export interface TaskChange {
  readonly state: State
  readonly workerId: string
  /** Why it is FAILED or RESTARTING. */
  readonly failure: Failure | null
  /** Time until the next attempt, if RESTARTING. */
  readonly retryInMs: number
}

/** Listeners to events of a herder's connectors. */
export class HerderEvents {
  readonly #connectors: HostedConnectors
  readonly #listeners = new Set<(event: HerderEvent) => void>()
  /** Connectors whose completion was announced. */
  readonly #complete = new Set<string>()

  constructor(connectors: HostedConnectors) {
    this.#connectors = connectors
  }

  /** Returns a function that unsubscribes. */
  subscribe(listener: (event: HerderEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  created({ name, raw }: HostedConnector): void {
    this.#emit({ type: 'created', connector: name, warnings: warningsOf(raw) })
  }

  reconfigured({ name, raw }: HostedConnector): void {
    this.#emit({ type: 'reconfigured', connector: name, warnings: warningsOf(raw) })
  }

  deleted(connector: string): void {
    this.#complete.delete(connector)
    this.#emit({ type: 'deleted', connector })
  }

  connector(connector: string, state: ConnectorState, failure: Failure | null): void {
    this.#emit({ type: 'connector', connector, state, failure })
  }

  /**
   * Emits the task's state as its connector shows it and, once, the connector's completion. Does nothing for a task of
   * no connector.
   */
  task(id: TaskId, { state, ...change }: TaskChange): void {
    const { name } = id.delivery
    const connector = this.#connectors.get(name)
    const task = this.#connectors.taskOf(id)
    if (connector === undefined || task === undefined) return
    const shown = this.#connectors.status(connector).tasks.find((one) => one.id === task.id)?.state
    const known = shown ?? (state === 'STOPPED' ? 'UNASSIGNED' : state)
    this.#emit({ type: 'task', connector: name, task: task.id, state: known, ...change })
    const { complete } = this.#connectors.progress(connector)
    if (complete && !this.#complete.has(name)) this.#emit({ type: 'complete', connector: name })
    if (complete) this.#complete.add(name)
    else this.#complete.delete(name)
  }

  #emit(event: HerderEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}
