import { asFailure } from './task-events.js'
import type { RunningTask, TaskExecutor, TaskListener, TaskSpec } from './task-executor.js'

/** An executor that is created for its first task. */
export class DeferredExecutor implements TaskExecutor {
  readonly #create: () => Promise<TaskExecutor>
  #created: Promise<TaskExecutor> | null = null

  constructor(create: () => Promise<TaskExecutor>) {
    this.#create = create
  }

  start(spec: TaskSpec, listener: TaskListener): RunningTask {
    let running: RunningTask | null = null
    /** Asked of the task before it was started. */
    let asked: keyof RunningTask | null = null
    const ask = (what: keyof RunningTask): void => {
      asked = what
      running?.[what]()
    }
    this.#created ??= this.#create()
    this.#created
      .then((executor) => {
        running = executor.start(spec, listener)
        if (asked !== null) running[asked]()
      })
      .catch((error: unknown) => listener.ended({ end: 'failed', failure: asFailure(error) }))
    return { stop: () => ask('stop'), abandon: () => ask('abandon') }
  }

  async close(): Promise<void> {
    // If it could not be created, its tasks have ended with the reason.
    const executor = await this.#created?.catch(() => null)
    await executor?.close()
  }
}
