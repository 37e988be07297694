import { SerialQueues } from '../delivery/serial-queues.js'
import type { TaskSpec } from '../runtime/task-executor.js'
import { taskKey } from '../runtime/task-key.js'
import type { Worker } from '../runtime/worker.js'

/** A task that this worker is to have. */
export interface WantedTask {
  readonly spec: TaskSpec
  /** A different version is a different task: the running one is stopped before it starts. */
  readonly version: string
  /** False: it should be stopped, and its status kept. */
  readonly runs: boolean
}

interface PresentTask {
  readonly spec: TaskSpec
  /** Null: stopped. */
  readonly version: string | null
}

/**
 * Reconciles a worker's tasks with the target, connector by connector: starts missing ones, stops unwanted ones, and
 * leaves the rest alone. The target may change during reconciliation: the latest one wins.
 */
export class Reconciler {
  readonly #worker: Pick<Worker, 'startTask' | 'stopTask' | 'forgetTask'>
  readonly #wanted = new Map<string, readonly WantedTask[]>()
  readonly #present = new Map<string, Map<string, PresentTask>>()
  readonly #changes = new SerialQueues()

  constructor(worker: Pick<Worker, 'startTask' | 'stopTask' | 'forgetTask'>) {
    this.#worker = worker
  }

  /** Whether the whole target has been reached. */
  get isIdle(): boolean {
    return this.#changes.isIdle
  }

  /** Sets the target tasks of a connector. Resolves when this target, or a later one, is reached. */
  want(connector: string, tasks: readonly WantedTask[]): Promise<void> {
    this.#wanted.set(connector, tasks)
    return this.#changes.run(connector, () => this.#carryOut(connector))
  }

  async #carryOut(connector: string): Promise<void> {
    const wanted = new Map((this.#wanted.get(connector) ?? []).map((task) => [taskKey(task.spec), task]))
    const present = this.#present.get(connector) ?? new Map<string, PresentTask>()
    this.#present.set(connector, present)
    // All stop before any starts: shards of different shard counts must not overlap.
    await Promise.all(
      [...present].map(async ([key, { spec, version }]) => {
        const task = wanted.get(key)
        if (task === undefined) {
          await this.#worker.forgetTask(spec)
          present.delete(key)
        } else if (version !== null && !(task.runs && task.version === version)) {
          await this.#worker.stopTask(spec)
          present.set(key, { spec, version: null })
        }
      }),
    )
    await Promise.all(
      [...wanted].map(async ([key, { spec, version, runs }]) => {
        if (!runs || present.get(key)?.version === version) return
        present.set(key, { spec, version })
        await this.#worker.startTask(spec)
      }),
    )
    if (present.size > 0) return
    this.#present.delete(connector)
    if (this.#wanted.get(connector)?.length === 0) this.#wanted.delete(connector)
  }
}
