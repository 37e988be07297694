/** The options of one stream, in code: the library's counterpart of a connector's `conditions` and `throughput`. */
import { connectorSchema } from '../config/connector-schema.js'
import type { Values } from '../config/option.js'
import { rateRules } from '../config/rate-rules.js'
import { namesOf, renamed } from '../config/rename-keys.js'
import { throughputOf } from '../config/to-connector.js'
import { GenesisError } from '../errors.js'
import type { References } from '../model/open.js'
import type { Throughput } from '../pacing/create.js'
import { checksOf, optionValues } from './option-table.js'
import { checkOptions, count, instance, objectOption, numberFrom, positionOption, type Check } from './options.js'
import { planReferences, type ReferenceOptions } from './reference-options.js'
import { StreamingMetrics } from './streaming-metrics.js'

/** Which records a stream has, and when they fall due. */
export interface StreamOptions {
  /** Maximum records per batch. @default 100 */
  readonly batchSize?: number
  /** One full batch per interval. Excludes rateLimit. */
  readonly intervalSeconds?: number
  /** Records per second: exact over time, smooth, and independent of the batch size. */
  readonly rateLimit?: number
  /** How the rate changes over time. @default constant */
  readonly shape?: RateShapeOptions
  /** How records are spread over time: evenly (the default), or as a Poisson process. */
  readonly arrivals?: 'even' | 'poisson'
  /** What event times follow: the model (the default), or this stream's rate, with its shape and speed. */
  readonly eventTime?: 'model' | 'throughput'
  /** Conditions on every record, in the literal form of docs/conditions.md. */
  readonly conditions?: unknown
  /** Columns taken from the records of other streams. */
  readonly references?: readonly ReferenceOptions[]
  /** Maximum positions; dropped and skipped ones count too. */
  readonly maxRecords?: number
  /** Maximum batches, all of them full. */
  readonly maxBatches?: number
  /** First position. The same position is the same record, whenever and wherever it is generated. @default 0 */
  readonly from?: number
  /** End position (exclusive). */
  readonly to?: number
  /** With a rate: maximum time a batch waits to become full before it is sent partially filled. @default 0.2 */
  readonly lingerSeconds?: number
  /** Ends the stream after the current batch. */
  readonly signal?: AbortSignal
  /** Metrics collector; can be read while the stream runs. */
  readonly metricsCollector?: StreamingMetrics
}

/**
 * How the rate changes. constant: not at all; ramp: linearly from rateLimit to toRate; sine: a day-and-night wave
 * around rateLimit, starting at night; bursts: rateLimit with bursts of burstRate; curve: as recorded in a CSV file
 * with a `seconds,rate` line per point, repeated, instead of rateLimit. With `speed` 168, a week takes an hour.
 */
export type RateShapeOptions = { readonly speed?: number } & (
  | { readonly type: 'constant' }
  | { readonly type: 'ramp'; readonly toRate: number; readonly periodSeconds: number }
  | { readonly type: 'sine'; readonly periodSeconds: number; readonly amplitude?: number }
  | {
      readonly type: 'bursts'
      readonly burstRate: number
      readonly burstSeconds: number
      readonly periodSeconds: number
    }
  | { readonly type: 'curve'; readonly file: string }
)

/** The same for push mode, where acknowledgements can control the rate. */
export interface StreamToOptions extends StreamOptions {
  /** Finds the highest rate at which 95 % of acknowledgements take at most targetLatencyMs. */
  readonly adaptiveRate?: boolean
  /** With adaptiveRate; rateLimit is then the upper bound. @default 100 */
  readonly targetLatencyMs?: number
}

const streamChecks: Readonly<Record<keyof StreamOptions, Check>> = {
  ...checksOf(
    connectorSchema,
    ...(['batchSize', 'intervalSeconds', 'rateLimit', 'arrivals', 'eventTime', 'conditions', 'maxRecords'] as const),
  ),
  shape: objectOption,
  references: { expected: 'a list', accepts: Array.isArray },
  maxBatches: count(1),
  from: positionOption,
  to: positionOption,
  lingerSeconds: numberFrom(0),
  signal: instance(AbortSignal),
  metricsCollector: instance(StreamingMetrics),
}
const streamToChecks = { ...streamChecks, ...checksOf(connectorSchema, 'adaptiveRate', 'targetLatencyMs') }

const shapeParts = [
  'type',
  'speed',
  'amplitude',
  'periodSeconds',
  'toRate',
  'burstRate',
  'burstSeconds',
  'file',
] as const
const shapeChecks = checksOf(connectorSchema, ...shapeParts.map((part) => `shape.${part}` as const))

const throughputNames = namesOf(connectorSchema.throughput, 'code', 'throughput.')

/** The resolved options. */
export interface StreamPlan {
  readonly throughput: Throughput
  readonly conditions: unknown
  readonly references: readonly References[]
  readonly from: number
  /** End position (exclusive); Infinity: unbounded. */
  readonly end: number
  readonly lingerMs: number
  readonly signal: AbortSignal | undefined
  readonly metrics: StreamingMetrics
}

/** Throws OPTION_INVALID. */
export function planStream(of: 'stream' | 'streamTo' | 'readable', options: StreamToOptions): StreamPlan {
  checkOptions(of, options, of === 'streamTo' ? streamToChecks : streamChecks)
  if (options.shape !== undefined) checkOptions(`${of}: shape`, options.shape, shapeChecks)
  const { conditions, from = 0, maxRecords, maxBatches, to } = options
  const { intervalSeconds, lingerSeconds = 0.2, signal, metricsCollector = new StreamingMetrics() } = options
  const values = optionValues(connectorSchema.throughput, options)
  checkThroughput(of, values)
  checkTogether(of, options)
  const ends = [to, maxRecords && from + maxRecords, maxBatches && from + maxBatches * values.batch_size]
  return {
    throughput: throughputOf(values, process.cwd()),
    conditions,
    references: planReferences(of, options.references),
    from,
    end: Math.min(...ends.map((end) => end ?? Infinity)),
    lingerMs: maxBatches !== undefined || intervalSeconds !== undefined ? Infinity : lingerSeconds * 1000,
    signal,
    metrics: metricsCollector,
  }
}

/** Throws OPTION_INVALID for conflicting options about the pace of a stream. */
function checkThroughput(of: string, values: Values<typeof connectorSchema>['throughput']): void {
  const broken = rateRules(values).find((rule) => rule.broken)
  if (broken === undefined) return
  const { on, what, found, expected } = broken
  throw renamed(
    new GenesisError('OPTION_INVALID', what, { place: `${of}: ${on[0]}`, found, expected }),
    throughputNames,
  )
}

/** Conflicts that only code can cause. */
function checkTogether(of: string, { from = 0, to, adaptiveRate, targetLatencyMs }: StreamToOptions): void {
  if (to !== undefined && to < from) {
    const expected = `to of at least ${from}`
    throw new GenesisError('OPTION_INVALID', 'the stream would end before it starts', { place: of, expected })
  }
  if (targetLatencyMs !== undefined && adaptiveRate !== true) {
    const expected = 'adaptiveRate: true'
    throw new GenesisError('OPTION_INVALID', 'only an adaptive rate has a target', { place: of, expected })
  }
}
