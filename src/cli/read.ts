import { once } from 'node:events'
import { Command } from 'commander'
import { renamed } from '../config/rename-keys.js'
import { loadWorker } from '../config/worker-file.js'
import type { WorkerConfig } from '../config/worker.js'
import { asGenesisError, GenesisError } from '../errors.js'
import type { PartitionRange } from '../kafka/topic-reader.js'
import type { ConsumedRange, ConsumedRecord, ConsumeEnd } from '../kafka/topic-consumer.js'
import { onInterrupt } from './interrupt.js'
import { flagNames } from './stream-options.js'
import { counted } from './stream-progress.js'
import { integer, tableFlag } from './table-flag.js'

interface ReadFlags {
  readonly worker?: string
  readonly kafkaServers?: string
  readonly registry?: string
  readonly follow?: true
  readonly max?: number
  readonly fromBeginning?: true
  readonly partition?: number
  readonly json?: true
}

export function readCommand(): Command {
  return new Command('read')
    .description(
      "Prints a topic's records as a read_committed consumer sees them, through kafkajs and @kafkajs/confluent-schema-registry. Nothing is committed.",
    )
    .argument('<topic>', 'topic to read')
    .option('--follow', 'wait for new records until Ctrl-C, instead of stopping at the current end of the topic')
    .option('--max <n>', 'maximum number of records', integer(1))
    .option('--from-beginning', 'with --follow: print the existing records first')
    .option('--partition <n>', 'only this partition (default: all)', integer(0))
    .option('--json', 'print a JSON object per record')
    .option('--worker <file>', 'worker file; brokers and registry can also come from the environment')
    .addOption(tableFlag('--kafka-servers', 'brokers', 'bootstrap brokers, host:port, comma-separated'))
    .addOption(tableFlag('--registry', 'url', 'schema registry (Confluent API) to decode with'))
    .addHelpText(
      'after',
      `
Examples:
  genesis read premium-customers --max 10
  genesis read orders --follow --worker worker.yaml
  KAFKA_BROKERS=localhost:9092 genesis read orders --partition 0 --json | jq .value

Each line has partition/offset, timestamp, key, value and headers. Bytes framed for a schema registry are decoded with their schema: Avro, JSON Schema or Protobuf. Other bytes are shown as JSON or text, otherwise in hexadecimal.

Exit status: 0 done, or --follow ended with Ctrl-C; 1 the topic, a broker or the registry does not answer; 2 invalid input; 130 interrupted.`,
    )
    .action(async (topic: string, flags: ReadFlags) => {
      try {
        process.exitCode = await read(topic, flags)
      } catch (error) {
        throw renamed(asGenesisError(error), flagNames)
      }
    })
}

async function read(topic: string, flags: ReadFlags): Promise<number> {
  const worker = await loadWorker(flags.worker ?? null, {
    ...process.env,
    ...(flags.kafkaServers !== undefined && { KAFKA_BROKERS: flags.kafkaServers }),
    ...(flags.registry !== undefined && { SCHEMA_REGISTRY_URL: flags.registry }),
  })
  const ranges = consumedRanges(await rangesOf(worker, topic), topic, flags)
  // Loaded lazily: the libraries take longer to load than everything else.
  const { consumeTopic } = await import('../kafka/topic-consumer.js')
  const { createRegistryClient } = await import('./read/registry-client.js')
  const { createDecoder } = await import('./read/decode-bytes.js')
  const { humanLine, jsonLine } = await import('./read/record-line.js')
  const decode = createDecoder(createRegistryClient(worker.registry), (message) => {
    process.stderr.write(`note: ${message}\n`)
  })
  const stop = new AbortController()
  const release = onInterrupt(() => stop.abort())
  let count = 0
  const partitions = new Set<number>()
  const take = async (record: ConsumedRecord): Promise<boolean> => {
    const line = flags.json ? await jsonLine(topic, record, decode) : await humanLine(record, decode)
    if (!process.stdout.write(`${line}\n`)) await once(process.stdout, 'drain')
    partitions.add(record.partition)
    return ++count !== flags.max
  }
  const began = performance.now()
  try {
    const { end, aborted } = await consumeTopic(worker.kafka, topic, ranges, take, stop.signal)
    const seconds = (performance.now() - began) / 1000
    if (aborted > 0)
      process.stderr.write(
        `note: kafkajs also handed over ${counted(aborted, 'record')} of aborted transactions, left out here\n`,
      )
    process.stderr.write(`${summary(count, partitions.size, seconds, end)}\n`)
    return end === 'stalled' ? 1 : end === 'stopped' && !flags.follow ? 130 : 0
  } finally {
    release()
  }
}

/** The partitions with their current offsets. Throws at once if no broker answers; TOPIC_MISSING. */
async function rangesOf({ kafka }: WorkerConfig, topic: string): Promise<PartitionRange[]> {
  const { KafkaAdmin } = await import('../kafka/admin.js')
  const { TopicReader } = await import('../kafka/topic-reader.js')
  const admin = new KafkaAdmin(kafka)
  try {
    if ((await admin.describe(topic)) === null)
      throw new GenesisError('TOPIC_MISSING', 'the topic does not exist', {
        place: `topic ${topic}`,
        remedy: 'Check its name, and that --kafka-servers names the right cluster',
      })
  } finally {
    await admin.close()
  }
  const reader = new TopicReader(kafka, topic)
  try {
    return await reader.ranges()
  } finally {
    await reader.close()
  }
}

/** The range to read: up to the last decided transaction or, with --follow, from there on. Throws USAGE. */
export function consumedRanges(
  ranges: readonly PartitionRange[],
  topic: string,
  { follow, fromBeginning, partition }: ReadFlags,
): ConsumedRange[] {
  const chosen = partition === undefined ? ranges : ranges.filter((range) => range.partition === partition)
  if (chosen.length === 0)
    throw new GenesisError('USAGE', 'the topic has no such partition', {
      place: '--partition',
      found: String(partition),
      expected: `0 to ${ranges.length - 1}, those of topic ${topic}`,
    })
  return chosen.map(({ partition, start, end, stableEnd }) =>
    follow ? { partition, start: fromBeginning ? start : end, end: null } : { partition, start, end: stableEnd },
  )
}

const ends: Readonly<Record<ConsumeEnd, string>> = {
  end: 'the end of the topic',
  enough: '--max is reached',
  stopped: 'interrupted',
  stalled: 'stopped waiting: the broker sent nothing for 30 s before the end of the topic',
}

/** For example `12 records of 3 partitions in 0.4 s: the end of the topic`. */
function summary(count: number, partitions: number, seconds: number, end: ConsumeEnd): string {
  const of = partitions > 1 ? ` of ${partitions} partitions` : ''
  return `${counted(count, 'record')}${of} in ${seconds.toFixed(1)} s: ${ends[end]}`
}
