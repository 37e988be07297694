/**
 * How well threads scale where nothing outside of them limits: each makes its shard of a stream, encodes it as Avro and delivers it to a sink
 * that discards. `node build/bench/threads.js`.
 */
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '#src/delivery/clock.js'
import { deriveSchema } from '#src/encode/avro/derive.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import { writeModel } from '#src/model/artifact-write.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { Unlimited } from '#src/pacing/unlimited.js'
import { Task } from '#src/runtime/task.js'
import type { Sink } from '#src/sink/sink.js'
import { connectorOf } from '../test/support/connectors.js'
import { censusLikeArtifact } from '../test/support/models.js'
import { interleaved, median } from './markdown.js'

export interface ThreadsResult {
  readonly threads: number
  /** Of all threads together. */
  readonly recordsPerSecond: number
  readonly cpuMicrosPerRecord: number
  /** CPU seconds a second: less than `threads` if other programs had the rest. */
  readonly cores: number
}

interface Shard {
  readonly shard: number
  readonly shards: number
  /** Per shard. */
  readonly records: number
}

const capacity = 4096
const script = fileURLToPath(import.meta.url)

/** Medians of `rounds` rounds, with 1 thread and with as many as there are cores (at least 2). */
export async function benchThreads({ rounds = 5, records = 12_000_000 } = {}): Promise<ThreadsResult[]> {
  const counts = [1, Math.max(2, availableParallelism())]
  const measured = await interleaved(rounds, counts, (threads) => once(threads, records))
  return counts.map((threads, index) => ({
    threads,
    recordsPerSecond: median(measured[index].map((one) => one.recordsPerSecond)),
    cpuMicrosPerRecord: median(measured[index].map((one) => one.cpuMicrosPerRecord)),
    cores: median(measured[index].map((one) => one.cores)),
  }))
}

async function once(threads: number, records: number): Promise<ThreadsResult> {
  const workers = Array.from({ length: threads }, (_, shard) => {
    const workerData: Shard = { shard, shards: threads, records }
    return new Worker(script, { workerData })
  })
  const all = (message: 'warm' | 'done'): Promise<unknown> =>
    Promise.all(
      workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.once('error', reject)
            worker.on('message', (heard) => {
              if (heard === message) resolve()
            })
          }),
      ),
    )
  await all('warm')
  const done = all('done')
  const cpu = process.cpuUsage()
  const began = performance.now()
  for (const worker of workers) worker.postMessage('go')
  await done
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await Promise.all(workers.map((worker) => worker.terminate()))
  return {
    threads,
    recordsPerSecond: (records * threads) / seconds,
    cpuMicrosPerRecord: (user + system) / (records * threads),
    cores: (user + system) / 1e6 / seconds,
  }
}

const discarding: Sink = {
  open: () => Promise.resolve(null),
  write: () => Promise.resolve(),
  commit: () => Promise.resolve(),
  close: () => Promise.resolve(),
}

/** Opens the model and the encoder; the result delivers all records of the shard, once. */
function openDelivery({ shard, shards, records }: Shard): () => Promise<void> {
  const model = parseModel(Buffer.from(writeModel(censusLikeArtifact())), 'bench')
  const generator = openGenerator(model, { seed: 42, capacity, shard, shards })
  const schema = parseSchema(deriveSchema(generator.fields, { name: 'census', namespace: 'bench' }), 'derived')
  const encoder = containerEncoder(generator.fields, schema)
  const { transaction, errors } = connectorOf({})
  const task = new Task(
    { shard: { connector: 'bench', shard, shards }, from: 0, to: records * shards, transaction, errors },
    { generator, encoder, sink: discarding, pacer: new Unlimited() },
    { state: () => undefined, progress: () => undefined },
    systemClock,
  )
  return async () => {
    const ended = await task.run()
    if (ended.end !== 'complete') throw new Error(`the task ended early: ${JSON.stringify(ended)}`)
  }
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  const shard = workerData as Shard
  await openDelivery({ ...shard, records: 500_000 })()
  // Outside of what is measured.
  const deliver = openDelivery(shard)
  port.once('message', () => void deliver().then(() => port.postMessage('done')))
  port.postMessage('warm')
} else if (process.argv[1] === script) {
  console.log(JSON.stringify(await benchThreads()))
}
