import type { DeliveryOutline } from '../connector/outline.js'
import type { TaskId } from '../runtime/task-key.js'
import type { ConnectorProgress, ConnectorStatus, ConnectorView } from './herder.js'
import type { HostedConnector, TaskPlace } from './hosted-connector.js'
import { notFound } from './refusals.js'
import { infoOf, progressOf, statusOf, type Observe } from './views.js'

/** A herder's connectors, and their views. */
export class HostedConnectors {
  readonly #workerId: () => string
  readonly #observe: Observe
  readonly #byName = new Map<string, HostedConnector>()

  /** `observe`: the known state of a task. */
  constructor(workerId: () => string, observe: Observe) {
    this.#workerId = workerId
    this.#observe = observe
  }

  get size(): number {
    return this.#byName.size
  }

  /** By name. */
  get all(): readonly HostedConnector[] {
    return [...this.#byName.keys()].sort().map((name) => this.find(name))
  }

  get(name: string): HostedConnector | undefined {
    return this.#byName.get(name)
  }

  /** Throws CONNECTOR_NOT_FOUND. */
  find(name: string): HostedConnector {
    const found = this.#byName.get(name)
    if (found === undefined) throw notFound(name, this.#byName.keys())
    return found
  }

  add(connector: HostedConnector): void {
    this.#byName.set(connector.name, connector)
  }

  remove(name: string): void {
    this.#byName.delete(name)
  }

  /** Undefined: no connector has it, or no longer. */
  taskOf({ delivery: { name, sinkName }, shard }: TaskId): TaskPlace | undefined {
    const tasks = this.#byName.get(name)?.tasks
    return tasks?.find((task) => task.shard === shard && task.delivery.sinkName === sinkName)
  }

  view(connector: HostedConnector): ConnectorView {
    return { info: infoOf(connector), status: this.status(connector) }
  }

  status(connector: HostedConnector): ConnectorStatus {
    return statusOf(connector, this.#workerId(), this.#observe)
  }

  progress(connector: HostedConnector): ConnectorProgress {
    return progressOf(connector, this.#observe)
  }

  /** Ids of its FAILED tasks. */
  failedTasks(connector: HostedConnector): readonly number[] {
    return this.status(connector)
      .tasks.filter(({ state }) => state === 'FAILED')
      .map(({ id }) => id)
  }

  /** Records sent by the tasks of a delivery, as far as known. */
  recordsOf({ name, sinkName }: DeliveryOutline): number {
    const tasks = (this.#byName.get(name)?.tasks ?? []).filter(({ delivery }) => delivery.sinkName === sinkName)
    return tasks.reduce((sum, task) => sum + (this.#observe(task)?.status.counters.records ?? 0), 0)
  }
}
