import type { WriteStream } from 'node:fs'
import { Command, Option } from 'commander'
import { renamed, renameKeys } from '../config/rename-keys.js'
import { loadWorker } from '../config/worker-file.js'
import type { WorkerConfig } from '../config/worker.js'
import { asGenesisError, GenesisError } from '../errors.js'
import { OutageLog } from '../runtime/outage-log.js'
import { createResources, openTask } from '../runtime/open-task.js'
import type { TaskEvents } from '../runtime/task-events.js'
import { createFraming } from '../sink/framing.js'
import type { SinkPlan } from '../sink/plan.js'
import { createSink } from '../sink/sinks.js'
import type { Sink } from '../sink/sink.js'
import { StreamSink } from '../sink/stdout/sink.js'
import { emptyCounters } from '../delivery/counters.js'
import { onInterrupt } from './interrupt.js'
import { checkOutput, closeOutput, openOutput } from './output-file.js'
import { integer, jsonFlag, tableFlag } from './table-flag.js'
import { connectorOf, flagNames, sliceOf, type StreamFlags } from './stream-options.js'
import { countLine, StreamProgress } from './stream-progress.js'

export function streamCommand(): Command {
  return new Command('stream')
    .description("Writes a model's records to stdout, a file or a Kafka topic.")
    .argument('<model>', 'model file, declaration in YAML, or schema')
    .addOption(tableFlag('--batch-size', 'n', 'records per batch (default: 4096; with --interval: 100)'))
    .addOption(tableFlag('--interval', 'seconds', 'one batch per interval: seconds, or a duration such as 500ms'))
    .addOption(tableFlag('--rate-limit', 'n', 'records per second (default: unlimited)'))
    .addOption(
      tableFlag(
        '--adaptive-rate',
        undefined,
        'find the highest rate that keeps acknowledgements fast, at most --rate-limit',
      ),
    )
    .addOption(
      tableFlag(
        '--target-latency-ms',
        'n',
        'with --adaptive-rate: target 95th percentile of acknowledgement latency (default: 100)',
      ),
    )
    .option(
      '--shape <json>',
      'how the rate changes, such as \'{"type": "sine", "period": "10m"}\'',
      jsonFlag('--shape'),
    )
    .addOption(tableFlag('--arrivals', 'kind', 'how records are spread over time'))
    .addOption(tableFlag('--event-time', 'kind', 'what event times follow: the model, or the rate with its shape'))
    .addOption(tableFlag('--conditions', 'json', 'conditions on every record, such as \'{"segment": "premium"}\''))
    .option(
      '--references <json>',
      'columns taken from the records of other connectors, as in a connector file; paths are relative to the working directory',
      jsonFlag('--references'),
    )
    .option(
      '--disturb <json>',
      'deliberate faults, such as \'{"late": {"probability": 0.01, "by": 100}}\'',
      jsonFlag('--disturb'),
    )
    .addOption(tableFlag('--max-records', 'n', 'records until the stream ends (default: unlimited)'))
    .option('--max-batches <n>', 'batches until the stream ends', integer(1))
    .addOption(tableFlag('--seed', 'n').default(0))
    .option('--from <position>', 'first position', integer(0), 0)
    .option('--to <position>', 'end position (exclusive)', integer(0))
    .addOption(
      new Option('--format <format>', 'record format (json-schema, protobuf: with --topic)')
        .choices(['json', 'csv', 'avro', 'json-schema', 'protobuf'])
        .default('json'),
    )
    .addOption(
      tableFlag('--schema', 'file', 'schema, an .avsc, JSON Schema or .proto file (default: derived from the model)'),
    )
    .option('--output <file>', 'file to write, overwriting it; -: stdout')
    .addOption(tableFlag('--kafka-servers', 'brokers', 'send to Kafka: bootstrap brokers, host:port, comma-separated'))
    .addOption(tableFlag('--topic', 'topic', 'destination topic'))
    .addOption(tableFlag('--registry', 'url', 'schema registry (Confluent API), for formats with a schema in Kafka'))
    .addHelpText(
      'after',
      `
Examples:
  genesis stream models/customers.json --max-records 10
  genesis stream models/customers.json --conditions '{"segment": "premium", "lifetime_value": [">", 10000]}' --rate-limit 100
  genesis stream schemas/customer.avsc --max-records 10
  genesis stream models/customers.json --from 1000 --to 2000 --format csv --output slice.csv
  genesis stream models/customers.json --kafka-servers localhost:9092 --topic customers --rate-limit 1000`,
    )
    .action(async (model: string, options: StreamFlags) => {
      try {
        await stream(model, options)
      } catch (error) {
        throw renamed(asGenesisError(error), flagNames)
      }
    })
}

async function stream(model: string, options: StreamFlags): Promise<void> {
  const made = connectorOf(model, options)
  // Output to a file or pipe cannot be taken back, so nothing is retried.
  const connector = made.topic === null ? { ...made, errors: { ...made.errors, policy: 'stop' as const } } : made
  const slice = sliceOf(options, connector)
  const worker = await loadWorker(null, {
    ...process.env,
    ...(options.kafkaServers !== undefined && { KAFKA_BROKERS: options.kafkaServers }),
    ...(options.registry !== undefined && { SCHEMA_REGISTRY_URL: options.registry }),
  })
  const output = outputOf(options)
  if (output !== undefined) await checkOutput(output)
  const note = (level: 'info' | 'warn', message: string): void => {
    const line = `${level === 'info' ? '' : `${level}: `}${renameKeys(message, flagNames)}`
    if (progress === null) process.stderr.write(`${line}\n`)
    else progress.note(line)
  }
  const outages = new OutageLog(note)
  let counters = emptyCounters(options.from)
  let progress: StreamProgress | null = null
  const events: TaskEvents = {
    state(state, failure, retryInMs) {
      if (outages.task(connector, 0, state, failure) || state !== 'RESTARTING' || failure === null) return
      note('warn', `${failure.message} (${failure.code}); next attempt in ${Math.round(retryInMs)} ms`)
    },
    progress: (now) => (counters = now),
  }
  let file: WriteStream | null = null
  const makeSink = async (plan: SinkPlan): Promise<Sink> => {
    if (connector.topic !== null) return createSink(plan)
    const { sink } = plan.connector
    const framing = await createFraming(plan.connector, sink.type === 'file' ? sink.format : 'json', plan.fields)
    // The last possible failure: only now is the old file replaced.
    if (output !== undefined) file = await openOutput(output)
    return new StreamSink(file ?? process.stdout, output ?? 'standard output', framing)
  }
  const task = await openTask({ connector, shard: 0 }, await createResources(worker), events, slice, makeSink)
  if (connector.topic !== null) await reach(worker, connector.topic)
  const release = onInterrupt(() => task.stop())
  const began = performance.now()
  // Records shown on the terminal are their own progress.
  if (output !== undefined || connector.topic !== null) progress = new StreamProgress(process.stderr, () => counters)
  const end = await task.run()
  const seconds = (performance.now() - began) / 1000
  progress?.end()
  outages.close()
  release()
  if (end.end === 'failed') throw new GenesisError(end.failure.code, end.failure.message)
  if (file !== null && output !== undefined) await closeOutput(file, output)
  process.stderr.write(`${countLine(counters, seconds)}\n`)
}

/** Throws at once if no broker answers: only brokers that were reachable before are waited for. */
async function reach({ kafka }: WorkerConfig, topic: string): Promise<void> {
  // Loaded lazily: the Kafka libraries take longer to load than everything else.
  const { KafkaAdmin } = await import('../kafka/admin.js')
  const admin = new KafkaAdmin(kafka)
  try {
    await admin.describe(topic)
  } finally {
    await admin.close()
  }
}

/**
 * The file to write; undefined: stdout. Throws if binary output would go to a terminal, unless requested with
 * `--output -`.
 */
function outputOf({ topic, output, format }: StreamFlags): string | undefined {
  if (topic === undefined && output === undefined && format === 'avro' && process.stdout.isTTY) {
    throw new GenesisError('USAGE', 'Avro is binary, and standard output is a terminal', {
      place: '--format',
      found: 'avro',
      expected: '--output FILE or a pipe; --output - prints it anyway',
    })
  }
  return output === '-' ? undefined : output
}
