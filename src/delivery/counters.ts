import { addLatency, emptyLatency, type LatencyHistogram } from './latency.js'

/** A task's counters since it was started. Plain data, to cross threads. */
export interface Counters {
  /** Delivered, i.e. durable; counted once however often they were sent. */
  records: number
  /** Bytes of keys and values of the delivered records, as far as this process sent them. */
  bytes: number
  batches: number
  commits: number
  /** Failures, except those waited out. */
  errors: number
  /** Attempts after a failure or a wait for something temporary. */
  retries: number
  /** Positions skipped by the error policy `skip`. */
  dropped: number
  /** The shard's next position: all of its positions below it are delivered or skipped. */
  position: number
  /** From a record's generation to its durability, per record. */
  latency: LatencyHistogram
  /** From a transaction's first record to its commit, per commit. */
  transactions: LatencyHistogram
  /** Total commit time. */
  commitMs: number
  /** Total time lost to quotas. */
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
    transactions: emptyLatency(),
    commitMs: 0,
    throttledMs: 0,
  }
}

/** Adds one task's counters to a sum, leaving the sum's position unchanged. */
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
  addLatency(sum.latency, task.latency)
  addLatency(sum.transactions, task.transactions)
}
