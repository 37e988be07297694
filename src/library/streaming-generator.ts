import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { openGenerator } from '../model/open.js'
import type { DisturbConfig } from '../config/disturb.js'
import { DisturbedGenerator, spareCapacity } from '../model/faults/disturbed-generator.js'
import type { Generator } from '../model/generator.js'
import { eventTimesOf } from '../model/time/following.js'
import { makeBatch, snapshot, type AnyRow, type Batch } from './batch.js'
import { systemClock, type Clock } from '../delivery/clock.js'
import { createPacer } from '../pacing/create.js'
import { DeadLetterFile } from './dead-letters.js'
import { Delivery } from './delivery.js'
import { planDisturb, refuseEncoded, type DisturbOptions } from './disturb-options.js'
import { checkPublisher, planBranches, runBranches, type StreamToEachOptions } from './fan-out.js'
import { PositionBuffer, type Span } from './position-buffer.js'
import {
  checkOptions,
  count,
  flagOption,
  instance,
  objectOption,
  oneOf,
  positionOption,
  textOption,
} from './options.js'
import type { Pacer } from '../pacing/pacer.js'
import { asksForFaults, StreamInfo, type Publisher } from './publisher.js'
import { RetryPolicy } from './retry-policy.js'
import { planStream, type StreamOptions, type StreamPlan, type StreamToOptions } from './stream-options.js'
import { asPublic, asStreamingError } from './streaming-error.js'
import { recorderOf, type MetricsRecorder, type StreamingMetrics } from './streaming-metrics.js'
import { modelOf, SyntheticGenerator } from './synthetic-generator.js'
import { GenesisError } from '../errors.js'

/** Common to all streams of a StreamingGenerator. */
export interface StreamingGeneratorOptions {
  /** Maximum records due and not yet taken by the sink. @default 10,000 */
  readonly bufferSize?: number
  /**
   * What to do with records that fall due when the buffer is full. block (the default): they wait, and the stream
   * falls behind its rate. drop: their positions are skipped and counted. error: the stream ends with BUFFER_FULL.
   */
  readonly onBufferFull?: 'block' | 'drop' | 'error'
  /** With drop: discard the oldest records in the buffer instead of the new ones. */
  readonly dropOldest?: boolean
  /** When to retry a failed delivery. */
  readonly retryPolicy?: RetryPolicy
  /**
   * retry (the default): retry, then fail. skip: retry, then skip the batch (or only a record that is itself at
   * fault). stop: fail immediately.
   */
  readonly onError?: 'retry' | 'skip' | 'stop'
  /** With skip: a file to append skipped records to, with the error, as JSON lines. */
  readonly deadLetterFile?: string
  /** Deliberate faults in the data: docs/disturb.md. */
  readonly disturb?: DisturbOptions
  /** An integer from 0 to 2^53 − 1; a different seed generates different records. @default 0 */
  readonly seed?: number
}

const checks = {
  bufferSize: count(1),
  onBufferFull: oneOf('block', 'drop', 'error'),
  dropOldest: flagOption,
  retryPolicy: instance(RetryPolicy),
  onError: oneOf('retry', 'skip', 'stop'),
  deadLetterFile: textOption,
  disturb: objectOption,
  seed: positionOption,
}

/** One running stream. */
interface Started {
  readonly plan: StreamPlan
  readonly generator: Generator
  readonly disturb: DisturbConfig | null
  readonly pacer: Pacer
  readonly recorder: MetricsRecorder
}

/**
 * Streams the records of a model: to an iterator (`stream`), to a publisher (`streamTo`), or as a Node or Web stream.
 * Each call is an independent stream with its own first position. All errors are StreamingErrors.
 */
export class StreamingGenerator<Row extends object = AnyRow> {
  readonly #generator: SyntheticGenerator<Row>
  readonly #options: StreamingGeneratorOptions
  readonly #clock: Clock = systemClock

  /** Throws OPTION_INVALID. */
  constructor(generator: SyntheticGenerator<Row>, options: StreamingGeneratorOptions = {}) {
    asPublic(() => {
      checkOptions('StreamingGenerator', { generator }, { generator: instance(SyntheticGenerator) })
      checkOptions('StreamingGenerator', options, checks)
      planDisturb('StreamingGenerator', options.disturb, 0)
      if (options.deadLetterFile !== undefined && options.onError !== 'skip') {
        throw new GenesisError('OPTION_INVALID', 'only skipped records are dead letters', {
          place: 'StreamingGenerator: deadLetterFile',
          found: `onError ${options.onError ?? 'retry'}`,
          expected: "onError: 'skip'",
        })
      }
    })
    this.#generator = generator
    this.#options = { ...options }
  }

  /**
   * Pull mode: batches as they fall due; those due while none is requested wait in the buffer. Leaving the loop
   * releases all resources. Throws OPTION_INVALID, CONDITION_INVALID or CONDITION_UNSATISFIABLE immediately; the
   * iteration rejects with BUFFER_FULL.
   */
  stream(options: StreamOptions = {}): AsyncIterableIterator<Batch<Row>> {
    return this.#pull(this.#start('stream', options))
  }

  /**
   * Push mode: delivers to a publisher until the stream ends or `signal` aborts; the current batch is finished first.
   * Resolves to the metrics; rejects with the error that ended the stream.
   */
  streamTo(publisher: Publisher<Row>, options?: StreamToOptions): Promise<StreamingMetrics>
  /**
   * To several publishers: each gets the same positions, generated separately, with its own buffer, rate, retries and
   * metrics; they do not wait for each other, and one failing does not end the others. When all have ended, resolves
   * to the metrics of each, or rejects if any failed.
   */
  streamTo(publishers: readonly Publisher<Row>[], options?: StreamToEachOptions): Promise<StreamingMetrics[]>
  async streamTo(
    to: Publisher<Row> | readonly Publisher<Row>[],
    options: StreamToOptions | StreamToEachOptions = {},
  ): Promise<StreamingMetrics | StreamingMetrics[]> {
    try {
      if (isList(to)) {
        const branches = planBranches(to, options).map((branch) => {
          const started = this.#start('streamTo', branch.options)
          return () => this.#push(branch.publisher, started)
        })
        return await runBranches(branches)
      }
      checkPublisher(to, 'streamTo')
      return await this.#push(to, this.#start('streamTo', options))
    } catch (error) {
      throw asStreamingError(error)
    }
  }

  /** A Node stream in object mode, one row at a time, for `pipeline()`. Destroying it releases all resources. */
  readable(options: StreamOptions = {}): Readable {
    return Readable.from(rowsOf(this.#pull(this.#start('readable', options))))
  }

  /** A Web stream of rows. Cancelling it releases all resources. */
  webReadable(options: StreamOptions = {}): ReadableStream<Row> {
    return Readable.toWeb(this.readable(options)) as ReadableStream<Row>
  }

  #start(of: 'stream' | 'streamTo' | 'readable', options: StreamToOptions): Started {
    return asPublic(() => {
      const plan = planStream(of, options)
      const { conditions, references, throughput } = plan
      const seed = this.#options.seed ?? 0
      const disturb = planDisturb('StreamingGenerator', this.#options.disturb, seed)
      if (of !== 'streamTo') refuseEncoded(of, disturb)
      const inner = openGenerator(modelOf(this.#generator), {
        conditions,
        references,
        seed,
        eventTimes: eventTimesOf(throughput),
        capacity: throughput.batchSize + (disturb === null ? 0 : spareCapacity(disturb)),
      })
      const generator = disturb === null ? inner : new DisturbedGenerator(inner, disturb, 0, 1, throughput.batchSize)
      const pacer = createPacer(throughput, { connector: this.#generator.name, shard: 0, shards: 1 }, seed)
      return { plan, generator, disturb, pacer, recorder: recorderOf(plan.metrics) }
    })
  }

  #open({ plan, pacer, recorder }: Started, from: number): PositionBuffer {
    const { bufferSize = 10_000, onBufferFull = 'block', dropOldest = false } = this.#options
    return new PositionBuffer({
      pacer,
      clock: this.#clock,
      from,
      end: plan.end,
      batchSize: plan.throughput.batchSize,
      bufferSize,
      onFull: onBufferFull,
      dropOldest,
      lingerMs: plan.lingerMs,
      dropped: (start, end) => recorder.gap(start, end, 'BUFFER_FULL'),
      buffered: (records) => recorder.buffered(records),
    })
  }

  async *#pull(started: Started): AsyncIterableIterator<Batch<Row>> {
    const { plan, recorder } = started
    const buffer = this.#open(started, plan.from)
    const release = closeOnAbort(buffer, plan.signal)
    recorder.begin(this.#clock)
    buffer.start()
    try {
      for (let span = await buffer.next(); span !== null; span = await buffer.next()) {
        const batch = this.#make(started, span)
        const began = this.#clock.now()
        yield batch
        const latencyMs = this.#clock.now() - began
        recorder.delivered(batch.length, latencyMs)
      }
    } catch (error) {
      throw asStreamingError(error)
    } finally {
      buffer.close()
      release()
      recorder.end()
    }
  }

  async #push(publisher: Publisher<Row>, started: Started): Promise<StreamingMetrics> {
    const { plan, generator, disturb, pacer, recorder } = started
    const { retryPolicy = new RetryPolicy(), onError = 'retry', deadLetterFile } = this.#options
    const clock = this.#clock
    const delivery = new Delivery<Row>({
      publisher,
      retryPolicy,
      onError,
      deadLetters: deadLetterFile === undefined ? null : new DeadLetterFile(deadLetterFile),
      recorder,
      clock,
      signal: plan.signal,
      acknowledged: (records, latencyMs) => pacer.acknowledged?.(records, latencyMs, clock.now()),
    })
    recorder.begin(clock)
    let release = (): void => undefined
    let buffer: PositionBuffer | null = null
    let failure: { error: unknown } | null = null
    try {
      const info = new StreamInfo(generator.fields, generator.fingerprint, plan.from, disturb)
      const from = await delivery.open(info)
      if (from !== null && !asksForFaults(info)) refuseEncoded('streamTo', disturb)
      if (from !== null) {
        buffer = this.#open(started, from)
        release = closeOnAbort(buffer, plan.signal)
        buffer.start()
        for (let span = await buffer.next(); span !== null; span = await buffer.next()) {
          await Promise.race([delivery.deliver(this.#make(started, span), span.dueAt), buffer.failed])
        }
      }
    } catch (error) {
      failure = { error }
    }
    buffer?.close()
    release()
    recorder.end()
    try {
      await publisher.close?.()
    } catch (error) {
      failure ??= { error }
    }
    if (failure !== null) throw failure.error
    return plan.metrics
  }

  #make({ generator }: Started, { start, length }: Span): Batch<Row> {
    generator.start(start)
    return makeBatch<Row>(snapshot(generator.generate(length)))
  }
}

async function* rowsOf<Row extends object>(batches: AsyncIterable<Batch<Row>>): AsyncGenerator<Row> {
  for await (const batch of batches) yield* batch
}

function closeOnAbort(buffer: PositionBuffer, signal: AbortSignal | undefined): () => void {
  const close = (): void => buffer.close()
  if (signal?.aborted) close()
  signal?.addEventListener('abort', close)
  return () => signal?.removeEventListener('abort', close)
}

/** Array.isArray does not narrow readonly lists. */
function isList<T>(given: T | readonly T[]): given is readonly T[] {
  return Array.isArray(given)
}
