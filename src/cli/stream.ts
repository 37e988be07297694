import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseConnector } from '../config/connector-file.js'
import type { ConnectorConfig } from '../config/connector.js'
import { plainSource } from '../config/source.js'
import { loadWorker } from '../config/worker-file.js'
import { GenesisError } from '../errors.js'
import { createResources, openTask, type Slice } from '../runner/open-task.js'
import type { TaskEvents } from '../runner/task-events.js'
import { createFraming, createSink, type SinkPlan } from '../sink/create.js'
import type { Sink } from '../sink/sink.js'
import { StreamSink } from '../sink/stream.js'
import { emptyCounters } from '../stream/counters.js'
import { onInterrupt } from './interrupt.js'

interface StreamOptions {
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
  readonly format: 'json' | 'csv' | 'avro'
  readonly schema?: string
  readonly registry?: string
  readonly output?: string
}

export function streamCommand(): Command {
  return new Command('stream')
    .summary('make records and write them out')
    .description("Writes a model's records to stdout, to a file, or to a Kafka topic.")
    .argument('<model>', 'model file')
    .option('--batch-size <n>', 'records in a batch (4096; with --interval 100)', integer(1))
    .option('--interval <seconds>', 'one batch every so often: seconds, or a duration such as 500ms')
    .option('--rate-limit <n>', 'records a second', positive)
    .option('--adaptive-rate', 'find the rate: as high as acknowledgements stay fast; --rate-limit bounds it')
    .option('--target-latency-ms <n>', 'what 95 % of acknowledgements take at most (100)', positive)
    .option('--shape <json>', 'how the rate changes, such as \'{"type": "sine", "period": "10m"}\'', json('--shape'))
    .addOption(new Option('--arrivals <kind>', 'how records are spread over time').choices(['even', 'poisson']))
    .addOption(
      new Option('--event-time <kind>', 'what event times go by: the model, or the rate with its shape').choices([
        'model',
        'throughput',
      ]),
    )
    .option(
      '--conditions <json>',
      'what every record satisfies, such as \'{"segment": "premium"}\'',
      json('--conditions'),
    )
    .option(
      '--references <json>',
      'columns from the records of other connectors, as in a connector file; paths and names start from here',
      json('--references'),
    )
    .option(
      '--disturb <json>',
      'faults on purpose, such as \'{"late": {"probability": 0.01, "by": 100}}\'',
      json('--disturb'),
    )
    .option('--max-records <n>', 'stop after so many records', integer(1))
    .option('--max-batches <n>', 'stop after so many batches', integer(1))
    .option('--seed <n>', 'seed of the stream', integer(0), 0)
    .option('--from <position>', 'first position', integer(0), 0)
    .option('--to <position>', 'the position before which to stop', integer(0))
    .addOption(new Option('--format <format>', 'form of the records').choices(['json', 'csv', 'avro']).default('json'))
    .option('--schema <file>', 'Avro schema (.avsc); derived from the model if left out')
    .option('--output <file>', 'write to this file, which is replaced')
    .option('--kafka-servers <brokers>', 'send to Kafka: host:port, several divided by commas')
    .option('--topic <topic>', 'topic to send to')
    .option('--registry <url>', 'schema registry, for Avro in Kafka')
    .addHelpText(
      'after',
      `
Examples:
  genesis stream models/customers.json --max-records 10
  genesis stream models/customers.json --conditions '{"segment": "premium", "lifetime_value": [">", 10000]}' --rate-limit 100
  genesis stream models/customers.json --from 1000 --to 2000 --format csv --output slice.csv
  genesis stream models/customers.json --kafka-servers localhost:9092 --topic customers --rate-limit 1000`,
    )
    .action(stream)
}

async function stream(model: string, options: StreamOptions): Promise<void> {
  const connector = connectorOf(model, options)
  const worker = await loadWorker(null, {
    ...process.env,
    ...(options.kafkaServers !== undefined && { KAFKA_BROKERS: options.kafkaServers }),
    ...(options.registry !== undefined && { SCHEMA_REGISTRY_URL: options.registry }),
  })
  const output = outputOf(options)
  let counters = emptyCounters(options.from)
  const events: TaskEvents = {
    state(state, failure, retryInMs) {
      if (state !== 'RESTARTING' || failure === null) return
      process.stderr.write(`warn: ${failure.message} (${failure.code}); next attempt in ${Math.round(retryInMs)} ms\n`)
    },
    progress: (now) => (counters = now),
  }
  const makeSink = async (plan: SinkPlan): Promise<Sink> =>
    output === null ? createSink(plan) : new StreamSink(output.stream, output.name, createFraming(plan))
  const task = await openTask(
    { connector, shard: 0 },
    createResources(worker),
    events,
    sliceOf(options, connector),
    makeSink,
  )
  const release = onInterrupt(() => task.stop())
  const began = performance.now()
  const end = await task.run()
  const seconds = (performance.now() - began) / 1000
  release()
  if (output !== null && output.stream !== process.stdout) await finished(output.stream.end())
  if (end.end === 'failed') throw new GenesisError(end.failure.code, end.failure.message)
  const rate = Math.round(counters.records / seconds)
  const failures = counters.errors > 0 ? `, ${counters.errors} errors, ${counters.retries} retries` : ''
  process.stderr.write(`${counters.records} records in ${seconds.toFixed(1)} s (${rate}/s)${failures}\n`)
}

/** The options as a connector file would have them, so that they are checked in the same way. */
function connectorOf(model: string, options: StreamOptions): ConnectorConfig {
  const { kafkaServers, topic, format, output, interval } = options
  if ((kafkaServers === undefined) !== (topic === undefined)) {
    throw new GenesisError('USAGE', '--kafka-servers and --topic go together', {
      found: kafkaServers === undefined ? 'only --topic' : 'only --kafka-servers',
    })
  }
  const toKafka = topic !== undefined
  if (toKafka && (format === 'csv' || output !== undefined)) {
    const found = output === undefined ? '--format csv' : '--output'
    throw new GenesisError('USAGE', 'this does not go with --topic', { found, expected: '--format json or avro' })
  }
  const seconds = interval !== undefined && /^[0-9.]+$/.test(interval)
  const written = {
    // A stream of its own every time: no run goes on from another one's checkpoint.
    name: `stream-${randomUUID()}`,
    model,
    topic: topic ?? null,
    value: { ...(toKafka && { format }), schema: options.schema ?? null },
    sink: toKafka ? { type: 'kafka' } : { type: 'file', path: output ?? 'stdout', format },
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
  return parseConnector(plainSource(written, 'genesis stream'), { env: process.env, folder: process.cwd() })
}

function batchSizeOf({ batchSize, interval }: StreamOptions): number {
  return batchSize ?? (interval === undefined ? 4096 : 100)
}

/** The positions that are asked for: the nearest of all the ends. */
function sliceOf({ from, to, maxRecords, maxBatches }: StreamOptions, { throughput }: ConnectorConfig): Slice {
  const ends = [to, maxRecords && from + maxRecords, maxBatches && from + maxBatches * throughput.batchSize]
  const end = Math.min(...ends.map((position) => position ?? Infinity))
  return { from, to: end === Infinity ? null : end }
}

function outputOf({ topic, output }: StreamOptions): { stream: Writable; name: string } | null {
  if (topic !== undefined) return null
  if (output === undefined) return { stream: process.stdout, name: 'standard output' }
  return { stream: createWriteStream(output), name: output }
}

function integer(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value
    throw new InvalidArgumentError(`expected an integer from ${least} on`)
  }
}

function positive(text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new InvalidArgumentError('expected a number above 0')
}

function json(flag: string): (text: string) => unknown {
  return (text) => {
    try {
      return JSON.parse(text) as unknown
    } catch (cause) {
      throw new GenesisError('USAGE', 'not JSON', { place: flag, found: text, cause })
    }
  }
}
