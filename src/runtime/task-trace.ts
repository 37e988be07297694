import type { Clock } from '../delivery/clock.js'
import { GenesisError } from '../errors.js'
import type { SpanAttributes, SpanContext, SpanError } from '../telemetry/span.js'
import type { SpanName } from '../telemetry/span-table.js'
import { spanError, type OpenSpan, type Tracer } from '../telemetry/tracer.js'

/** Time between the transactions of a task that are recorded; failed ones always are. */
const transactionsMs = 10_000

/** A transaction as its spans show it. */
export interface TracedTransaction {
  /** When its first batch was generated, by the task's clock. */
  readonly began: number
  readonly records: number
  readonly position: number
}

/**
 * The spans of a task: the steps of its start, which the span that started it contains; each attempt to recover from a failure; and now and
 * then a transaction. Nothing is done per record or batch.
 */
export class TaskTrace {
  readonly #tracer: Tracer
  readonly #start: SpanContext
  readonly #task: SpanAttributes
  readonly #shards: number
  /** Null: it has not failed since it ran. */
  #recovery: OpenSpan | null = null
  #hasFailed = false
  /** The position up to which records have been written, committed or not. */
  #written = 0
  #nextTransaction = -Infinity

  /** `start`: the span that ends when the task runs. `task`: which one it is, one of `shards`. */
  constructor(tracer: Tracer, start: SpanContext, task: SpanAttributes, shards: number) {
    this.#tracer = tracer
    this.#start = start
    this.#task = task
    this.#shards = shards
  }

  /** A step of the start, or of a recovery. `outcome`: what is said of its result. */
  step<T>(name: SpanName, work: () => Promise<T>, outcome: (result: T) => SpanAttributes = () => ({})): Promise<T> {
    const parent = this.#recovery?.context ?? (this.#hasFailed ? null : this.#start)
    return this.#tracer.during(name, { parent, attributes: this.#task }, async (span) => {
      const result = await work()
      span.set(outcome(result))
      return result
    })
  }

  /** An attempt failed, and the next one follows after a wait, which belongs to it. `written`: the position up to which records were written. */
  failed(error: GenesisError, waitMs: number, written: number): void {
    this.#written = Math.max(this.#written, written)
    this.#recovery?.end(spanError(error))
    this.#hasFailed = true
    const attributes = {
      ...this.#task,
      'genesis.failure': error.code,
      'genesis.wait_ms': Math.round(waitMs),
      'genesis.written_position': this.#written,
    }
    this.#recovery = this.#tracer.begin('recover task', { link: this.#start, attributes })
  }

  /** The task runs, from this position: what was written beyond it is generated again. */
  running(position: number): void {
    const regenerated = Math.max(0, Math.round((this.#written - position) / this.#shards))
    this.#recovery?.set({ 'genesis.position': position, 'genesis.regenerated_records': regenerated })
    this.#recovery?.end()
    this.#recovery = null
    this.#written = 0
  }

  /** No further attempt. */
  ended(error: GenesisError | null): void {
    this.#recovery?.end(error === null ? stopped : spanError(error))
    this.#recovery = null
  }

  /** Commits; the transaction is recorded if it is its turn, or fails. */
  async commit(transaction: TracedTransaction, clock: Pick<Clock, 'now'>, commit: () => Promise<void>): Promise<void> {
    const commitBegan = clock.now()
    try {
      await commit()
    } catch (thrown) {
      if (thrown instanceof GenesisError) this.#transaction(transaction, commitBegan, clock.now(), spanError(thrown))
      throw thrown
    }
    const now = clock.now()
    if (now >= this.#nextTransaction) this.#transaction(transaction, commitBegan, now, null)
  }

  #transaction(
    { began, records, position }: TracedTransaction,
    commitBegan: number,
    now: number,
    error: SpanError | null,
  ): void {
    this.#nextTransaction = now + transactionsMs
    const attributes = { ...this.#task, 'genesis.records': records, 'genesis.position': position }
    const whole = this.#tracer.begin('transaction', { link: this.#start, attributes, agoMs: now - began })
    const commit = { parent: whole.context, attributes: this.#task, agoMs: now - commitBegan }
    this.#tracer.begin('commit', commit).end(error)
    whole.end(error)
  }
}

const stopped: SpanError = { code: 'STOPPED', message: 'stopped before it recovered' }
