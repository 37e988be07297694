import { currentSpan } from '../telemetry/current-span.js'
import type { Span, SpanAttributes } from '../telemetry/span.js'
import type { Tracer } from '../telemetry/tracer.js'
import type { RunningTask, TaskExecutor, TaskListener, TaskSpec } from './task-executor.js'

/** Which task a span is about. */
export function taskAttributes({ delivery, shard }: Pick<TaskSpec, 'delivery' | 'shard'>): SpanAttributes {
  const { name, sinkName, tasks } = delivery
  return {
    'genesis.connector': name,
    ...(sinkName !== null && { 'genesis.sink': sinkName }),
    'genesis.shard': shard,
    'genesis.shards': tasks.max,
  }
}

/** An executor with a span for each start of a task: until it runs or fails. The task's own spans arrive with its events. */
export class TracedExecutor implements TaskExecutor {
  readonly #executor: TaskExecutor
  readonly #tracer: Tracer
  readonly #record: (span: Span) => void

  /** `record`: takes spans that tasks have made elsewhere. */
  constructor(executor: TaskExecutor, tracer: Tracer, record: (span: Span) => void) {
    this.#executor = executor
    this.#tracer = tracer
    this.#record = record
  }

  start(spec: TaskSpec, listener: TaskListener): RunningTask {
    const span = this.#tracer.begin('start task', { parent: currentSpan(), attributes: taskAttributes(spec) })
    const tracing = { start: span.context, sampling: this.#tracer.sampling }
    return this.#executor.start(
      { ...spec, tracing },
      {
        progress: (counters) => listener.progress(counters),
        span: (one) => this.#record(one),
        state(state, failure, retryInMs) {
          span.end(failure)
          listener.state(state, failure, retryInMs)
        },
        ended(end) {
          span.end(end.end === 'failed' ? end.failure : null)
          listener.ended(end)
        },
      },
    )
  }

  close(): Promise<void> {
    return this.#executor.close()
  }
}
