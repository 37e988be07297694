import { availableParallelism } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { RawConnector } from '../config/raw-connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { SinkConfig } from '../sink/options.js'
import { asFailure } from './task-events.js'
import type { RunningTask, TaskListener, TaskExecutor, TaskSpec } from './task-executor.js'
import type { FromThread, ThreadData, ToThread } from './thread-messages.js'

interface Thread {
  readonly worker: Worker
  readonly tasks: Map<number, TaskListener>
  readonly checks: Map<number, (isFit: boolean) => void>
  /** The error it died of, if it reported one. */
  error: unknown
  /** Pings since its last message; null: no message yet, so it is starting. */
  unanswered: number | null
}

export interface ThreadOptions {
  readonly entry?: URL
  readonly heapMb?: number
  /**
   * How often threads are pinged to check their event loop, in ms.
   * @default 10_000
   */
  readonly pingMs?: number
}

/** Unanswered pings after which a thread counts as stuck. A count, not a time: after a suspend, or a delay of this loop, all get the same chance. */
const maxUnanswered = 12

/**
 * Node ends a thread at its heap limit with 16 MB in reserve. What survives a young generation of its usual size can exceed that at once,
 * and Node 24 then aborts the whole process. A thread has all of it from the start: at four times this size it needed 14 MB more, and no less CPU.
 */
const maxYoungGenerationSizeMb = 6

/**
 * Runs tasks on worker threads, many on each; threads are started on demand. When a thread dies (a
 * crash, out of memory) or is stuck, its tasks end with THREAD_LOST and no others are affected; a restarted task gets a new thread.
 */
export class ThreadPool implements TaskExecutor {
  readonly #size: number
  readonly #entry: URL
  readonly #options: WorkerOptions
  readonly #threads = new Set<Thread>()
  readonly #pinging: NodeJS.Timeout
  #lastId = 0

  /** For tests: another thread script, another heap limit. */
  constructor(worker: WorkerConfig, size: number, { entry, heapMb, pingMs = 10_000 }: ThreadOptions = {}) {
    this.#size = size
    this.#entry = entry ?? new URL('./thread.js', import.meta.url)
    this.#options = {
      workerData: { worker } satisfies ThreadData,
      // Without its own limit, a thread that runs out of memory ends the process.
      resourceLimits: {
        maxOldGenerationSizeMb: heapMb ?? Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20),
        maxYoungGenerationSizeMb,
      },
    }
    this.#pinging = setInterval(() => this.#ping(pingMs), pingMs)
    this.#pinging.unref()
  }

  start(spec: TaskSpec, listener: TaskListener): RunningTask {
    const thread = this.#thread()
    const id = ++this.#lastId
    thread.tasks.set(id, listener)
    const send = (message: ToThread): void => thread.worker.postMessage(message)
    send({ call: 'start', id, spec })
    return { stop: () => send({ call: 'stop', id }), abandon: () => send({ call: 'abandon', id }) }
  }

  /** Starts a thread, unless one has no tasks yet, and has it load the sink's parts. */
  prepare(sink: SinkConfig['type']): void {
    this.#thread().worker.postMessage({ call: 'prepare', sink } satisfies ToThread)
  }

  /**
   * Whether a connector's tasks can run, as far as a thread can tell without a network. False also if the thread is lost meanwhile: check
   * it here, for errors with their places.
   */
  isFit(connector: RawConnector): Promise<boolean> {
    const { worker, checks } = this.#thread()
    const id = ++this.#lastId
    return new Promise((resolve) => {
      checks.set(id, resolve)
      worker.postMessage({ call: 'check', id, connector } satisfies ToThread)
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging)
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()))
  }

  /** The one with the fewest tasks, or a new one if more are allowed and none is idle. */
  #thread(): Thread {
    const [least] = [...this.#threads].sort((a, b) => a.tasks.size - b.tasks.size)
    if (least !== undefined && (least.tasks.size === 0 || this.#threads.size >= this.#size)) return least
    const worker = new Worker(this.#entry, this.#options)
    const thread: Thread = { worker, tasks: new Map(), checks: new Map(), error: null, unanswered: null }
    this.#threads.add(thread)
    worker.on('message', (message: FromThread) => this.#heard(thread, message))
    worker.on('error', (error) => (thread.error = error))
    worker.on('exit', (status) => this.#lost(thread, status))
    return thread
  }

  #ping(pingMs: number): void {
    for (const thread of this.#threads) {
      if (thread.unanswered === maxUnanswered) {
        thread.error = new Error(`its event loop has been stuck for ${(maxUnanswered * pingMs) / 1000} s`)
        void thread.worker.terminate()
        continue
      }
      if (thread.unanswered !== null) thread.unanswered++
      thread.worker.postMessage({ call: 'ping' } satisfies ToThread)
    }
  }

  #heard(thread: Thread, message: FromThread): void {
    const { tasks, checks } = thread
    thread.unanswered = 0
    switch (message.say) {
      case 'pong':
        return
      case 'state':
        tasks.get(message.id)?.state(message.state, message.failure, message.retryInMs)
        return
      case 'progress':
        for (const { id, counters } of message.tasks) tasks.get(id)?.progress(counters)
        return
      case 'span':
        tasks.get(message.id)?.span?.(message.span)
        return
      case 'checked':
        checks.get(message.id)?.(message.isFit)
        checks.delete(message.id)
        return
      case 'ended': {
        const listener = tasks.get(message.id)
        tasks.delete(message.id)
        listener?.ended(message.end)
      }
    }
  }

  #lost(thread: Thread, status: number): void {
    this.#threads.delete(thread)
    const lost = new GenesisError('THREAD_LOST', "the task's thread has ended", {
      found: thread.error instanceof Error ? thread.error.message : `exit status ${status}`,
      cause: thread.error ?? undefined,
    })
    for (const listener of thread.tasks.values()) listener.ended({ end: 'failed', failure: asFailure(lost) })
    thread.tasks.clear()
    for (const resolve of thread.checks.values()) resolve(false)
    thread.checks.clear()
  }
}

/** Standard output belongs to the main thread: records from another would pass through it anyway. */
export function runsInThread(sink: SinkConfig['type']): boolean {
  return sink !== 'stdout'
}

/** As many as the worker's configuration asks for; null: none. */
export function createThreads(config: WorkerConfig): ThreadPool | null {
  const count = threadCount(config.threads)
  return count === 0 ? null : new ThreadPool(config, count)
}

/** The number of threads the worker's configuration asks for. */
export function threadCount(threads: WorkerConfig['threads']): number {
  return threads === 'auto' ? availableParallelism() : threads
}
