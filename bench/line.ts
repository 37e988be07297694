/**
 * The whole line, from a connector to committed records: model, encoder, wire producer and checkpoint on one worker
 * thread, exactly once, 15 columns in Avro. `KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… node build/bench/line.js`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeModel } from '#src/model/artifact-write.js'
import { Worker, type WorkerEvents } from '#src/runner/worker.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { LatencyHistogram } from '#src/stream/latency.js'
import { connectorOf } from '../test/support/connectors.js'
import { censusLikeArtifact } from '../test/support/models.js'

export interface LineOptions {
  readonly records: number
  /** Over all partitions, tasks and threads: one each. */
  readonly tasks?: number
  readonly connector?: Readonly<Record<string, unknown>>
}

export interface LineResult {
  readonly topic: string
  readonly latency: LatencyHistogram
  readonly recordsPerSecond: number
  /** Of this whole process, the start of the thread included. */
  readonly cpuMicrosPerRecord: number
  /** Resident memory of this process when a tenth of the records was sent, and at the end. */
  readonly rssBytes: { readonly tenth: number; readonly end: number }
}

let runs = 0

/** Sends `records` records to a topic of its own; the clock runs from the fenced producer to the last commit. */
export async function benchLine({ records, tasks = 1, connector = {} }: LineOptions): Promise<LineResult> {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-bench-'))
  const model = join(folder, 'census.json')
  await writeFile(model, writeModel(censusLikeArtifact()))
  const name = `bench-line-${process.pid}-${runs++}`
  const config = connectorOf({
    name,
    model,
    topic: name,
    sink: { type: 'kafka' },
    topic_creation: { partitions: tasks },
    throughput: { max_records: records },
    tasks: { max: tasks },
    ...connector,
  })
  let began: number | undefined
  let tenth = 0
  const events: WorkerEvents = {
    connector: () => undefined,
    task: (_connector, _shard, state) => {
      if (state === 'RUNNING') began ??= performance.now()
    },
  }
  const worker = new Worker({ ...(await loadWorker(null, process.env)), threads: tasks }, events)
  const watch = setInterval(() => {
    if (tenth === 0 && worker.status()[0].counters.records * 10 >= records) tenth = process.memoryUsage.rss()
  }, 50)
  try {
    const cpu = process.cpuUsage()
    await worker.assign(
      config,
      Array.from({ length: tasks }, (_, shard) => shard),
    )
    await worker.ended()
    const seconds = (performance.now() - (began ?? NaN)) / 1000
    const used = process.cpuUsage(cpu)
    const end = process.memoryUsage.rss()
    const [{ complete, counters, tasks: ended }] = worker.status()
    if (!complete) throw new Error(ended.map(({ failure }) => failure?.message).join('; '))
    return {
      topic: name,
      latency: counters.latency,
      recordsPerSecond: records / seconds,
      cpuMicrosPerRecord: (used.user + used.system) / records,
      rssBytes: { tenth, end },
    }
  } finally {
    clearInterval(watch)
    await worker.stop()
    await rm(folder, { recursive: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const records = Number(process.argv[2] ?? 3_000_000)
  for (const tasks of [1, 2]) console.log(tasks, await benchLine({ records, tasks }))
}
