/** The options of one stream, in code: the library's side of a connector's `conditions` and `throughput`. */
import { GenesisError } from '../errors.js'
import type { References } from '../model/open.js'
import type { Throughput } from '../pacing/create.js'
import {
  checkOptions,
  count,
  instance,
  isObject,
  numberAbove,
  numberFrom,
  oneOf,
  position,
  flag,
  type Check,
} from './options.js'
import { planReferences, type ReferenceOptions } from './reference-options.js'
import { planShape, type RateShapeOptions } from './shape-options.js'
import { StreamingMetrics } from './streaming-metrics.js'

/** Which records a stream has, and when they fall due. */
export interface StreamOptions {
  /** The most records in a batch; 100 if left out. */
  readonly batchSize?: number
  /** A full batch every so many seconds. Excludes rateLimit. */
  readonly intervalSeconds?: number
  /** Records a second: exact over time, smooth, and independent of the batch size. */
  readonly rateLimit?: number
  /** How the rate changes over time; constant if left out. */
  readonly shape?: RateShapeOptions
  /** How records are spread over the time that the rate gives them: evenly (the default), or as a Poisson process. */
  readonly arrivals?: 'even' | 'poisson'
  /** What event times go by: the model (the default), or this stream's rate, with its shape and at its speed. */
  readonly eventTime?: 'model' | 'throughput'
  /** What every record satisfies, in the literal form of docs/conditions.md. */
  readonly conditions?: unknown
  /** Columns that come from the records of other streams. */
  readonly references?: readonly ReferenceOptions[]
  /** The stream ends after so many positions; those that are dropped or skipped count too. */
  readonly maxRecords?: number
  /** The stream ends after so many batches' worth of positions, and every batch is full. */
  readonly maxBatches?: number
  /** The first position; 0 if left out. The same position is the same record, whenever and wherever it is made. */
  readonly from?: number
  /** The position before which the stream ends. */
  readonly to?: number
  /** With a rate: how long a batch waits for being full; 0.2 if left out. Then it goes with the records that are due. */
  readonly lingerSeconds?: number
  /** Ends the stream, after the batch that is under way. */
  readonly signal?: AbortSignal
  /** Where to count; may be read while the stream goes on. */
  readonly metricsCollector?: StreamingMetrics
}

/** The same for push mode, where acknowledgements can set the rate. */
export interface StreamToOptions extends StreamOptions {
  /** Finds the rate by itself: as high as it goes while 95 % of acknowledgements take no longer than targetLatencyMs. */
  readonly adaptiveRate?: boolean
  /** 100 if left out. With adaptiveRate; rateLimit is then the upper bound. */
  readonly targetLatencyMs?: number
}

const streamChecks: Readonly<Record<keyof StreamOptions, Check>> = {
  batchSize: count(1, 65_536),
  intervalSeconds: numberAbove(0),
  rateLimit: numberAbove(0),
  shape: isObject,
  arrivals: oneOf('even', 'poisson'),
  eventTime: oneOf('model', 'throughput'),
  conditions: isObject,
  references: { expected: 'a list', accepts: Array.isArray },
  maxRecords: count(1),
  maxBatches: count(1),
  from: position,
  to: position,
  lingerSeconds: numberFrom(0),
  signal: instance(AbortSignal),
  metricsCollector: instance(StreamingMetrics),
}
const streamToChecks = { ...streamChecks, adaptiveRate: flag, targetLatencyMs: numberAbove(0) }

/** What the options come to. */
export interface StreamPlan {
  readonly throughput: Throughput
  readonly conditions: unknown
  readonly references: readonly References[]
  readonly from: number
  /** The position before which the stream ends; Infinity: it does not. */
  readonly end: number
  readonly lingerMs: number
  readonly signal: AbortSignal | undefined
  readonly metrics: StreamingMetrics
}

export function planStream(of: 'stream' | 'streamTo' | 'readable', options: StreamToOptions): StreamPlan {
  checkOptions(of, options, of === 'streamTo' ? streamToChecks : streamChecks)
  const { batchSize = 100, intervalSeconds, rateLimit, conditions, from = 0, maxRecords, maxBatches, to } = options
  const { lingerSeconds = 0.2, signal, metricsCollector = new StreamingMetrics() } = options
  const { adaptiveRate = false, targetLatencyMs = 100, arrivals = 'even' } = options
  checkTogether(of, options)
  const ends = [to, maxRecords && from + maxRecords, maxBatches && from + maxBatches * batchSize]
  return {
    throughput: {
      rate: rateLimit ?? null,
      batchSize,
      intervalMs: intervalSeconds === undefined ? null : intervalSeconds * 1000,
      adaptive: adaptiveRate ? { targetLatencyMs } : null,
      arrivals,
      shape: planShape(of, options.shape),
      eventTime: options.eventTime ?? 'model',
    },
    conditions,
    references: planReferences(of, options.references),
    from,
    end: Math.min(...ends.map((end) => end ?? Infinity)),
    lingerMs: maxBatches !== undefined || intervalSeconds !== undefined ? Infinity : lingerSeconds * 1000,
    signal,
    metrics: metricsCollector,
  }
}

function checkTogether(of: string, options: StreamToOptions): void {
  const { rateLimit, intervalSeconds, shape, arrivals, adaptiveRate, targetLatencyMs } = options
  const curve = shape?.type === 'curve'
  const refuse = (broken: boolean, what: string, expected: string): void => {
    if (broken) throw new GenesisError('OPTION_INVALID', what, { place: of, expected })
  }
  const { from = 0, to } = options
  refuse(to !== undefined && to < from, 'the stream would end before it begins', `to from ${from} on`)
  const interval = intervalSeconds !== undefined
  refuse(interval && rateLimit !== undefined, 'rateLimit and intervalSeconds exclude each other', 'one of them')
  refuse(curve && rateLimit !== undefined, 'a recorded curve has its own rates', 'no rateLimit')
  const shaped = shape !== undefined || arrivals === 'poisson'
  refuse(shaped && adaptiveRate === true, 'an adaptive rate finds its own shape', 'neither shape nor arrivals')
  refuse(shaped && !curve && rateLimit === undefined, 'shape and arrivals need a rate', 'rateLimit')
  refuse(interval && adaptiveRate === true, 'an interval leaves no rate to adapt', 'no intervalSeconds')
  const follows = options.eventTime === 'throughput'
  const known = adaptiveRate !== true && (rateLimit !== undefined || interval || curve)
  refuse(follows && !known, 'event times can only follow a rate that is known beforehand', 'rateLimit')
  const ends = shape?.type === 'ramp' && shape.toRate === 0
  refuse(follows && ends, 'later records would have no event time', 'a toRate above 0')
  refuse(
    targetLatencyMs !== undefined && adaptiveRate !== true,
    'only an adaptive rate has a target',
    'adaptiveRate: true',
  )
}
