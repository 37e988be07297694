import { inspect } from 'node:util'
import type { ErrorCode } from '../errors.js'
import type { Clock } from '../delivery/clock.js'
import { DurationQuantiles } from '../delivery/quantiles.js'
import { RateMeter } from '../delivery/rate-meter.js'

/** Undelivered positions: `from` up to, but excluding, `to`. */
export interface Gap {
  readonly from: number
  readonly to: number
  /** BUFFER_FULL: dropped because the buffer was full. Otherwise the error they were skipped for. */
  readonly reason: ErrorCode
}

/** How `streamTo` and `stream` record what happens. */
export interface MetricsRecorder {
  begin(clock: Clock): void
  delivered(records: number, latencyMs: number): void
  failed(): void
  retried(): void
  gap(from: number, to: number, reason: ErrorCode): void
  /** Records due and not yet taken by the sink. */
  buffered(records: number): void
  end(): void
}

/** Writes to a collector. */
export let recorderOf: (metrics: StreamingMetrics) => MetricsRecorder

/** Metrics of a stream; can be read at any time. A collector used for several streams in succession adds them up. */
export class StreamingMetrics {
  #totalRecords = 0
  #batchesSent = 0
  #errors = 0
  #retries = 0
  #dropped = 0
  #buffered = 0
  #gaps: Gap[] = []
  #warmUp = { records: 0, ms: 0 }
  /** Time and records of previous streams, without their warm-ups. */
  #earlier = { records: 0, ms: 0 }
  #run: { clock: Clock; began: number; warm: number | null; last: number; records: number } | null = null
  readonly #meter = new RateMeter()
  #lastRate = 0
  readonly #latency = new DurationQuantiles()

  /** Records delivered, each counted once. */
  get totalRecords(): number {
    return this.#totalRecords
  }

  /**
   * Records per second over the last ten seconds, or the stream's last ten seconds once it has ended. 0 before the
   * first.
   */
  get recordsPerSecond(): number {
    return this.#run === null ? this.#lastRate : this.#meter.rate(this.#run.clock.now())
  }

  /**
   * Records per second without the warm-up: records after the first batch, over the time since its delivery. Until
   * there are any: all records over the time since the start.
   */
  get averageRate(): number {
    const run = this.#run
    const warm =
      run === null || run.warm === null ? { records: 0, ms: 0 } : { records: run.records, ms: run.last - run.warm }
    const [records, ms] = [this.#earlier.records + warm.records, this.#earlier.ms + warm.ms]
    if (records > 0 && ms > 0) return (records * 1000) / ms
    const elapsed = this.#warmUp.ms + (run === null || run.warm !== null ? 0 : run.clock.now() - run.began)
    return elapsed > 0 ? (this.#totalRecords * 1000) / elapsed : 0
  }

  /** Batches delivered. */
  get batchesSent(): number {
    return this.#batchesSent
  }

  /** Failed attempts. */
  get errors(): number {
    return this.#errors
  }

  /** Retries. */
  get retries(): number {
    return this.#retries
  }

  /** Positions given up, because of a full buffer or `onError: 'skip'`; listed in `gaps`. */
  get dropped(): number {
    return this.#dropped
  }

  /** Which positions were given up and why, in order; at most the last 10,000 ranges. */
  get gaps(): readonly Gap[] {
    return [...this.#gaps]
  }

  /** Records due and not yet taken by the sink. */
  get buffered(): number {
    return this.#buffered
  }

  /** The warm-up: connecting, and the first batch. */
  get warmUp(): { readonly records: number; readonly seconds: number } {
    return { records: this.#warmUp.records, seconds: this.#warmUp.ms / 1000 }
  }

  /**
   * Milliseconds from sending a batch to its acknowledgement, per record, accurate to 1 %; 0 before the first record.
   */
  get latencyMs(): { readonly p50: number; readonly p95: number; readonly p99: number } {
    return { p50: this.latency(0.5), p95: this.latency(0.95), p99: this.latency(0.99) }
  }

  /** A latency percentile in milliseconds, for a share of the records from 0 to 1; 0 before the first record. */
  latency(quantile: number): number {
    const ms = this.#latency.at(quantile)
    return Number.isNaN(ms) ? 0 : ms
  }

  /** All metrics as plain data. */
  toJSON(): Record<string, unknown> {
    const { totalRecords, recordsPerSecond, averageRate, batchesSent, errors, retries, dropped, buffered } = this
    const { warmUp, latencyMs, gaps } = this
    const counts = { totalRecords, recordsPerSecond, averageRate, batchesSent, errors, retries, dropped, buffered }
    return { ...counts, warmUp, latencyMs, gaps }
  }

  /** Shown by console.log. */
  [inspect.custom](): Record<string, unknown> {
    return this.toJSON()
  }

  #recorder(): MetricsRecorder {
    return {
      begin: (clock) => {
        const now = clock.now()
        this.#run = { clock, began: now, warm: null, last: now, records: 0 }
        this.#meter.record(this.#totalRecords, now)
      },
      delivered: (records, latencyMs) => {
        this.#totalRecords += records
        this.#batchesSent++
        this.#latency.add(latencyMs, records)
        const run = this.#run
        if (run === null) return
        const now = run.clock.now()
        run.last = now
        this.#meter.record(this.#totalRecords, now)
        if (run.warm !== null) run.records += records
        else {
          run.warm = now
          this.#warmUp = { records: this.#warmUp.records + records, ms: this.#warmUp.ms + now - run.began }
        }
      },
      failed: () => void this.#errors++,
      retried: () => void this.#retries++,
      gap: (from, to, reason) => this.#gap(from, to, reason),
      buffered: (records) => (this.#buffered = records),
      end: () => {
        const run = this.#run
        this.#run = null
        this.#buffered = 0
        if (run === null) return
        this.#lastRate = this.#meter.rate(run.clock.now())
        if (run.warm === null) this.#warmUp = { ...this.#warmUp, ms: this.#warmUp.ms + run.clock.now() - run.began }
        else {
          const { records, ms } = this.#earlier
          this.#earlier = { records: records + run.records, ms: ms + run.last - run.warm }
        }
      },
    }
  }

  #gap(from: number, to: number, reason: ErrorCode): void {
    this.#dropped += to - from
    const last = this.#gaps.at(-1)
    if (last?.to === from && last.reason === reason) this.#gaps[this.#gaps.length - 1] = { from: last.from, to, reason }
    else this.#gaps.push({ from, to, reason })
    if (this.#gaps.length > 2 * maxGaps) this.#gaps = this.#gaps.slice(-maxGaps)
  }

  static {
    recorderOf = (metrics) => metrics.#recorder()
  }
}

const maxGaps = 10_000
