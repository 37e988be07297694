import { emptyLatency, type LatencyHistogram } from './latency.js'

/** What a task has done since it was started. Plain data, so that it crosses threads. */
export interface Counters {
  /** Delivered: durable, counted once however often they had to be sent. */
  records: number
  /** Bytes of keys and values of the delivered records, as far as this process sent them. */
  bytes: number
  batches: number
  commits: number
  /** Failures, apart from those that are waited for until they pass. */
  errors: number
  /** Attempts made after a failure, or after a wait for what passes. */
  retries: number
  /** Positions given up by the error policy `skip`. */
  dropped: number
  /** The shard's next position: all of its positions below are delivered or dropped. */
  position: number
  /** From a record's generation to its being durable, per record. */
  latency: LatencyHistogram
  /** Time of the commits, in all. */
  commitMs: number
  /** Time that was lost to a quota, in all. */
  throttledMs: number
}

export function emptyCounters(position: number): Counters {
  return {
    records: 0,
    bytes: 0,
    batches: 0,
    commits: 0,
    errors: 0,
    retries: 0,
    dropped: 0,
    position,
    latency: emptyLatency(),
    commitMs: 0,
    throttledMs: 0,
  }
}

/** Adds what one task has done to a sum; the sum's position stays as it is. */
export function addCounters(sum: Counters, task: Counters): void {
  sum.records += task.records
  sum.bytes += task.bytes
  sum.batches += task.batches
  sum.commits += task.commits
  sum.errors += task.errors
  sum.retries += task.retries
  sum.dropped += task.dropped
  sum.commitMs += task.commitMs
  sum.throttledMs += task.throttledMs
  sum.latency.sumMs += task.latency.sumMs
  task.latency.counts.forEach((count, bucket) => (sum.latency.counts[bucket] += count))
}
