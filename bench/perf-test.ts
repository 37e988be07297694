/** Kafka's own kafka-producer-perf-test for comparison: from the broker's image with Docker, otherwise from Maven's jars. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run, works } from '../scripts/stack/command.js'
import { kafkaImage, kafkaVersion } from '../scripts/stack/stack.js'

export interface PerfTestOptions {
  readonly brokers: string
  readonly topic: string
  readonly records: number
  /** Records sent before the clock starts, as JIT warm-up. */
  readonly warmup: number
  /** UTF-8 text; records are picked from it at random. */
  readonly payloadFile: string
  readonly delimiter: string
  /** Null: no transactions. */
  readonly transactionMs: number | null
  readonly properties: Readonly<Record<string, string>>
}

export interface PerfTestResult {
  readonly recordsPerSecond: number
  /** Of the whole process, including Java's startup and compilation. */
  readonly cpuMicrosPerRecord: number
}

const jars = fileURLToPath(new URL(`../stack/kafka-${kafkaVersion}`, import.meta.url))

export async function perfTest(options: PerfTestOptions): Promise<PerfTestResult> {
  const { records, warmup, payloadFile } = options
  // If the broker comes from Maven, so does the tool: an image may lack what zstd-jni needs.
  const docker = process.env['GENESIS_STACK'] !== 'maven' && (await works('docker', 'image', 'inspect', kafkaImage))
  const classPath = docker ? '/opt/kafka/libs/*' : `${jars}/*`
  const java = `java -Xmx512m -cp '${classPath}' org.apache.kafka.tools.ProducerPerformance ${commandLine(options)}; times`
  const folder = dirname(payloadFile)
  const output = docker
    ? await run('docker', [
        ...['run', '--rm', '--network', 'host', '-v', `${folder}:${folder}:ro`, '--entrypoint', 'sh'],
        ...[kafkaImage, '-c', java],
      ])
    : await run('sh', ['-c', java])
  const rates = [...output.matchAll(/^(\d+) (?:steady state )?records sent.*?, ([\d.]+) records\/sec/gm)]
  const steady = rates.findLast(([, count]) => Number(count) === records - warmup)
  const times = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(output)
  if (steady === undefined || times === null) throw new Error(`kafka-producer-perf-test said:\n${output.slice(-2000)}`)
  const [userMinutes, user, systemMinutes, system] = times.slice(1).map(Number)
  const cpuSeconds = 60 * (userMinutes + systemMinutes) + user + system
  return { recordsPerSecond: Number(steady[2]), cpuMicrosPerRecord: (cpuSeconds * 1e6) / records }
}

function commandLine(options: PerfTestOptions): string {
  const { brokers, topic, records, warmup, payloadFile, delimiter, transactionMs } = options
  const properties = { ...options.properties, 'bootstrap.servers': brokers, acks: 'all' }
  return [
    `--topic ${topic} --num-records ${records} --warmup-records ${warmup} --throughput -1 --reporting-interval 3600000`,
    `--payload-file ${payloadFile} --payload-delimiter '${delimiter}'`,
    transactionMs === null ? '' : `--transactional-id ${topic} --transaction-duration-ms ${transactionMs}`,
    `--command-property ${Object.entries(properties)
      .map(([key, value]) => `${key}=${value}`)
      .join(' ')}`,
  ].join(' ')
}
