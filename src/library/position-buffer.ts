import { GenesisError } from '../errors.js'
import type { Clock } from '../delivery/clock.js'
import type { Pacer } from '../pacing/pacer.js'

/** Consecutive positions: the records of one batch. */
export interface Span {
  readonly start: number
  readonly length: number
  /** When the last of them fell due, on the clock. */
  readonly dueAt: number
}

export interface FeedOptions {
  readonly pacer: Pacer
  readonly clock: Clock
  /** First position, and end position (exclusive; Infinity: unbounded). */
  readonly from: number
  readonly end: number
  readonly batchSize: number
  /** Maximum records due and not taken. */
  readonly bufferSize: number
  /** What to do with a record that falls due when the buffer is full. */
  readonly onFull: 'block' | 'drop' | 'error'
  /** With drop: discard the oldest record in the buffer instead of the new one. */
  readonly dropOldest: boolean
  /** Maximum time a batch waits to become full. */
  readonly lingerMs: number
  /** Called for dropped positions: `from` up to, but excluding, `to`. */
  readonly dropped: (from: number, to: number) => void
  /** Called when the number of records in the buffer has changed. */
  readonly buffered: (records: number) => void
}

/**
 * The records that are due, up to the size of the buffer, as batches for the consumer. A record is a function of its
 * position, so the buffer holds positions: dropped records cost nothing, taken ones are generated then.
 *
 * The pacer's clock runs whether or not anyone takes: with `block` it is asked only for as many as there is room for,
 * with `drop` and `error` for everything due.
 */
export class PositionBuffer {
  readonly #options: FeedOptions
  /** Rejects with BUFFER_FULL as soon as a record does not fit; otherwise never settles. */
  readonly failed: Promise<never>
  #fail!: (error: GenesisError) => void
  #failure: GenesisError | null = null
  /** Positions that fell due together, in order, with gaps where some were dropped. */
  readonly #waiting: { start: number; length: number; readonly dueAt: number }[] = []
  #size = 0
  #position: number
  #over = false
  #closed = false
  #changed: (() => void)[] = []

  constructor(options: FeedOptions) {
    this.#options = options
    this.#position = options.from
    this.failed = new Promise((_, reject) => (this.#fail = reject))
    this.failed.catch(() => undefined)
  }

  /** Starts the pacer's clock. */
  start(): void {
    void this.#fill()
  }

  /** Positions of the next batch: full, or partial after waiting `lingerMs`. Null at the end, or when closed. */
  async next(): Promise<Span | null> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure
      if (this.#closed) return null
      if (this.#waiting.length === 0 && this.#over) return null
      const waitMs = this.#waitMs()
      if (waitMs <= 0) return this.#take()
      await this.#change(waitMs)
    }
  }

  /** Stops everything: nothing more is dropped, taken or waited for. */
  close(): void {
    this.#closed = true
    this.#signal()
  }

  async #fill(): Promise<void> {
    const { pacer, clock, end, batchSize, bufferSize, onFull } = this.#options
    pacer.start(clock.now())
    while (!this.#closed && this.#failure === null && this.#position < end) {
      const room = bufferSize - this.#size
      if (onFull === 'block' && room === 0) {
        await this.#change(Infinity)
        continue
      }
      const now = clock.now()
      const count = pacer.grant(Math.min(onFull === 'block' ? room : batchSize, end - this.#position), now)
      if (count === 0) await this.#sleep(pacer.delay(now))
      else {
        this.#accept(count, now)
        // Gives the consumer a turn before the next records fall due.
        await clock.turn()
      }
    }
    this.#over = true
    this.#signal()
  }

  #accept(count: number, now: number): void {
    const { bufferSize, onFull, dropOldest, dropped } = this.#options
    const start = this.#position
    this.#position += count
    const excess = Math.max(0, this.#size + count - bufferSize)
    if (excess > 0 && onFull === 'error') {
      this.#failure = new GenesisError('BUFFER_FULL', 'the buffer is full: the sink is slower than the stream', {
        place: `position ${start + count - excess}`,
        found: `${bufferSize} records waiting`,
        remedy: 'Increase bufferSize, lower the rate, or set onBufferFull to block or drop',
      })
      this.#fail(this.#failure)
    } else if (excess > 0 && !dropOldest) {
      this.#add(start, count - excess, now)
      dropped(start + count - excess, start + count)
    } else {
      this.#add(start, count, now)
      this.#dropFirst(excess)
    }
    this.#signal()
  }

  #add(start: number, length: number, dueAt: number): void {
    if (length === 0) return
    this.#waiting.push({ start, length, dueAt })
    this.#resize(length)
  }

  #dropFirst(count: number): void {
    for (let rest = count; rest > 0;) {
      const { start, length } = this.#cut(rest)
      this.#options.dropped(start, start + length)
      rest -= length
    }
  }

  /** Takes at most `most` positions from the oldest. */
  #cut(most: number): Span {
    const [first] = this.#waiting
    const { start, dueAt } = first
    const length = Math.min(first.length, most)
    first.start += length
    first.length -= length
    if (first.length === 0) this.#waiting.shift()
    this.#resize(-length)
    return { start, length, dueAt }
  }

  /** The oldest positions up to a gap, at most a full batch. */
  #take(): Span {
    const first = this.#cut(this.#full)
    const { start } = first
    let { length, dueAt } = first
    while (length < this.#full && this.#waiting[0]?.start === start + length) {
      const next = this.#cut(this.#full - length)
      length += next.length
      dueAt = next.dueAt
    }
    this.#signal()
    return { start, length, dueAt }
  }

  /** Milliseconds until a batch is ready. */
  #waitMs(): number {
    const { bufferSize, lingerMs, clock } = this.#options
    const [first] = this.#waiting
    if (first === undefined) return Infinity
    let length = 0
    for (const next of this.#waiting) {
      // Before a gap: nothing can be added to it.
      if (next.start !== first.start + length) return 0
      length += next.length
      if (length >= this.#full) return 0
    }
    return this.#over || this.#size >= bufferSize ? 0 : first.dueAt + lingerMs - clock.now()
  }

  /** Records in a full batch. */
  get #full(): number {
    return Math.min(this.#options.batchSize, this.#options.bufferSize)
  }

  #resize(by: number): void {
    this.#size += by
    this.#options.buffered(this.#size)
  }

  #sleep(ms: number): Promise<void> {
    return this.#closed ? Promise.resolve() : this.#wait(ms, () => this.#closed)
  }

  /** Waits for a change, at most `ms`. */
  #change(ms: number): Promise<void> {
    return this.#wait(ms, () => true)
  }

  /** Waits for a change that `wanted` accepts, at most `ms`. */
  #wait(ms: number, wanted: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      let waiting = true
      const done = (): void => {
        waiting = false
        cancel()
        resolve()
      }
      const changed = (): void => {
        if (!waiting) return
        if (wanted()) done()
        else this.#changed.push(changed)
      }
      const cancel = ms === Infinity ? () => undefined : this.#options.clock.after(ms, done)
      this.#changed.push(changed)
    })
  }

  #signal(): void {
    const changed = this.#changed
    this.#changed = []
    for (const call of changed) call()
  }
}
