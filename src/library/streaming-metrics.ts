import { inspect } from 'node:util'
import type { ErrorCode } from '../errors.js'
import type { Clock } from '../delivery/clock.js'
import { DurationQuantiles } from '../delivery/quantiles.js'
import { RateMeter } from '../delivery/rate-meter.js'

/** Positions that were not delivered: from `from` up to `to`, which is not one of them. */
export interface Gap {
  readonly from: number
  readonly to: number
  /** BUFFER_FULL: dropped because the buffer was full. Otherwise the error for which they were skipped. */
  readonly reason: ErrorCode
}

/** How `streamTo` and `stream` write down what happens. */
export interface MetricsRecorder {
  begin(clock: Clock): void
  delivered(records: number, latencyMs: number): void
  failed(): void
  retried(): void
  gap(from: number, to: number, reason: ErrorCode): void
  /** Records that are due and that the sink has not taken. */
  buffered(records: number): void
  end(): void
}

/** What writes to a collector. */
export let recorderOf: (metrics: StreamingMetrics) => MetricsRecorder

/**
 * What a stream has done; may be read at any time. A collector that is given to several streams, one after the other, sums
 * them up.
 */
export class StreamingMetrics {
  #totalRecords = 0
  #batchesSent = 0
  #errors = 0
  #retries = 0
  #dropped = 0
  #buffered = 0
  #gaps: Gap[] = []
  #warmUp = { records: 0, ms: 0 }
  /** Time and records of the streams before the present one, without their warm-ups. */
  #earlier = { records: 0, ms: 0 }
  #run: { clock: Clock; began: number; warm: number | null; last: number; records: number } | null = null
  readonly #meter = new RateMeter()
  #lastRate = 0
  readonly #latency = new DurationQuantiles()

  /** Records delivered, each counted once. */
  get totalRecords(): number {
    return this.#totalRecords
  }

  /** Records a second over the last ten seconds; after the end of a stream, over its last ten seconds. 0 before the first. */
  get recordsPerSecond(): number {
    return this.#run === null ? this.#lastRate : this.#meter.rate(this.#run.clock.now())
  }

  /**
   * Records a second without the warm-up: those after the first batch, in the time since it was delivered. While there are
   * none: all records in the time since the start.
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

  /** Attempts made after a failure. */
  get retries(): number {
    return this.#retries
  }

  /** Positions given up, by a full buffer or by `onError: 'skip'`; `gaps` has them. */
  get dropped(): number {
    return this.#dropped
  }

  /** Which positions were given up and why, in order; of very many, the last 10,000 runs of positions. */
  get gaps(): readonly Gap[] {
    return [...this.#gaps]
  }

  /** Records that are due and that the sink has not taken yet. */
  get buffered(): number {
    return this.#buffered
  }

  /** The warm-up: connecting, and the first batch. */
  get warmUp(): { readonly records: number; readonly seconds: number } {
    return { records: this.#warmUp.records, seconds: this.#warmUp.ms / 1000 }
  }

  /** Milliseconds from handing a batch over to its being acknowledged, per record, right to 1 %; 0 before the first record. */
  get latencyMs(): { readonly p50: number; readonly p95: number; readonly p99: number } {
    return { p50: this.latency(0.5), p95: this.latency(0.95), p99: this.latency(0.99) }
  }

  /** The latency in milliseconds that a share of the records, 0 to 1, does not exceed; 0 before the first record. */
  latency(quantile: number): number {
    const ms = this.#latency.at(quantile)
    return Number.isNaN(ms) ? 0 : ms
  }

  /** All of them as plain data. */
  toJSON(): Record<string, unknown> {
    const { totalRecords, recordsPerSecond, averageRate, batchesSent, errors, retries, dropped, buffered } = this
    const { warmUp, latencyMs, gaps } = this
    const counts = { totalRecords, recordsPerSecond, averageRate, batchesSent, errors, retries, dropped, buffered }
    return { ...counts, warmUp, latencyMs, gaps }
  }

  /** What console.log shows. */
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
