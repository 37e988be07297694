import { isObject } from '../../config/is-object.js'
import { emptyCounters } from '../../delivery/counters.js'
import { errorTable, type ErrorCode } from '../../errors.js'
import type { Store, StoreEntry } from '../../kafka/store.js'
import type { TaskRunStatus } from '../../runtime/status.js'
import type { Failure, State } from '../../runtime/task-events.js'

/** A task's status, from the worker that has it. */
export interface LoggedTask {
  readonly status: TaskRunStatus
  readonly workerId: string
  /** Of the assignment that gave it the task. */
  readonly generation: number
  /** Milliseconds since 1970. */
  readonly asOf: number
}

/** Called synchronously; must not throw. Undefined: deleted. */
export type StatusChanged = (task: string, now: LoggedTask | undefined, before: LoggedTask | undefined) => void

/**
 * Called synchronously; must not throw. A connector's active topics were reset at these record counts of its
 * deliveries.
 */
export type TopicsReset = (connector: string, records: ReadonlyMap<string, number>) => void

const prefix = 'status-task-'
const topicsPrefix = 'topics-reset-'
const retryMs = 1_000
const states: readonly State[] = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'STOPPED', 'FAILED', 'RESTARTING']

/**
 * The status of a group's tasks in a compacted topic: state, trace and counters of each, written by the worker that
 * has it. Of two workers the later generation wins, whichever writes last.
 */
export class StatusLog {
  readonly #store: Store
  readonly #changed: StatusChanged
  readonly #topicsReset: TopicsReset
  #lastGeneration = 0
  readonly #tasks = new Map<string, LoggedTask>()
  readonly #unwritten = new Map<string, LoggedTask | null>()
  #writing: Promise<void> | null = null
  #closed = false

  /** `changed`: called synchronously, in log order; also for this worker's own records. */
  constructor(store: Store, changed: StatusChanged, topicsReset: TopicsReset) {
    this.#store = store
    this.#changed = changed
    this.#topicsReset = topicsReset
    store.subscribe({ record: (entry) => this.#apply(entry), reset: () => this.#reset() })
  }

  open(): Promise<void> {
    return this.#store.open()
  }

  readToEnd(): Promise<void> {
    return this.#store.readToEnd()
  }

  /** When the log was last read to its end, in milliseconds since 1970. */
  get followedAt(): number {
    return this.#store.followedAt
  }

  /** The latest generation in the log. */
  get lastGeneration(): number {
    return this.#lastGeneration
  }

  /** For the whole group. */
  async resetTopics(connector: string, records: ReadonlyMap<string, number>): Promise<void> {
    const value = Buffer.from(JSON.stringify({ records: Object.fromEntries(records) }))
    await this.#store.write([{ key: topicsPrefix + connector, value }])
  }

  get(task: string): LoggedTask | undefined {
    return this.#tasks.get(task)
  }

  /** Writes its latest version as soon as possible; null: deletes it. */
  publish(task: string, status: LoggedTask | null): void {
    this.#unwritten.set(task, status)
    this.#writing ??= this.#writeAll()
  }

  /** Resolves when everything published before is in the log, or after `timeoutMs`. */
  async flush(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)))
    await Promise.race([this.#writing ?? Promise.resolve(), late])
    clearTimeout(timer)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#store.close()
  }

  /** Writes pending updates together. A Kafka outage is temporary: the latest version is written when it is over. */
  async #writeAll(): Promise<void> {
    // Changes made in one turn are one write.
    await Promise.resolve()
    while (this.#unwritten.size > 0 && !this.#closed) {
      const batch = [...this.#unwritten]
      this.#unwritten.clear()
      try {
        await this.#store.write(batch.map(([task, one]) => ({ key: prefix + task, value: one && encoded(one) })))
      } catch {
        for (const [task, one] of batch) if (!this.#unwritten.has(task)) this.#unwritten.set(task, one)
        await new Promise((resolve) => setTimeout(resolve, retryMs).unref())
      }
    }
    this.#writing = null
  }

  #apply({ key, value }: StoreEntry): void {
    if (key.startsWith(topicsPrefix)) return this.#applyReset(key.slice(topicsPrefix.length), value)
    if (!key.startsWith(prefix)) return
    const task = key.slice(prefix.length)
    if (value === null) {
      const before = this.#tasks.get(task)
      if (this.#tasks.delete(task)) this.#changed(task, undefined, before)
      return
    }
    const now = decoded(value, Number(task.slice(task.lastIndexOf('#') + 1)))
    const known = this.#tasks.get(task)
    if (now === null || (known !== undefined && known.generation > now.generation)) return
    this.#lastGeneration = Math.max(this.#lastGeneration, now.generation)
    this.#tasks.set(task, now)
    this.#changed(task, now, known)
  }

  #applyReset(connector: string, value: Buffer | null): void {
    const content = value === null ? null : parsed(value)
    if (!isObject(content) || !isObject(content.records)) return
    const counts = Object.entries(content.records).filter((one): one is [string, number] => typeof one[1] === 'number')
    this.#topicsReset(connector, new Map(counts))
  }

  #reset(): void {
    const gone = [...this.#tasks]
    this.#tasks.clear()
    for (const [task, before] of gone) this.#changed(task, undefined, before)
  }
}

function encoded({ status, workerId, generation, asOf }: LoggedTask): Buffer {
  const { state, complete, failure, counters, rate, started } = status
  const { records, bytes, batches, commits, errors, retries, dropped, position, commitMs } = counters
  const about = { state, worker_id: workerId, generation, as_of: asOf, complete, started, rate }
  const trace = failure === null ? {} : { trace: failure.trace, code: failure.code, message: failure.message }
  const counted = { records, bytes, batches, commits, errors, retries, dropped, position, commit_ms: commitMs }
  return Buffer.from(JSON.stringify({ ...about, ...trace, ...counted }))
}

/** Null: not in the form of `encoded`. */
function decoded(value: Buffer, shard: number): LoggedTask | null {
  const content = parsed(value)
  if (!isObject(content)) return null
  const { state: word, worker_id: workerId, complete, started } = content
  const state = states.find((one) => one === word)
  if (state === undefined || typeof workerId !== 'string') return null
  const number = (key: string): number => {
    const found = content[key]
    return typeof found === 'number' ? found : 0
  }
  const counters = emptyCounters(number('position'))
  for (const key of ['records', 'bytes', 'batches', 'commits', 'errors', 'retries', 'dropped'] as const)
    counters[key] = number(key)
  counters.commitMs = number('commit_ms')
  return {
    workerId,
    generation: number('generation'),
    asOf: number('as_of'),
    status: {
      shard,
      state,
      complete: complete === true,
      started: started === true,
      failure: failureOf(content),
      counters,
      rate: number('rate'),
    },
  }
}

/** Null: not JSON. */
function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'))
  } catch {
    return null
  }
}

function failureOf({ code, message, trace }: Readonly<Record<string, unknown>>): Failure | null {
  if (typeof code !== 'string' || typeof message !== 'string' || typeof trace !== 'string') return null
  const known: ErrorCode = Object.hasOwn(errorTable, code) ? (code as ErrorCode) : 'INTERNAL'
  return { code: known, message, trace, retriable: errorTable[known].retriable }
}
