import type { ConnectorConfig } from '../config/connector.js'
import type { Encoder } from '../encode/encoder.js'
import { GenesisError, asGenesisError } from '../errors.js'
import type { Generator } from '../model/generator.js'
import type { Checkpoint, ShardId } from '../record.js'
import { checkCheckpoint, shardName } from '../sink/check-checkpoint.js'
import { DownstreamClosed, type Sink } from '../sink/sink.js'
import { emptyCounters, type Counters } from '../delivery/counters.js'
import type { Pacer } from '../pacing/pacer.js'
import { Backoff } from '../delivery/backoff.js'
import type { Clock } from '../delivery/clock.js'
import { PoisonRecordSearch } from '../delivery/poison-record-search.js'
import { OpenTransaction } from './open-transaction.js'
import { asFailure, type TaskEnd, type TaskEvents } from './task-events.js'

/** What a task is made of; each is the task's own. */
export interface TaskParts {
  readonly generator: Generator
  readonly encoder: Encoder
  readonly sink: Sink
  readonly pacer: Pacer
}

export interface TaskOptions {
  readonly shard: ShardId
  /** The stream's first position, where there is no checkpoint yet. */
  readonly from: number
  /** The stream ends before this position, over all shards; null: it does not end. */
  readonly to: number | null
  readonly transaction: Pick<ConnectorConfig['transaction'], 'boundary' | 'intervalMs'>
  readonly errors: ConnectorConfig['errors']
}

/**
 * Delivers one shard, exactly once if the sink does: opens the sink, goes to its checkpoint, and then generates, encodes
 * and writes what the pacer lets go, committing by the transaction boundary. While a commit is under way the next batch
 * is made. After any failure it closes the sink, waits, opens it and goes on from the checkpoint that this returns,
 * which also settles commits whose answer was lost.
 */
export class Task {
  readonly #options: TaskOptions
  readonly #parts: TaskParts
  readonly #events: TaskEvents
  readonly #clock: Clock
  readonly #backoff: Backoff
  readonly #poisonSearch: PoisonRecordSearch
  readonly #counters: Counters
  readonly #end: number

  #transaction: OpenTransaction | null = null
  #committing: Promise<void> | null = null
  #inDoubt: OpenTransaction | null = null
  /** Why the record that is searched for cannot be delivered. */
  #fault: GenesisError | null = null
  #opened = false
  #opening = false
  #resumed = false
  #stopping = false
  #wake: () => void = () => undefined

  constructor(options: TaskOptions, parts: TaskParts, events: TaskEvents, clock: Clock, random?: () => number) {
    const { shard } = options
    this.#options = options
    this.#parts = parts
    this.#events = events
    this.#clock = clock
    this.#backoff = new Backoff(options.errors, random)
    this.#poisonSearch = new PoisonRecordSearch(shard.shards)
    this.#counters = emptyCounters(firstPosition(options.from, shard))
    this.#end = options.to ?? Infinity
  }

  /** Runs to the end; never rejects. Call once. */
  async run(): Promise<TaskEnd> {
    for (;;) {
      try {
        await this.#attempt()
        return { end: this.#counters.position >= this.#end ? 'complete' : 'stopped' }
      } catch (thrown) {
        if (thrown instanceof DownstreamClosed) return { end: 'stopped' }
        // A stop has cut its start short: nothing has failed.
        if (this.#stopping && !this.#resumed) return { end: 'stopped' }
        const error = asGenesisError(thrown)
        const failure = asFailure(error)
        this.#counters.errors++
        this.#events.progress(this.#counters)
        if (this.#stopping) return { end: 'stopped' }
        const suspected = this.#options.errors.policy === 'skip' && this.#suspects(error)
        if (suspected) this.#fault = error
        const waitMs = suspected ? 0 : this.#backoff.next(error)
        if (waitMs === null) return { end: 'failed', failure }
        this.#counters.retries++
        this.#events.state('RESTARTING', failure, waitMs)
        if (waitMs > 0) await this.#sleep(waitMs)
        if (this.#stopping) return { end: 'stopped' }
      }
    }
  }

  /** Asks for an end after the open transaction: `run` then resolves. */
  stop(): void {
    this.#stopping = true
    this.#wake()
    // Nothing is open yet that would have to be finished, and a broker that is not ready can take long.
    if (this.#opening) void this.#parts.sink.close()
  }

  /** Ends without waiting for the open transaction: what is not committed is abandoned. */
  async abandon(): Promise<void> {
    this.stop()
    await this.#parts.sink.close()
  }

  async #attempt(): Promise<void> {
    const { encoder, sink, pacer } = this.#parts
    this.#transaction = null
    this.#committing = null
    this.#resumed = false
    try {
      await this.#unlessStopped(encoder.prepare())
      if (this.#stopping) return
      const checkpoint = await this.#openSink()
      if (this.#stopping) return
      await this.#resume(checkpoint)
      this.#events.state('RUNNING', null, 0)
      this.#events.progress(this.#counters)
      pacer.start(this.#clock.now())
      await this.#pump()
    } finally {
      await sink.close()
    }
  }

  async #openSink(): Promise<Checkpoint | null> {
    this.#opening = true
    try {
      return await this.#parts.sink.open()
    } finally {
      this.#opening = false
    }
  }

  /** Waits for work that holds nothing, but no longer than until a stop is asked for. */
  #unlessStopped(work: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#wake = resolve
      work.then(resolve, reject)
      if (this.#stopping) resolve()
    })
  }

  /** Goes to the checkpoint, and settles what became of a commit whose answer was lost. */
  async #resume(checkpoint: Checkpoint | null): Promise<void> {
    const { shard } = this.#options
    const { generator, encoder, sink } = this.#parts
    const counters = this.#counters
    if (checkpoint !== null) checkCheckpoint(checkpoint, generator.fingerprint, shard)
    const position = checkpoint?.position ?? firstPosition(this.#options.from, shard)
    if (!this.#opened) counters.position = position
    this.#opened = true
    if (position < counters.position) {
      throw new GenesisError('CHECKPOINT_INVALID', 'the checkpoint has gone back: going on would send records twice', {
        place: shardName(shard),
        found: `position ${position}`,
        expected: `position ${counters.position}, which was committed before`,
      })
    }
    if (position === this.#inDoubt?.position) this.#inDoubt.count(counters, this.#clock.now())
    this.#inDoubt = null
    generator.start(position)
    if (this.#poisonSearch.found(position)) {
      const dropped = new OpenTransaction(this.#clock.now())
      dropped.drop(position, shard.shards)
      if (sink.deadLetter !== undefined && this.#fault !== null)
        sink.deadLetter(encoder.encode(generator.generate(1)), this.#fault)
      generator.start(dropped.position)
      this.#commit(dropped)
      await this.#committed()
    }
    this.#poisonSearch.narrow(generator.position)
    this.#resumed = true
  }

  async #pump(): Promise<void> {
    const { generator, encoder, sink, pacer } = this.#parts
    const stride = this.#options.shard.shards
    while (!this.#stopping && generator.position < this.#end) {
      const now = this.#clock.now()
      const limit = Math.min(this.#end, this.#poisonSearch.limit)
      const room = Math.ceil((limit - generator.position) / stride)
      const count = pacer.grant(Math.min(generator.capacity, room), now)
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
      if (limit < this.#end && generator.position >= limit) await this.#committed()
      await this.#clock.turn()
    }
    await this.#committed()
    if (this.#transaction !== null) this.#commit(this.#transaction)
    await this.#committed()
  }

  #commitIsDue(limit: number): boolean {
    const { boundary, intervalMs } = this.#options.transaction
    if (boundary === 'batch' || this.#parts.generator.position >= limit) return true
    return this.#clock.now() - (this.#transaction?.began ?? Infinity) >= intervalMs
  }

  /** Nothing may go now: commits first if nothing more can join the transaction, so that none stays open for nothing. */
  async #idle(now: number): Promise<void> {
    if (this.#committing !== null) return this.#committed()
    const delayMs = this.#parts.pacer.delay(now)
    const open = this.#transaction
    if (open !== null && open.began + this.#options.transaction.intervalMs <= now + delayMs) this.#commit(open)
    else await this.#sleep(delayMs)
  }

  #commit(transaction: OpenTransaction): void {
    const { sink, pacer, generator } = this.#parts
    const began = this.#clock.now()
    this.#transaction = null
    this.#inDoubt = transaction
    this.#committing = (async () => {
      await sink.commit({
        position: transaction.position,
        fingerprint: generator.fingerprint,
        shards: this.#options.shard.shards,
      })
      const now = this.#clock.now()
      this.#inDoubt = null
      this.#counters.commitMs += now - began
      transaction.count(this.#counters, now)
      pacer.acknowledged?.(transaction.records, transaction.waitedMs + now - began, now)
      this.#poisonSearch.narrow(transaction.position)
      this.#backoff.reset()
      this.#events.progress(this.#counters)
    })()
    // It is awaited before the next write; until then a rejection is not unhandled.
    this.#committing.catch(() => undefined)
  }

  async #committed(): Promise<void> {
    if (this.#committing === null) return
    await this.#committing
    this.#committing = null
  }

  #suspects(error: GenesisError): boolean {
    // What rejects the opening or a checkpoint alone is no record's fault.
    if (!this.#resumed) return false
    const written = this.#transaction?.position ?? this.#inDoubt?.position
    return written !== undefined && this.#poisonSearch.suspects(error.code, written)
  }

  #sleep(ms: number): Promise<void> {
    if (this.#stopping) return Promise.resolve()
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }
}

/** The shard's first position that is not below `from`. */
function firstPosition(from: number, { shard, shards }: ShardId): number {
  return from + ((((shard - from) % shards) + shards) % shards)
}
