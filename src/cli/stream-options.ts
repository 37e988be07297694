/** The flags of `genesis stream` as a connector configuration. */
import { randomUUID } from 'node:crypto'
import { parse } from 'node:path'
import { parseConnector } from '../config/parse-connector.js'
import type { ConnectorConfig } from '../config/connector.js'
import { connectorSchema } from '../config/connector-schema.js'
import { namesOf, renameKeys, type Names } from '../config/rename-keys.js'
import type { Path } from '../config/source.js'
import { workerSchema } from '../config/worker-schema.js'
import { avroName } from '../encode/schema-names.js'
import { GenesisError } from '../errors.js'
import type { Slice } from '../runtime/open-task.js'

export interface StreamFlags {
  readonly batchSize?: number
  readonly interval?: string
  readonly rateLimit?: number
  readonly adaptiveRate?: true
  readonly targetLatencyMs?: number
  readonly shape?: unknown
  readonly arrivals?: string
  readonly eventTime?: string
  readonly conditions?: unknown
  readonly references?: unknown
  readonly disturb?: unknown
  readonly maxRecords?: number
  readonly maxBatches?: number
  readonly kafkaServers?: string
  readonly topic?: string
  readonly seed: number
  readonly from: number
  readonly to?: number
  readonly format: 'json' | 'csv' | 'avro' | 'json-schema' | 'protobuf'
  readonly schema?: string
  readonly registry?: string
  readonly output?: string
}

/** Flags by the keys of connectors and workers. */
export const flagNames: Names = { ...namesOf(workerSchema, 'flag'), ...namesOf(connectorSchema, 'flag') }

/** The options as a connector file would have them, so that they are checked the same way. */
export function connectorOf(model: string, options: StreamFlags): ConnectorConfig {
  const { kafkaServers, topic, format, output, interval } = options
  if ((kafkaServers === undefined) !== (topic === undefined)) {
    throw new GenesisError('USAGE', '--kafka-servers and --topic go together', {
      found: kafkaServers === undefined ? 'only --topic' : 'only --kafka-servers',
    })
  }
  const toKafka = topic !== undefined
  if (toKafka && (format === 'csv' || output !== undefined)) {
    const found = output === undefined ? '--format csv' : '--output'
    throw new GenesisError('USAGE', 'cannot be combined with --topic', {
      found,
      expected: '--format json, avro, json-schema or protobuf',
    })
  }
  if (!toKafka && (format === 'json-schema' || format === 'protobuf')) {
    throw new GenesisError('USAGE', 'only for records in Kafka', {
      place: '--format',
      found: format,
      expected: '--topic, or --format json, csv or avro',
    })
  }
  const seconds = interval !== undefined && /^[0-9.]+$/.test(interval)
  const written = {
    // To Kafka, every run is a new stream: none resumes from another's checkpoint. Otherwise the name goes into the
    // schema of an Avro file, and must be the same every time.
    name: toKafka ? `stream-${randomUUID()}` : avroName(parse(model).name).replace(/^_+/, '') || 'model',
    model,
    topic: topic ?? null,
    value: { ...(toKafka && { format }), schema: options.schema ?? null },
    sink: toKafka
      ? { type: 'kafka' }
      : { type: 'file', path: output === undefined || output === '-' ? 'stdout' : output, format },
    conditions: options.conditions ?? null,
    references: options.references ?? null,
    throughput: {
      rate: options.rateLimit ?? null,
      interval: seconds ? `${Number(interval) * 1000}ms` : (interval ?? null),
      batch_size: batchSizeOf(options),
      adaptive: options.adaptiveRate ?? false,
      ...(options.targetLatencyMs !== undefined && { target_latency: `${options.targetLatencyMs}ms` }),
      ...(options.arrivals !== undefined && { arrivals: options.arrivals }),
      ...(options.eventTime !== undefined && { event_time: options.eventTime }),
      ...(options.shape !== undefined && { shape: options.shape }),
    },
    seed: options.seed,
    ...(options.disturb !== undefined && { disturb: options.disturb }),
  }
  return parseConnector({ value: written, file: null, place }, { env: process.env, folder: process.cwd() })
}

/** Single-word keys are flags of the same name; the model is the argument. */
function place(path: Path): string {
  const key = renameKeys(path.join('.'), flagNames)
  return key === '' ? 'genesis stream' : key.startsWith('-') || path[0] === 'model' ? key : `--${key}`
}

function batchSizeOf({ batchSize, interval }: StreamFlags): number {
  return batchSize ?? (interval === undefined ? 4096 : 100)
}

/** The requested positions, up to the nearest of all ends. */
export function sliceOf({ from, to, maxRecords, maxBatches }: StreamFlags, { throughput }: ConnectorConfig): Slice {
  if (to !== undefined && to < from) {
    throw new GenesisError('USAGE', 'the stream would end before it starts', {
      place: '--to',
      found: String(to),
      expected: `at least --from, which is ${from}`,
    })
  }
  const ends = [to, maxRecords && from + maxRecords, maxBatches && from + maxBatches * throughput.batchSize]
  const end = Math.min(...ends.map((position) => position ?? Infinity))
  return { from, to: end === Infinity ? null : end }
}
