/** Workers to compare: ours, and Apache Kafka Connect's with a source that repeats the same records. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectJars, startConnect } from '../../scripts/stack/connect.js'
import { groupTopics, GroupWorker } from '../../test/fault/chaos/group-worker.js'
import { program, shipped } from '../../test/support/genesis.js'

/** A worker of a group, as a process of its own. */
export interface RunningWorker {
  readonly url: string
  /** In its tasks' states. */
  readonly id: string
  readonly pid: number
  /** SIGTERM. */
  readonly stop: () => Promise<void>
  /** SIGKILL. */
  readonly kill: () => Promise<void>
}

export interface Contender {
  readonly name: string
  /** Starts another worker of the group; resolves when it answers. */
  start(group: string): Promise<RunningWorker>
  /** Of a connector of one task; `rate`: records a second, 0: as many as go. */
  config(topic: string, rate: number): Readonly<Record<string, string>>
  /** Topics of the group itself. */
  topics(group: string): readonly string[]
}

/** How long a lost worker's tasks wait for it, for both: Connect's default is five minutes. */
export const lostWorkerDelaySeconds = 3

const sourceFile = fileURLToPath(new URL('../../../bench/connect/RepeatingSource.java', import.meta.url))
const builtIn = fileURLToPath(new URL('../../stack/repeating-source', import.meta.url))

export function genesisContender(brokers: string, folder: string, delivery: string): Contender {
  let number = 0
  return {
    name: `genesis, ${delivery}`,
    async start(group) {
      const settings = {
        group: { id: group, enabled: true, lost_worker_delay: `${lostWorkerDelaySeconds}s` },
        ...groupTopics(group),
      }
      const at = { folder, settings, brokers: brokers.split(','), models: shipped('models') }
      const worker = new GroupWorker({ ...at, number: ++number })
      await worker.start()
      const { address, id, pid } = worker
      return {
        ...{ url: address, id, pid: pid! },
        stop: async () => void (await worker.stop()),
        kill: () => worker.kill(),
      }
    },
    config: (topic, rate) => ({
      ...{ 'connector.class': 'GenesisSource', model: 'customers.json', topic, 'value.format': 'json', delivery },
      ...(rate > 0 && { 'throughput.rate': String(rate) }),
      'tasks.max': '1',
    }),
    topics: (group) => Object.values(groupTopics(group)).map(({ topic }) => topic),
  }
}

/** `classes`: the folder of the compiled source. `tuned`: of its producers. */
export function connectContender(
  brokers: string,
  { records, classes, signal }: { readonly records: string; readonly classes: string; readonly signal: AbortSignal },
  delivery: 'exactly-once' | 'at-least-once',
  tuned: Readonly<Record<string, string>> = {},
): Contender {
  const isTuned = Object.keys(tuned).length > 0
  return {
    name: `Kafka Connect, ${delivery}${isTuned ? ', larger batches' : ''}`,
    async start(group) {
      const { url, id, folder, stop } = await startConnect(brokers, signal, {
        group,
        classes: [classes],
        // As bin/connect-distributed.sh sets it.
        heap: ['-Xms256m', '-Xmx2g'],
        settings: {
          'offset.flush.interval.ms': undefined,
          'scheduled.rebalance.max.delay.ms': String(lostWorkerDelaySeconds * 1000),
          'value.converter.schemas.enable': 'false',
          'exactly.once.source.support': delivery === 'exactly-once' ? 'enabled' : 'disabled',
        },
      })
      const pid = await javaOf(folder)
      return {
        ...{ url, id, pid, stop },
        async kill() {
          process.kill(pid, 'SIGKILL')
          await stop()
        },
      }
    },
    config: (topic, rate) => ({
      'connector.class': 'genesis.bench.RepeatingSource',
      ...{ file: records, topic, rate: String(rate), 'tasks.max': '1' },
      ...Object.fromEntries(Object.entries(tuned).map(([key, value]) => [`producer.override.${key}`, value])),
    }),
    topics: (group) => ['configs', 'offsets', 'status'].map((of) => `${group}-${of}`),
  }
}

/** The first records of our own stream, for Connect to repeat. */
export async function writeRecords(folder: string, count: number): Promise<string> {
  const file = join(folder, 'records.jsonl')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, 'stream', shipped('models/customers.json'), '--max-records', String(count)],
    { maxBuffer: 1 << 26 },
  )
  await writeFile(file, stdout)
  return file
}

/** The folder with the compiled source and its entry for java.util.ServiceLoader. */
export async function compiledSource(signal: AbortSignal): Promise<string> {
  const classPath = join(await connectJars(signal), '*')
  await mkdir(join(builtIn, 'META-INF/services'), { recursive: true })
  const entry = join(builtIn, 'META-INF/services/org.apache.kafka.connect.source.SourceConnector')
  await writeFile(entry, 'genesis.bench.RepeatingSource\n')
  await promisify(execFile)('javac', ['-nowarn', '-cp', classPath, '-d', builtIn, sourceFile])
  return builtIn
}

/** The process whose properties are in the folder; a shell that watches over it names them, too. */
async function javaOf(folder: string): Promise<number> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const [command = '', ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (command.endsWith('java') && args.some((argument) => argument.startsWith(folder))) return Number(pid)
  }
  throw new Error(`no Java process has its properties in ${folder}`)
}

export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}
