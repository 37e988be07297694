import { SerialQueues } from '../delivery/sequences.js'
import type { TaskSpec } from '../runtime/task-executor.js'
import { taskKey } from '../runtime/task-key.js'
import type { Worker } from '../runtime/worker.js'

/** A task that this worker is to have. */
export interface WantedTask {
  readonly spec: TaskSpec
  /** Another version is another task: the one that runs is ended before it starts. */
  readonly version: string
  /** False: it is to have ended, and its status is kept. */
  readonly runs: boolean
}

interface PresentTask {
  readonly spec: TaskSpec
  /** Null: it was ended. */
  readonly version: string | null
}

/**
 * Makes a worker's tasks those that are wanted, connector by connector: starts what is missing, ends what is not wanted any
 * more, and leaves alone what is as it should be. What is wanted may change while a change is carried out: the last word
 * counts.
 */
export class Reconciler {
  readonly #worker: Pick<Worker, 'startTask' | 'stopTask' | 'forgetTask'>
  readonly #wanted = new Map<string, readonly WantedTask[]>()
  readonly #present = new Map<string, Map<string, PresentTask>>()
  readonly #changes = new SerialQueues()

  constructor(worker: Pick<Worker, 'startTask' | 'stopTask' | 'forgetTask'>) {
    this.#worker = worker
  }

  /** Whether all that is wanted is carried out. */
  get isIdle(): boolean {
    return this.#changes.isIdle
  }

  /** These tasks of the connector and no others. Resolves when that, or what was wanted later, is carried out. */
  want(connector: string, tasks: readonly WantedTask[]): Promise<void> {
    this.#wanted.set(connector, tasks)
    return this.#changes.run(connector, () => this.#carryOut(connector))
  }

  async #carryOut(connector: string): Promise<void> {
    const wanted = new Map((this.#wanted.get(connector) ?? []).map((task) => [taskKey(task.spec), task]))
    const present = this.#present.get(connector) ?? new Map<string, PresentTask>()
    this.#present.set(connector, present)
    // All of them before any starts: a shard of another number of shards must not meet one of the old.
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
