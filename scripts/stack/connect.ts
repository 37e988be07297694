/** Apache Kafka Connect itself, from Maven Central: the reference for our REST interface. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { works } from './command.js'
import { fetchOnce } from './fetch-once.js'
import { copyDependencies, maven } from './maven.js'
import { freePorts } from './ports.js'
import { until } from './ready.js'
import { kafkaVersion } from './stack.js'
import { supervise } from './supervised.js'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const pom = join(root, 'scripts/stack/connect-pom.xml')
const jars = join(root, `build/stack/connect-${kafkaVersion}`)

/** A Kafka Connect worker with the file source of its distribution. */
export interface KafkaConnect {
  /** Base URL of its REST interface. */
  readonly url: string
  readonly version: string
  /** `host:port`, as in its tasks' states. */
  readonly id: string
  /** A temporary folder for files that its connectors read; removed when it is stopped. */
  readonly folder: string
  readonly stop: () => Promise<void>
}

/** Whether Kafka Connect can run here: it needs Java 17 and Maven. */
export async function connectIsAvailable(): Promise<boolean> {
  return (await works('java', '-version')) && works('mvn', '-v')
}

export interface ConnectOptions {
  /** Workers of one group share its topics. Default: a group of its own. */
  readonly group?: string
  /** Worker properties that replace those of the contract's worker; undefined: Connect's own default. */
  readonly settings?: Readonly<Record<string, string | undefined>>
  /** Folders with further classes, whose connectors are listed there for java.util.ServiceLoader. */
  readonly classes?: readonly string[]
  readonly heap?: readonly string[]
}

/** The folder with Kafka Connect's jars, downloaded if missing. */
export async function connectJars(signal: AbortSignal): Promise<string> {
  const fetch = (target: string): Promise<string> =>
    maven(['-f', pom, `-Dkafka=${kafkaVersion}`, copyDependencies, `-DoutputDirectory=${target}`], signal)
  await fetchOnce(jars, fetch, { signal })
  return jars
}

/** Starts one worker in distributed mode on a free port of 127.0.0.1. */
export async function startConnect(
  brokers: string,
  signal: AbortSignal,
  options: ConnectOptions = {},
): Promise<KafkaConnect> {
  await connectJars(signal)
  const [port] = await freePorts(1)
  const folder = await mkdtemp(join(tmpdir(), 'genesis-connect-'))
  const { group = `connect-${port}-${process.pid}`, classes = [], heap = ['-Xmx384m'] } = options
  const url = `http://127.0.0.1:${port}`
  const settings = {
    'bootstrap.servers': brokers,
    'group.id': group,
    'config.storage.topic': `${group}-configs`,
    'config.storage.replication.factor': '1',
    'offset.storage.topic': `${group}-offsets`,
    'offset.storage.replication.factor': '1',
    'offset.storage.partitions': '1',
    'status.storage.topic': `${group}-status`,
    'status.storage.replication.factor': '1',
    'status.storage.partitions': '1',
    'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'offset.flush.interval.ms': '200',
    'scheduled.rebalance.max.delay.ms': '0',
    'plugin.discovery': 'service_load',
    listeners: url,
    ...options.settings,
  }
  const properties = join(folder, 'worker.properties')
  await writeFile(
    properties,
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const log = join(folder, 'connect.out')
  const logging = join(root, 'scripts/stack/log4j2.properties')
  const main = 'org.apache.kafka.connect.cli.ConnectDistributed'
  const worker = supervise(
    'java',
    [
      ...heap,
      `-Dlog4j2.configurationFile=${logging}`,
      '-cp',
      [join(jars, '*'), ...classes].join(':'),
      main,
      properties,
    ],
    log,
  )
  const stop = async (): Promise<void> => {
    await worker.stop()
    await rm(folder, { recursive: true, force: true })
  }
  const ended = worker.ended.then(async () => {
    throw new Error(`Kafka Connect exited during startup:\n${(await readFile(log, 'utf8')).slice(-3000)}`)
  })
  try {
    await Promise.race([until('Kafka Connect', 120, () => healthy(url), signal), ended])
    ended.catch(() => undefined)
    return { url, id: `127.0.0.1:${port}`, version: kafkaVersion, folder, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function healthy(url: string): Promise<void> {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) })
  if (!answer.ok) throw new Error(`status ${answer.status}`)
}
