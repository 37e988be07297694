import { GenesisError } from '../errors.js'
import { backoffOf, type RetryPolicy } from './retry-policy.js'
import { makeBatch, recordsOf, slice, type Batch } from './batch.js'
import type { Clock } from '../delivery/clock.js'
import type { DeadLetterFile } from './dead-letters.js'
import { ownFault } from '../delivery/poison-record-search.js'
import type { Publisher, StreamInfo } from './publisher.js'
import { asStreamingError } from './streaming-error.js'
import type { MetricsRecorder } from './streaming-metrics.js'

export interface DeliveryOptions<Row extends object> {
  readonly publisher: Publisher<Row>
  readonly retryPolicy: RetryPolicy
  readonly onError: 'retry' | 'skip' | 'stop'
  readonly deadLetters: DeadLetterFile | null
  readonly recorder: MetricsRecorder
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  /** Called for every acknowledged batch, with the time since it fell due. */
  readonly acknowledged: (records: number, latencyMs: number) => void
  /** Uniform in [0, 1), for the jitter of waits. */
  readonly random?: () => number
}

/** Delivers batches to a publisher; failed deliveries are retried, skipped, or thrown. */
export class Delivery<Row extends object> {
  readonly #options: DeliveryOptions<Row>

  constructor(options: DeliveryOptions<Row>) {
    this.#options = options
  }

  /** Opens the publisher: resolves to the position to resume at, or null if the stream was stopped first. */
  async open(stream: StreamInfo): Promise<number | null> {
    if (this.#options.signal?.aborted) return null
    const opened = { position: stream.from }
    const error = await this.#try(async () => {
      opened.position = (await this.#options.publisher.open?.(stream)) ?? stream.from
    })
    if (error === stopped) return null
    if (error !== null) throw error
    return opened.position
  }

  /**
   * Resolves when the batch is delivered or given up; rejects with the error that ends the stream. `dueAt`: on the
   * clock.
   */
  async deliver(batch: Batch<Row>, dueAt: number): Promise<void> {
    const { publisher, recorder, clock, acknowledged, onError } = this.#options
    const error = await this.#try(async () => {
      const began = clock.now()
      await publisher.publish(batch)
      const latencyMs = clock.now() - began
      recorder.delivered(batch.length, latencyMs)
      acknowledged(batch.length, clock.now() - dueAt)
    })
    if (error === null || error === stopped) return
    if (onError !== 'skip' || !(error.retriable || ownFault.has(error.code))) throw error
    if (ownFault.has(error.code) && batch.length > 1) {
      // A record is at fault: bisect, so that no other is given up with it.
      const records = recordsOf(batch)
      const half = batch.length >> 1
      await this.deliver(makeBatch<Row>(slice(records, 0, half)), dueAt)
      await this.deliver(makeBatch<Row>(slice(records, half, batch.length)), dueAt)
      return
    }
    await this.#options.deadLetters?.write(batch, error)
    await publisher.deadLetter?.(batch, asStreamingError(error))
    recorder.gap(batch.position, batch.position + batch.length, error.code)
  }

  /** Null: success. Otherwise the error after which there are no more retries, or that the stream was stopped. */
  async #try(call: () => Promise<void>): Promise<GenesisError | null | typeof stopped> {
    const { retryPolicy, onError, recorder, signal, random } = this.#options
    const backoff = backoffOf(retryPolicy, onError, random)
    for (;;) {
      try {
        await call()
        return null
      } catch (thrown) {
        const error = sinkError(thrown)
        recorder.failed()
        const waitMs = backoff.next(error, this.#options.clock.now())
        if (waitMs === null) return error
        await this.#sleep(waitMs)
        if (signal?.aborted) return stopped
        recorder.retried()
      }
    }
  }

  #sleep(ms: number): Promise<void> {
    const { clock, signal } = this.#options
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const cancel = clock.after(ms, done)
      signal?.addEventListener('abort', done)
    })
  }
}

const stopped = Symbol('stopped')

/** A publisher's error: ours as is, anything else as SINK_FAILED. */
function sinkError(thrown: unknown): GenesisError {
  if (thrown instanceof GenesisError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new GenesisError('SINK_FAILED', 'the publisher failed', { found: message, cause: thrown })
}
