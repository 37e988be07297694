/**
 * The whole line, from a connector to committed records: model, encoder, wire producer and checkpoint on worker threads,
 * exactly once, 15 columns in Avro: `KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… node build/bench/line.js '{"records": 3000000}'`.
 */
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerEvents } from '#src/runtime/worker.js'
import { withConnector } from './connector.js'

export interface LineOptions {
  readonly records: number
  /** One partition each. */
  readonly tasks?: number
  readonly threads?: number
  readonly connector?: Readonly<Record<string, unknown>>
}

export interface LineResult {
  readonly recordsPerSecond: number
  /** Of the whole process, from the first fenced producer to the last commit, wall-clock. */
  readonly cpuMicrosPerRecord: number
  /** CPU seconds per second of this process; the broker gets the rest of the machine. */
  readonly cores: number
  /** CPU seconds until the first producer was fenced: threads, libraries, model, topics. */
  readonly startCpuSeconds: number
}

/** Sends `records` records to a new topic; the clocks run from the fenced producer to the last commit. */
export function benchLine({ records, tasks = 1, threads = tasks, connector = {} }: LineOptions): Promise<LineResult> {
  const keys = {
    topic_creation: { partitions: tasks },
    throughput: { max_records: records },
    tasks: { max: tasks },
    ...connector,
  }
  return withConnector(keys, async ({ tasks: specsOf, worker: config }) => {
    let began: { readonly at: number; readonly cpu: NodeJS.CpuUsage } | undefined
    const events: WorkerEvents = {
      connector: () => undefined,
      task: (_connector, _shard, state) => {
        if (state === 'RUNNING') began ??= { at: performance.now(), cpu: process.cpuUsage() }
      },
    }
    const worker = new Worker({ ...config, threads }, events)
    try {
      const before = process.cpuUsage()
      await Promise.all(specsOf().map((task) => worker.startTask(task)))
      await worker.ended()
      const ended = performance.now()
      const [{ complete, tasks: all }] = worker.status()
      if (!complete || began === undefined) throw new Error(all.map(({ failure }) => failure?.message).join('; '))
      const seconds = (ended - began.at) / 1000
      const cpuSeconds = secondsOf(process.cpuUsage(began.cpu))
      return {
        recordsPerSecond: records / seconds,
        cpuMicrosPerRecord: (cpuSeconds * 1e6) / records,
        cores: cpuSeconds / seconds,
        startCpuSeconds: secondsOf(began.cpu) - secondsOf(before),
      }
    } finally {
      await worker.stop()
    }
  })
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = JSON.parse(process.argv[2] ?? '{}') as Partial<LineOptions>
  console.log(JSON.stringify(await benchLine({ records: 3_000_000, ...options })))
}
