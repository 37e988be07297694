import type { RestFolders } from '../config/connect-keys.js'
import { secretsIn, withoutSecretsIn } from '../config/hide-secrets.js'
import { withoutSecrets } from '../config/placeholders.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { resolveDelivery } from '../config/resolve-connector.js'
import { checkConnector } from '../connector/plan.js'
import { createResources, openTask, type TaskResources } from './open-task.js'
import { Tracer } from '../telemetry/tracer.js'
import { asFailure, type Failure } from './task-events.js'
import type { RunningTask, TaskListener, TaskExecutor, TaskSpec } from './task-executor.js'
import { TaskTrace } from './task-trace.js'
import type { Task } from './task.js'
import { taskAttributes } from './traced-executor.js'

/** Failures and spans leave the thread without the secrets that only it has resolved, such as those in an address. */
function hidingSecrets(listener: TaskListener, connector: RawConnector, rest: RestFolders): TaskListener {
  const hidden = (failure: Failure): Failure => {
    const secrets = secretsIn(connector, process.env, rest)
    const [message, trace] = [failure.message, failure.trace].map((text) => withoutSecrets(text, secrets))
    return { ...failure, message, trace }
  }
  return {
    progress: (counters) => listener.progress(counters),
    state: (state, failure, retryInMs) => listener.state(state, failure && hidden(failure), retryInMs),
    span: (span) => listener.span?.(withoutSecretsIn(span, secretsIn(connector, process.env, rest))),
    ended: (end) => listener.ended(end.end === 'failed' ? { ...end, failure: hidden(end.failure) } : end),
  }
}

function traceOf(spec: TaskSpec, events: TaskListener): TaskTrace | null {
  if (spec.tracing === undefined) return null
  const { start, sampling } = spec.tracing
  const tracer = new Tracer(sampling, (span) => events.span?.(span))
  return new TaskTrace(tracer, start, taskAttributes(spec), spec.delivery.tasks.max)
}

/** Runs tasks in this thread. A failing task does not affect the others: they share nothing that can fail. */
export class InlineExecutor implements TaskExecutor {
  readonly #resources: Promise<TaskResources>
  readonly #rest: WorkerConfig['rest']
  readonly #running = new Set<RunningTask>()

  constructor(worker: WorkerConfig) {
    this.#resources = createResources(worker)
    this.#rest = worker.rest
  }

  start(spec: TaskSpec, listener: TaskListener): RunningTask {
    const { connector, delivery, shard } = spec
    let task: Task | null = null
    let stopping = false
    const handle: RunningTask = {
      stop: () => {
        stopping = true
        task?.stop()
      },
      abandon: () => {
        stopping = true
        void task?.abandon()
      },
    }
    this.#running.add(handle)
    const events = hidingSecrets(listener, connector, this.#rest)
    const trace = traceOf(spec, events)
    const run = async (): Promise<void> => {
      // Asynchronously: the caller gets the handle first.
      await Promise.resolve()
      try {
        const resolved = resolveDelivery(connector, delivery.sinkName, process.env, this.#rest)
        const resources = await this.#resources
        const open = (): Promise<Task> => openTask({ connector: resolved, shard, trace }, resources, events)
        task = await (trace === null ? open() : trace.step('prepare task', open))
        const end = stopping ? ({ end: 'stopped' } as const) : await task.run()
        this.#running.delete(handle)
        events.ended(end)
      } catch (error) {
        this.#running.delete(handle)
        events.ended({ end: 'failed', failure: asFailure(error) })
      }
    }
    void run()
    return handle
  }

  /** Whether the connector's tasks can run on this worker, as far as that is known without a network. Tasks reuse what it loads. */
  async isFit(connector: RawConnector): Promise<boolean> {
    const { worker, models } = await this.#resources
    return checkConnector(connector, worker, process.env, models).then(
      ({ errors }) => errors.length === 0,
      () => false,
    )
  }

  close(): Promise<void> {
    for (const task of this.#running) task.abandon()
    return Promise.resolve()
  }
}
