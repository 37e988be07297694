/** The options of one stream, in code: the library's side of a connector's `conditions` and `throughput`. */
import { connectorSchema } from '../config/connector-schema.js'
import { throughputOf } from '../config/to-connector.js'
import { GenesisError } from '../errors.js'
import type { References } from '../model/open.js'
import type { Throughput } from '../pacing/create.js'
import { checksOf, checkThroughput, optionValues } from './option-table.js'
import { checkOptions, count, instance, objectOption, numberFrom, positionOption, type Check } from './options.js'
import { planReferences, type ReferenceOptions } from './reference-options.js'
import type { RateShapeOptions } from './shape-options.js'
import { StreamingMetrics } from './streaming-metrics.js'

/** Which records a stream has, and when they fall due. */
export interface StreamOptions {
  /** Maximum records in a batch; 100 if left out. */
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

/** What only code can get wrong. */
function checkTogether(of: string, { from = 0, to, adaptiveRate, targetLatencyMs }: StreamToOptions): void {
  if (to !== undefined && to < from) {
    const expected = `to from ${from} on`
    throw new GenesisError('OPTION_INVALID', 'the stream would end before it starts', { place: of, expected })
  }
  if (targetLatencyMs !== undefined && adaptiveRate !== true) {
    const expected = 'adaptiveRate: true'
    throw new GenesisError('OPTION_INVALID', 'only an adaptive rate has a target', { place: of, expected })
  }
}
