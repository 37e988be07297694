/**
 * Records per second and CPU per record of the wire producer, of kafkajs and of Kafka's own kafka-producer-perf-test, on
 * one broker, with the same records, in interleaved rounds: `KAFKA_BROKERS=… node build/bench/produce.js`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deriveSchema } from '#src/encode/avro/derive.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import type { ClusterOptions } from '#src/config/cluster.js'
import { KafkaAdmin } from '#src/kafka/admin.js'
import { createProducer } from '#src/kafka/create-producer.js'
import type { ProducerClient } from '#src/kafka/create-producer.js'
import type { Compression } from '#src/kafka/producer.js'
import type { EncodedBatch } from '#src/record.js'
import { uniqueName } from '../test/support/kafka.js'
import { censusBatch } from './encode.js'
import { interleaved, median } from './markdown.js'
import { perfTest } from './perf-test.js'
import type { PerfTestOptions, PerfTestResult } from './perf-test.js'
import { deleteTopics } from './topics.js'

export interface ProduceOptions {
  readonly brokers: string
  readonly rounds: number
  /** Per contender and round; kafkajs sends a tenth of it, and all of them less with compression. */
  readonly records: number
  readonly codecs: readonly Compression[]
}

export interface ProduceResult {
  readonly contender: string
  readonly compression: Compression
  readonly recordsPerSecond: number
  readonly cpuMicrosPerRecord: number
  readonly bytesPerRecord: number
}

/** Between two commits; also the default of a connector file. */
const transactionMs = 100
/** Default of kafka-producer-perf-test. */
const perfTestDefaultMs = 3000
const delimiter = '<END-OF-RECORD>'

/** Medians over the rounds. */
export async function benchProduce(options: ProduceOptions): Promise<ProduceResult[]> {
  const cluster = clusterOf(options.brokers)
  return withPayload(async (batch, payloadFile) => {
    const results: ProduceResult[] = []
    for (const compression of options.codecs) {
      if (!(await isTaken(cluster, compression, batch))) {
        results.push({ contender: 'this broker does not read it', compression, ...nothing })
        continue
      }
      const runs = contenders(cluster, options, compression, batch, payloadFile)
      const measured = await interleaved(options.rounds, runs, ([, once]) => withTopic(cluster, once))
      for (const [index, [contender]] of runs.entries())
        results.push({
          contender,
          compression,
          recordsPerSecond: median(measured[index].map((one) => one.recordsPerSecond)),
          cpuMicrosPerRecord: median(measured[index].map((one) => one.cpuMicrosPerRecord)),
          bytesPerRecord: batch.offsets[2 * batch.length] / batch.length,
        })
    }
    return results
  })
}

function clusterOf(brokers: string): ClusterOptions {
  return {
    brokers: brokers.split(','),
    clientId: 'genesis-bench',
    tls: null,
    sasl: null,
    connectTimeoutMs: 10_000,
    requestTimeoutMs: 60_000,
  }
}

/** perf-test with the contenders' records, each time to a new topic with one partition. A quarter of the records are its warm-up. */
export function withPerfTest<T>(
  brokers: string,
  use: (once: (records: number) => Promise<PerfTestResult>) => Promise<T>,
): Promise<T> {
  return withPayload((_batch, payloadFile) =>
    use((records) =>
      withTopic(clusterOf(brokers), peer({ brokers, payloadFile, records, transactionMs, properties: {} })),
    ),
  )
}

async function withPayload<T>(use: (batch: EncodedBatch, payloadFile: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  try {
    const batch = censusRecords()
    const payloadFile = join(folder, 'payload')
    await writeFile(payloadFile, payload(batch))
    return await use(batch, payloadFile)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const nothing = { recordsPerSecond: 0, cpuMicrosPerRecord: 0, bytesPerRecord: 0 }

/** Share of the records to send per codec: slower ones send fewer. */
const shareOf: Readonly<Record<Compression, number>> = { none: 1, gzip: 0.15, snappy: 0.5, lz4: 0.5, zstd: 0.5 }

type Contender = readonly [name: string, once: (topic: string, sideTopic: string) => Promise<PerfTestResult>]

function contenders(
  cluster: ClusterOptions,
  { brokers, ...options }: ProduceOptions,
  compression: Compression,
  batch: EncodedBatch,
  payloadFile: string,
): Contender[] {
  const records = Math.floor(options.records * shareOf[compression])
  const properties = { 'compression.type': compression }
  const theirs = (transactionMs: number | null): Contender[1] =>
    peer({ brokers, payloadFile, records, transactionMs, properties })
  const own =
    (client: ProducerClient, records: number, transactional = true): Contender[1] =>
    (topic, sideTopic) =>
      produce(cluster, { client, compression, transactional, batch, records, topic, sideTopic })
  const everywhere: Contender[] = [
    [`wire, transactions of ${transactionMs} ms`, own('wire', records)],
    [`perf-test, transactions of ${transactionMs} ms`, theirs(transactionMs)],
    ['perf-test, not transactional', theirs(null)],
  ]
  if (compression !== 'none') return everywhere
  return [
    ...everywhere,
    ['wire, not transactional', own('wire', records, false)],
    [`perf-test, transactions of ${perfTestDefaultMs} ms`, theirs(perfTestDefaultMs)],
    [`kafkajs, transactions of ${transactionMs} ms`, own('kafkajs', records / 10)],
  ]
}

/** perf-test as a contender. A quarter of the records are its warm-up. */
function peer(given: Omit<PerfTestOptions, 'topic' | 'warmup' | 'delimiter'>): Contender[1] {
  return (topic) => perfTest({ ...given, topic, delimiter, warmup: Math.floor(given.records / 4) })
}

/** Whether the broker accepts a codec: an image may lack the native library. */
async function isTaken(cluster: ClusterOptions, compression: Compression, batch: EncodedBatch): Promise<boolean> {
  const run = { client: 'wire', compression, transactional: false, batch, records: batch.length } as const
  try {
    await withTopic(cluster, (topic, sideTopic) => produce(cluster, { ...run, topic, sideTopic }))
    return true
  } catch (error) {
    if (compression === 'none') throw error
    return false
  }
}

interface Run {
  readonly client: ProducerClient
  readonly compression: Compression
  readonly transactional: boolean
  readonly batch: EncodedBatch
  readonly records: number
  readonly topic: string
  readonly sideTopic: string
}

/** Sends `records` records, a quarter of them before the clock starts, with a checkpoint in each transaction. */
async function produce(
  cluster: ClusterOptions,
  { client, compression, transactional, batch, records, topic, sideTopic }: Run,
): Promise<PerfTestResult> {
  const producer = await createProducer(client, cluster, {
    topic,
    partitions: 1,
    transactionalId: transactional ? topic : null,
    transactionTimeoutMs: 60_000,
    compression,
    maxMessageBytes: 1_048_588,
  })
  const partitions = new Int32Array(batch.length)
  const checkpoint = { topic: sideTopic, partition: 0, key: Buffer.from('shard'), value: Buffer.from('position') }
  const send = async (count: number): Promise<void> => {
    let began = performance.now()
    for (let sent = 0; sent < count; sent += batch.length) {
      await producer.send(batch, partitions)
      if (performance.now() - began < transactionMs) continue
      await producer.commit([checkpoint])
      began = performance.now()
    }
    await producer.commit([checkpoint])
  }
  try {
    await producer.init()
    await send(records / 4)
    const cpu = process.cpuUsage()
    const begin = performance.now()
    await send(records)
    const seconds = (performance.now() - begin) / 1000
    const used = process.cpuUsage(cpu)
    const sent = Math.ceil(records / batch.length) * batch.length
    return { recordsPerSecond: sent / seconds, cpuMicrosPerRecord: (used.user + used.system) / sent }
  } finally {
    await producer.close()
  }
}

async function withTopic<T>(
  cluster: ClusterOptions,
  once: (topic: string, sideTopic: string) => Promise<T>,
): Promise<T> {
  const topic = uniqueName('bench')
  const topics = [topic, `${topic}-checkpoints`] as const
  const admin = new KafkaAdmin(cluster)
  for (const name of topics) await admin.ensureTopic(name, { partitions: 1, replicationFactor: -1, config: {} })
  await admin.close()
  try {
    return await once(...topics)
  } finally {
    await deleteTopics(cluster, topics)
  }
}

/**
 * A batch of 15-column Avro records. perf-test reads its payload as UTF-8 text and would inflate other bytes, so the
 * highest bit of each byte is cleared: sizes are unchanged, and all contenders send the same bytes.
 */
function censusRecords(): EncodedBatch {
  const batch = censusBatch()
  const schema = deriveSchema(batch.fields, { name: 'census', namespace: 'bench' })
  const encoded = containerEncoder(batch.fields, parseSchema(schema, 'derived')).encode(batch)
  const bytes = Buffer.from(encoded.bytes.subarray(0, encoded.offsets[2 * encoded.length]))
  bytes.forEach((byte, i) => (bytes[i] = byte & 0x7f))
  return { ...encoded, bytes, offsets: encoded.offsets.slice(0, 2 * encoded.length + 1) }
}

function payload({ bytes, offsets, length }: EncodedBatch): string {
  if (bytes.includes(delimiter)) throw new Error('the delimiter occurs in a record')
  return Array.from({ length }, (_, i) => bytes.toString('latin1', offsets[2 * i + 1], offsets[2 * i + 2])).join(
    delimiter,
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [rounds, records, ...codecs] = process.argv.slice(2)
  const results = await benchProduce({
    brokers: process.env.KAFKA_BROKERS ?? '127.0.0.1:9092',
    rounds: Number(rounds ?? 5),
    records: Number(records ?? 2_000_000),
    codecs: codecs.length === 0 ? ['none'] : (codecs as Compression[]),
  })
  console.table(
    results.map(({ contender, compression, recordsPerSecond, cpuMicrosPerRecord, bytesPerRecord }) => ({
      contender,
      compression,
      'records/s': Math.round(recordsPerSecond).toLocaleString('en'),
      'CPU µs/record': cpuMicrosPerRecord.toFixed(2),
      'bytes/record': bytesPerRecord.toFixed(0),
    })),
  )
}
