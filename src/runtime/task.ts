import type { ConnectorConfig } from '../config/connector.js'
import { GenesisError, asGenesisError } from '../errors.js'
import type { Checkpoint, ShardId } from '../record.js'
import type { SpanAttributes } from '../telemetry/span.js'
import { checkCheckpoint, shardName } from '../sink/check-checkpoint.js'
import { DownstreamClosed } from '../sink/sink.js'
import { emptyCounters, type Counters } from '../delivery/counters.js'
import { Backoff } from '../delivery/backoff.js'
import type { Clock } from '../delivery/clock.js'
import { dependencyOf, type ExternalDependency } from '../delivery/dependencies.js'
import { PoisonRecordSearch } from '../delivery/poison-record-search.js'
import { Recovery } from '../delivery/recovery.js'
import { Pipeline, type TaskParts } from './pipeline.js'
import { Sleep } from './sleep.js'
import { asFailure, type Failure, type TaskEnd, type TaskEvents } from './task-events.js'

export interface TaskOptions {
  readonly shard: ShardId
  /** The stream's first position, if there is no checkpoint yet. */
  readonly from: number
  /** The stream ends before this position, over all shards; null: never. */
  readonly to: number | null
  readonly transaction: Pick<ConnectorConfig['transaction'], 'boundary' | 'intervalMs'>
  readonly errors: ConnectorConfig['errors']
}

/**
 * Delivers one shard, exactly once if the sink does: opens the sink, seeks to its checkpoint, and runs the pipeline from
 * there. After any failure it closes the sink, waits, reopens it and continues from the checkpoint this returns, which
 * also settles commits whose response was lost.
 */
export class Task {
  readonly #options: TaskOptions
  readonly #parts: TaskParts
  readonly #events: TaskEvents
  readonly #backoff: Backoff
  readonly #poisonSearch: PoisonRecordSearch
  readonly #counters: Counters
  readonly #pipeline: Pipeline
  readonly #clock: Clock
  readonly #recovery: Recovery
  readonly #sleep = new Sleep()
  readonly #end: number

  /** Why the record being searched for cannot be delivered. */
  #fault: GenesisError | null = null
  /** What the last failure waits for, until it is known to be back. */
  #missed: ExternalDependency | null = null
  #opened = false
  #opening = false
  #resumed = false
  #stopping = false
  #cutShort: () => void = () => undefined

  /** `recovery`: shared by the tasks that detect the end of an outage together. */
  constructor(
    options: TaskOptions,
    parts: TaskParts,
    events: TaskEvents,
    clock: Clock,
    random?: () => number,
    recovery: Recovery = new Recovery(clock, random),
  ) {
    const { shard, transaction } = options
    this.#options = options
    this.#parts = parts
    this.#events = events
    this.#backoff = new Backoff(options.errors, { random })
    this.#poisonSearch = new PoisonRecordSearch(shard.shards)
    this.#counters = emptyCounters(firstPosition(options.from, shard))
    this.#end = options.to ?? Infinity
    this.#clock = clock
    this.#recovery = recovery
    this.#pipeline = new Pipeline(
      { shards: shard.shards, end: this.#end, transaction },
      parts,
      this.#counters,
      this.#poisonSearch,
      clock,
      () => {
        this.#backoff.reset()
        this.#isBack()
        events.progress(this.#counters)
      },
    )
  }

  /** Runs to the end; never rejects. Call once. */
  async run(): Promise<TaskEnd> {
    try {
      return await this.#attempts()
    } finally {
      this.#parts.trace?.ended(null)
      this.#parts.encoder.close?.()
    }
  }

  async #attempts(): Promise<TaskEnd> {
    for (;;) {
      try {
        await this.#attempt()
        return { end: this.#counters.position >= this.#end ? 'complete' : 'stopped' }
      } catch (thrown) {
        if (thrown instanceof DownstreamClosed) return { end: 'stopped' }
        if (this.#stopping) {
          // A start cut short by a stop is not a failure.
          if (this.#resumed) this.#counters.errors++
          this.#events.progress(this.#counters)
          return { end: 'stopped' }
        }
        const failure = await this.#recover(asGenesisError(thrown))
        if (failure !== null) return { end: 'failed', failure }
        if (this.#stopping) return { end: 'stopped' }
      }
    }
  }

  /** Requests an end after the open transaction: `run` then resolves. */
  stop(): void {
    this.#stopping = true
    this.#pipeline.stop()
    this.#sleep.wake()
    this.#cutShort()
    // Nothing is open yet that needs finishing, and a broker that is not ready can take long.
    if (this.#opening) void this.#parts.sink.close()
    else this.#parts.sink.hurry?.()
  }

  /** Ends without waiting for the open transaction, abandoning uncommitted records. */
  async abandon(): Promise<void> {
    this.stop()
    await this.#parts.sink.close()
  }

  /** Waits for the next attempt; resolves to the failure if there is none. */
  async #recover(error: GenesisError): Promise<Failure | null> {
    const { policy, maxRetries } = this.#options.errors
    const failure = asFailure(error)
    const suspected = policy === 'skip' && this.#suspects(error)
    if (suspected) this.#fault = error
    const waitMs = suspected ? 0 : this.#backoff.next(error, this.#clock.now())
    const dependency = dependencyOf(error.code)
    // Waiting out a temporary failure is not a connector error.
    if (dependency === null || waitMs === null) this.#counters.errors++
    if (waitMs !== null) this.#counters.retries++
    this.#events.progress(this.#counters)
    const { trace = null } = this.#parts
    if (waitMs === null) {
      trace?.ended(error)
      return failure
    }
    trace?.failed(error, waitMs, this.#pipeline.written ?? this.#counters.position)
    this.#missed = dependency
    this.#events.state('RESTARTING', failure, waitMs)
    if (waitMs > 0 && !this.#stopping)
      await this.#sleep.for((done) =>
        dependency === null
          ? this.#clock.after(waitMs, done)
          : this.#recovery.wait(dependency, waitMs, maxRetries === Infinity, done),
      )
    return null
  }

  #isBack(): void {
    if (this.#missed !== null) this.#recovery.recovered(this.#missed)
    this.#missed = null
  }

  async #attempt(): Promise<void> {
    const { encoder, sink } = this.#parts
    this.#pipeline.reset()
    // A failure before the sink was open is over when it opens; one in mid-stream, when something is delivered.
    const opens = !this.#resumed
    this.#resumed = false
    try {
      await this.#unlessStopped(encoder.prepare())
      if (this.#stopping) return
      const checkpoint = await this.#openSink()
      if (this.#stopping) return
      await this.#resume(checkpoint)
      if (opens) this.#isBack()
      this.#parts.trace?.running(checkpoint?.position ?? this.#counters.position)
      this.#events.state('RUNNING', null, 0)
      this.#events.progress(this.#counters)
      await this.#pipeline.run()
    } finally {
      await sink.close()
    }
  }

  async #openSink(): Promise<Checkpoint | null> {
    this.#opening = true
    try {
      const { sink, trace = null } = this.#parts
      if (trace === null) return await sink.open()
      return await trace.step('open sink', () => sink.open(), positionOf)
    } finally {
      this.#opening = false
    }
  }

  /** Waits for work that holds nothing, but no longer than until a stop is requested. */
  #unlessStopped(work: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#cutShort = resolve
      work.then(resolve, reject)
      if (this.#stopping) resolve()
    })
  }

  /** Seeks to the checkpoint, and settles the outcome of a commit whose response was lost. */
  async #resume(checkpoint: Checkpoint | null): Promise<void> {
    const { shard } = this.#options
    const { generator, encoder, sink } = this.#parts
    const counters = this.#counters
    if (checkpoint !== null) checkCheckpoint(checkpoint, generator.fingerprint, shard)
    const position = checkpoint?.position ?? firstPosition(this.#options.from, shard)
    if (!this.#opened) counters.position = position
    this.#opened = true
    if (position < counters.position) {
      throw new GenesisError('CHECKPOINT_INVALID', 'checkpoint moved backwards: continuing would send records twice', {
        place: shardName(shard),
        found: `position ${position}`,
        expected: `position ${counters.position}, which was committed before`,
      })
    }
    this.#pipeline.settle(position)
    generator.start(position)
    if (this.#poisonSearch.found(position)) {
      if (sink.deadLetter !== undefined && this.#fault !== null)
        sink.deadLetter(encoder.encode(generator.generate(1)), this.#fault)
      await this.#pipeline.skip(position)
    }
    this.#poisonSearch.narrow(generator.position)
    this.#resumed = true
  }

  #suspects(error: GenesisError): boolean {
    // A failure to open, or of a checkpoint alone, is not any record's fault.
    if (!this.#resumed) return false
    const { written } = this.#pipeline
    return written !== undefined && this.#poisonSearch.suspects(error.code, written)
  }
}

function positionOf(checkpoint: Checkpoint | null): SpanAttributes {
  return checkpoint === null ? {} : { 'genesis.position': checkpoint.position }
}

/** The shard's first position at or above `from`. */
function firstPosition(from: number, { shard, shards }: ShardId): number {
  return from + ((((shard - from) % shards) + shards) % shards)
}
