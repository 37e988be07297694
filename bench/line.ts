/**
 * The whole line, from a connector to committed records: model, encoder, wire producer and checkpoint on worker threads,
 * exactly once, 15 columns in Avro: `KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… node build/bench/line.js '{"records": 3000000}'`.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Worker, type WorkerEvents } from '#src/runtime/worker.js'
import { withConnector } from './connector.js'

export interface LineOptions {
  /** A quarter of them are sent before the clocks start, as perf-test's warm-up: a broker is slow with a partition's first records. */
  readonly records: number
  /** One partition each. */
  readonly tasks?: number
  readonly threads?: number
  readonly connector?: Readonly<Record<string, unknown>>
}

export interface LineResult {
  readonly recordsPerSecond: number
  /** Of the whole process. */
  readonly cpuMicrosPerRecord: number
  /** CPU seconds per second of this process; the broker gets the rest of the machine. */
  readonly cores: number
  /** CPU seconds until the first producer was fenced: threads, libraries, model, topics. */
  readonly startCpuSeconds: number
}

/** Records count with their commit: at the end of the warm-up, up to this much more had been sent. Taken as if it always were all of it. */
const transactionSeconds = 0.1

/** Often, compared with how long a run takes; seldom, compared with what it costs to ask. */
const pollMs = 5

/** Sends `records` records to a new topic; the clocks run from the end of the warm-up to the last commit. */
export function benchLine({ records, tasks = 1, threads = tasks, connector = {} }: LineOptions): Promise<LineResult> {
  const keys = {
    topic_creation: { partitions: tasks },
    throughput: { max_records: records },
    tasks: { max: tasks },
    ...connector,
  }
  return withConnector(keys, async ({ tasks: specsOf, worker: config }) => {
    let startCpuSeconds = NaN
    const cpu = process.cpuUsage()
    const events: WorkerEvents = {
      connector: () => undefined,
      task: (_connector, _shard, state) => {
        if (state === 'RUNNING' && isNaN(startCpuSeconds)) startCpuSeconds = secondsOf(process.cpuUsage(cpu))
      },
    }
    const worker = new Worker({ ...config, threads }, events)
    try {
      await Promise.all(specsOf().map((task) => worker.startTask(task)))
      let hasEnded = false
      const ended = worker.ended().then(() => {
        hasEnded = true
        return performance.now()
      })
      const warm = await warmed(worker, records / 4, () => hasEnded)
      const began = { at: performance.now(), cpu: process.cpuUsage() }
      const elapsed = ((await ended) - began.at) / 1000
      const cores = secondsOf(process.cpuUsage(began.cpu)) / elapsed
      const [{ complete, tasks: all }] = worker.status()
      if (!complete) throw new Error(all.map(({ failure }) => failure?.message).join('; '))
      const recordsPerSecond = (records - warm) / (elapsed + transactionSeconds)
      return { recordsPerSecond, cpuMicrosPerRecord: (cores * 1e6) / recordsPerSecond, cores, startCpuSeconds }
    } finally {
      await worker.stop()
    }
  })
}

/** Waits for so many records, however long the tasks take to start, and tells how many there were. */
async function warmed(worker: Worker, records: number, hasEnded: () => boolean): Promise<number> {
  for (;;) {
    const [{ counters }] = worker.status()
    if (counters.records >= records || hasEnded()) return counters.records
    await wait(pollMs)
  }
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = JSON.parse(process.argv[2] ?? '{}') as Partial<LineOptions>
  console.log(JSON.stringify(await benchLine({ records: 3_000_000, ...options })))
}
