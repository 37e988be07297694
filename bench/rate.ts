/**
 * A fixed rate as a reader of the topic sees it: what arrived in any ten seconds, how long the stream was silent between two
 * batches, and how long a record took from its generation to its commit.
 */
import { loadWorker } from '#src/config/worker-file.js'
import { TopicReader } from '#src/kafka/topic-reader.js'
import { latencyQuantile } from '#src/stream/latency.js'
import { benchLine } from './line.js'

export interface RateResult {
  readonly ratePerSecond: number
  /** Least and most of any window of ten seconds, as shares of what was asked for. */
  readonly window: { readonly least: number; readonly most: number }
  /** Milliseconds between the times of consecutive batches. */
  readonly gapMs: { readonly median: number; readonly p99: number; readonly most: number }
  /** Upper bounds of the histogram's buckets: from generation to commit. */
  readonly latencyMs: { readonly median: number; readonly p99: number }
}

const windowMs = 10_000

export async function benchRate({ ratePerSecond = 10_000, seconds = 25, intervalMs = 100 } = {}): Promise<RateResult> {
  const { topic, latency } = await benchLine({
    records: ratePerSecond * seconds,
    connector: {
      throughput: { rate: ratePerSecond, max_records: ratePerSecond * seconds },
      transaction: { interval: `${intervalMs}ms` },
    },
  })
  const times = await timestamps(topic)
  const gaps = times.flatMap((at, i) => (i > 0 && at > times[i - 1] ? [at - times[i - 1]] : [])).sort((a, b) => a - b)
  const shares = windows(times).map((count) => count / ((ratePerSecond * windowMs) / 1000))
  return {
    ratePerSecond,
    window: { least: Math.min(...shares), most: Math.max(...shares) },
    gapMs: {
      median: gaps[gaps.length >> 1],
      p99: gaps[Math.floor(gaps.length * 0.99)],
      most: gaps[gaps.length - 1],
    },
    latencyMs: { median: latencyQuantile(latency, 0.5), p99: latencyQuantile(latency, 0.99) },
  }
}

/** Creation times of the topic's records, ascending. */
async function timestamps(topic: string): Promise<number[]> {
  const reader = new TopicReader((await loadWorker(null, process.env)).kafka, topic)
  try {
    const times: number[] = []
    for (const range of await reader.ranges())
      for await (const cursor of reader.read(range, 'committed')) while (cursor.next()) times.push(cursor.timestamp)
    return times.sort((a, b) => a - b)
  } finally {
    await reader.close()
  }
}

/** How many records each window holds that begins at a tenth of a second and is covered by the run. */
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
