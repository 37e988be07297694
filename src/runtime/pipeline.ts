import type { ConnectorConfig } from '../config/connector.js'
import type { Clock } from '../delivery/clock.js'
import type { Counters } from '../delivery/counters.js'
import type { PoisonRecordSearch } from '../delivery/poison-record-search.js'
import type { Encoder } from '../encode/encoder.js'
import type { Generator } from '../model/generator.js'
import type { Pacer } from '../pacing/pacer.js'
import type { Sink } from '../sink/sink.js'
import { OpenTransaction } from './open-transaction.js'
import type { TaskTrace } from './task-trace.js'
import { Sleep } from './sleep.js'
import type { Turn } from './turns.js'

/** The parts of a task, all its own. */
export interface TaskParts {
  readonly generator: Generator
  readonly encoder: Encoder
  readonly sink: Sink
  readonly pacer: Pacer
  /** @default null: it makes no spans */
  readonly trace?: TaskTrace | null
  /** Absent: it writes whenever it has records. */
  readonly turn?: Turn
}

/** By how much a timer may be late on an idle machine. */
const timerMs = 2

export interface PipelineOptions {
  readonly shards: number
  /** The stream ends before this position, over all shards; Infinity: never. */
  readonly end: number
  readonly transaction: Pick<ConnectorConfig['transaction'], 'boundary' | 'intervalMs'>
}

/**
 * Generates, encodes and writes whatever the pacer allows, and commits at transaction boundaries. The next batch is generated
 * while a commit is in flight. It outlives attempts: after a failure it still knows what was written and which commit is in doubt.
 */
export class Pipeline {
  readonly #options: PipelineOptions
  readonly #parts: TaskParts
  readonly #counters: Counters
  readonly #poisonSearch: PoisonRecordSearch
  readonly #clock: Clock
  readonly #onCommit: () => void
  readonly #sleep = new Sleep()
  #transaction: OpenTransaction | null = null
  #committing: Promise<void> | null = null
  #inDoubt: OpenTransaction | null = null
  #stopping = false

  /** `onCommit` is called after a commit has been counted. */
  constructor(
    options: PipelineOptions,
    parts: TaskParts,
    counters: Counters,
    poisonSearch: PoisonRecordSearch,
    clock: Clock,
    onCommit: () => void,
  ) {
    this.#options = options
    this.#parts = parts
    this.#counters = counters
    this.#poisonSearch = poisonSearch
    this.#clock = clock
    this.#onCommit = onCommit
  }

  /** The position after the last record written without a confirmed commit. */
  get written(): number | undefined {
    return this.#transaction?.position ?? this.#inDoubt?.position
  }

  /** Before an attempt: drops the previous attempt's open transaction. */
  reset(): void {
    this.#transaction = null
    this.#committing = null
  }

  /** The sink resumed at this position: counts the unacknowledged commit if it turns out to have succeeded. */
  settle(position: number): void {
    if (position === this.#inDoubt?.position) this.#inDoubt.count(this.#counters, this.#clock.now())
    this.#inDoubt = null
  }

  /** Commits a checkpoint after a skipped record. */
  async skip(position: number): Promise<void> {
    const dropped = new OpenTransaction(this.#clock.now())
    dropped.drop(position, this.#options.shards)
    this.#parts.generator.start(dropped.position)
    this.#commit(dropped)
    await this.#committed()
  }

  /** Delivers from the generator's position to the end or until `stop`, then commits the last transaction. */
  async run(): Promise<void> {
    try {
      await this.#run()
    } finally {
      this.#parts.turn?.end()
    }
  }

  async #run(): Promise<void> {
    const { generator, encoder, sink, pacer, turn } = this.#parts
    const { end, shards } = this.#options
    pacer.start(this.#clock.now())
    while (!this.#stopping && generator.position < end) {
      if (turn?.isMine === false) {
        await turn.take()
        if (this.#stopping) break
      }
      const now = this.#clock.now()
      const limit = Math.min(end, this.#poisonSearch.limit)
      const room = Math.ceil((limit - generator.position) / shards)
      const count = pacer.grant(Math.min(generator.capacity, room, sink.maxRecords ?? Infinity), now)
      if (count === 0) {
        await this.#idle(now)
        continue
      }
      const batch = encoder.encode(generator.generate(count))
      await this.#committed()
      this.#transaction ??= new OpenTransaction(now)
      this.#transaction.add(batch, now)
      await sink.write(batch)
      this.#transaction.waitedMs += this.#clock.now() - now
      if (this.#commitIsDue(limit)) this.#commit(this.#transaction)
      if (limit < end && generator.position >= limit) await this.#committed()
      await this.#clock.turn()
    }
    await this.#committed()
    if (this.#transaction !== null) this.#commit(this.#transaction)
    await this.#committed()
  }

  /** `run` ends after the open transaction. */
  stop(): void {
    this.#stopping = true
    this.#sleep.wake()
    this.#parts.turn?.end()
  }

  #commitIsDue(limit: number): boolean {
    const { boundary, intervalMs } = this.#options.transaction
    if (boundary === 'batch' || this.#parts.generator.position >= limit) return true
    const now = this.#clock.now()
    const began = this.#transaction?.began ?? Infinity
    if (now - began >= Math.min(intervalMs, this.#parts.turn?.lengthMs ?? Infinity)) return true
    // Nothing more can join in time. Said with the last batch, so that a sink can send both at once.
    return this.#transaction !== null && this.#isLast(this.#transaction, now)
  }

  /** Whether the next records come too late for the transaction. A timer may be late: close to the limit is too late. */
  #isLast({ began }: OpenTransaction, now: number): boolean {
    const delayMs = this.#parts.pacer.delay(now)
    return delayMs > 0 && began + this.#options.transaction.intervalMs <= now + delayMs + timerMs
  }

  /** Nothing is due: commits first if nothing more can join the transaction, so that none stays open needlessly. */
  async #idle(now: number): Promise<void> {
    if (this.#committing !== null) return this.#committed()
    const open = this.#transaction
    if (open !== null && this.#isLast(open, now)) this.#commit(open)
    else if (!this.#stopping) await this.#sleep.for((done) => this.#clock.after(this.#parts.pacer.delay(now), done))
  }

  #commit(transaction: OpenTransaction): void {
    const { sink, pacer, generator, turn, trace = null } = this.#parts
    const began = this.#clock.now()
    this.#transaction = null
    this.#inDoubt = transaction
    this.#committing = (async () => {
      const checkpoint = {
        position: transaction.position,
        fingerprint: generator.fingerprint,
        shards: this.#options.shards,
      }
      await (trace === null
        ? sink.commit(checkpoint)
        : trace.commit(transaction, this.#clock, () => sink.commit(checkpoint)))
      const now = this.#clock.now()
      this.#inDoubt = null
      this.#counters.commitMs += now - began
      this.#counters.throttledMs = sink.throttledMs ?? 0
      transaction.count(this.#counters, now)
      pacer.acknowledged?.(transaction.records, transaction.waitedMs + now - began, now)
      this.#poisonSearch.narrow(transaction.position)
      this.#onCommit()
    })()
    // Awaited before the next write; until then, avoid an unhandled rejection.
    this.#committing.catch(() => undefined)
    // The next task writes while this one's records are acknowledged.
    turn?.end()
  }

  async #committed(): Promise<void> {
    if (this.#committing === null) return
    await this.#committing
    this.#committing = null
  }
}
