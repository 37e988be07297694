/**
 * A fixed rate: how many records arrive in any ten seconds and between two batches, and how long a record takes
 * from generation, and from when it is due, to the acknowledgement of its transaction, compared with the broker's time for an append alone.
 */
import { createEncoder } from '#src/encode/create.js'
import { createRegistry } from '#src/encode/registry.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import type { Generator } from '#src/model/generator.js'
import { loadModel } from '#src/model/load.js'
import { openConnector } from '#src/connector/open.js'
import { Task } from '#src/runtime/task.js'
import { createSink } from '#src/sink/sinks.js'
import type { Sink } from '#src/sink/sink.js'
import { systemClock } from '#src/delivery/clock.js'
import { createPacer, largestGrant } from '#src/pacing/create.js'
import { appendTimes } from './append.js'
import { withConnector, type BenchConnector } from './connector.js'
import { quantile } from './markdown.js'

export interface RateResult {
  readonly ratePerSecond: number
  /** Minimum and maximum of any ten-second window, as shares of the target. */
  readonly window: { readonly least: number; readonly most: number }
  /** Milliseconds between consecutive batches. */
  readonly gapMs: { readonly median: number; readonly p99: number; readonly most: number }
  /** From generation to the commit's response, over all records. */
  readonly latencyMs: { readonly median: number; readonly p99: number }
  /** From when the rate has it due: with its wait for the rest of its group. */
  readonly dueMs: { readonly median: number; readonly p99: number }
  /** For an equally large batch without a transaction: from sending to acknowledgement. */
  readonly appendMs: { readonly median: number; readonly p99: number }
}

const windowMs = 10_000

export function benchRate({ ratePerSecond = 10_000, seconds = 25, intervalMs = 100 } = {}): Promise<RateResult> {
  const records = ratePerSecond * seconds
  const keys = {
    topic_creation: { partitions: 1 },
    throughput: { rate: ratePerSecond, max_records: records },
    transaction: { interval: `${intervalMs}ms` },
  }
  return withConnector(keys, async (made) => {
    const { generated, due } = await latenciesOf(made, ratePerSecond, records)
    const times = await timestamps(made)
    const gaps = times.flatMap((at, i) => (i > 0 && at > times[i - 1] ? [at - times[i - 1]] : []))
    const shares = windows(times).map((count) => count / ((ratePerSecond * windowMs) / 1000))
    const appends = await appendTimes(made, Math.ceil((ratePerSecond * intervalMs) / 1000))
    return {
      ratePerSecond,
      window: { least: Math.min(...shares), most: Math.max(...shares) },
      gapMs: { median: quantile(gaps, 0.5), p99: quantile(gaps, 0.99), most: quantile(gaps, 1) },
      latencyMs: { median: quantile(generated, 0.5), p99: quantile(generated, 0.99) },
      dueMs: { median: quantile(due, 0.5), p99: quantile(due, 0.99) },
      appendMs: { median: quantile(appends, 0.5), p99: quantile(appends, 0.99) },
    }
  })
}

interface Latencies {
  readonly generated: readonly number[]
  readonly due: readonly number[]
}

/** Runs the connector's single task in this thread; milliseconds of every record. */
async function latenciesOf(
  { connector, worker }: BenchConnector,
  ratePerSecond: number,
  records: number,
): Promise<Latencies> {
  const shard = { connector: connector.name, shard: 0, shards: 1 }
  const capacity = largestGrant(connector.throughput, shard)
  const generator = await openConnector(connector, { load: loadModel, shard: 0, capacity })
  const encoder = createEncoder(connector, createRegistry(worker.registry))(generator.fields)
  const { fields, fingerprint } = generator
  const sink = await createSink({ connector, worker, shard, fields, fingerprint, shared: {} })
  const { transaction, errors } = connector
  const pacer = createPacer(connector.throughput, shard, connector.seed, transaction.intervalMs)
  const made: { readonly at: number; readonly end: number; readonly length: number }[] = []
  const generated: number[] = []
  const due: number[] = []
  let began: number | null = null
  const watchedGenerator: Generator = {
    fields,
    fingerprint,
    capacity,
    get position() {
      return generator.position
    },
    start: (position) => generator.start(position),
    generate(count) {
      const at = performance.now()
      // The first record is due at once.
      began ??= at
      const batch = generator.generate(count)
      made.push({ at, end: generator.position, length: count })
      return batch
    },
  }
  const watchedSink: Sink = {
    open: () => sink.open(),
    write: (batch) => sink.write(batch),
    close: () => sink.close(),
    async commit(checkpoint) {
      await sink.commit(checkpoint)
      const now = performance.now()
      while (made.length > 0 && made[0].end <= checkpoint.position) {
        const { at, end, length } = made.shift()!
        for (let position = end - length; position < end; position++) {
          generated.push(now - at)
          due.push(now - (began ?? at) - (position * 1000) / ratePerSecond)
        }
      }
    },
  }
  const task = new Task(
    { shard, from: 0, to: records, transaction, errors },
    { generator: watchedGenerator, encoder, sink: watchedSink, pacer },
    { state: () => undefined, progress: () => undefined },
    systemClock,
  )
  const ended = await task.run()
  if (ended.end !== 'complete') throw new Error(`the task ended early: ${JSON.stringify(ended)}`)
  return { generated, due }
}

/** Creation times of the topic's records, ascending. */
async function timestamps({ connector: { name }, worker }: BenchConnector): Promise<number[]> {
  const reader = new TopicReader(worker.kafka, name)
  try {
    const times: number[] = []
    for (const range of await reader.ranges())
      for await (const cursor of reader.read(range, 'committed')) while (cursor.next()) times.push(cursor.timestamp)
    return times.sort((a, b) => a - b)
  } finally {
    await reader.close()
  }
}

/** Record counts of all windows that start at a tenth of a second and lie within the run. */
function windows(times: readonly number[]): number[] {
  const counts: number[] = []
  let low = 0
  let high = 0
  for (let from = times[0]; from + windowMs <= times[times.length - 1]; from += 100) {
    while (times[low] < from) low++
    while (high < times.length && times[high] < from + windowMs) high++
    counts.push(high - low)
  }
  return counts
}
