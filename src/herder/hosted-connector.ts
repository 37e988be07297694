import { unknownKeys } from '../config/connect-keys.js'
import type { ModelCache } from '../connector/model-cache.js'
import type { PlannedDelivery } from '../connector/outline.js'
import { planConnector } from '../connector/plan.js'
import type { Environment } from '../config/placeholders.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { throwErrors } from '../config/check.js'
import { errorsIn, GenesisError } from '../errors.js'
import { asFailure, type Failure } from '../runtime/task-events.js'
import type { ConfigCheck, TargetState } from './herder.js'
import type { WantedTask } from './reconciler.js'

/** A task of a connector: its id, delivery and shard. */
export interface TaskPlace {
  readonly id: number
  readonly delivery: PlannedDelivery
  readonly shard: number
}

/** A herder's connector, with its resolution on this worker. */
export class HostedConnector {
  #raw: RawConnector
  target: TargetState
  #deliveries: readonly PlannedDelivery[] = []
  #failure: Failure | null = null
  /** Restarts of each task, by id. */
  readonly #restarts = new Map<number, number>()

  constructor(raw: RawConnector, target: TargetState) {
    this.#raw = raw
    this.target = target
  }

  get raw(): RawConnector {
    return this.#raw
  }

  get name(): string {
    return this.#raw.name
  }

  /** Why it cannot run. */
  get failure(): Failure | null {
    return this.#failure
  }

  get deliveries(): readonly PlannedDelivery[] {
    return this.#deliveries
  }

  /** All of its tasks, by id. */
  get tasks(): readonly TaskPlace[] {
    let id = 0
    return this.#deliveries.flatMap((delivery) =>
      Array.from({ length: delivery.tasks.max }, (_, shard): TaskPlace => ({ id: id++, delivery, shard })),
    )
  }

  configure(raw: RawConnector, deliveries: readonly PlannedDelivery[]): void {
    this.#raw = raw
    this.#deliveries = deliveries
    this.#failure = null
  }

  fail(failure: Failure): void {
    this.#deliveries = []
    this.#failure = failure
  }

  /** Marks the task as a new one from now on. */
  restart(task: number): void {
    this.#restarts.set(task, (this.#restarts.get(task) ?? 0) + 1)
  }

  /** The target tasks of a worker that has these of them. */
  wanted(tasks: readonly TaskPlace[] = this.tasks): WantedTask[] {
    return tasks.map(({ id, delivery, shard }) => ({
      spec: { connector: this.#raw, delivery, shard },
      version: `${delivery.digest} ${this.#restarts.get(id) ?? 0}`,
      runs: this.target === 'RUNNING',
    }))
  }
}

/** What connectors are checked with. */
export interface Planning {
  readonly worker: WorkerConfig
  readonly env: Environment
  readonly models: ModelCache
}

/** The deliveries of a configuration. Throws its errors; several as one that contains them all. */
export async function deliveriesOf(
  raw: RawConnector,
  { worker, env, models }: Planning,
): Promise<readonly PlannedDelivery[]> {
  const { name, config } = raw
  if (raw.file === null && config.name !== undefined && config.name !== name) {
    throw new GenesisError('CONFIG_INVALID', "does not match the connector's name", {
      place: `${name}: name`,
      found: JSON.stringify(config.name),
      expected: name,
    })
  }
  const { deliveries, errors } = await planConnector(raw, worker, env, models)
  throwErrors(errors)
  return deliveries
}

export async function checkRaw(raw: RawConnector, planning: Planning): Promise<ConfigCheck> {
  const warnings = warningsOf(raw)
  try {
    await deliveriesOf(raw, planning)
    return { errors: [], warnings }
  } catch (thrown) {
    return { errors: errorsIn(thrown).map(asFailure), warnings }
  }
}

/** For configurations over REST: in a file, an unknown key is an error. */
export function warningsOf({ config, file }: RawConnector): readonly string[] {
  const unknown = file === null ? unknownKeys(config) : []
  return unknown.length === 0 ? [] : [`unknown keys without effect: ${unknown.join(', ')}`]
}
