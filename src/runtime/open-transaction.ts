import type { EncodedBatch } from '../record.js'
import type { Counters } from '../delivery/counters.js'
import { observeLatency } from '../delivery/latency.js'

/** Everything written since the last commit, added to the counters once durable. */
export class OpenTransaction {
  /** When its first batch was generated. */
  readonly began: number
  /** The sink's time for its batches so far: its latency, without the time it is held open for more. */
  waitedMs = 0
  /** The position after its last record. */
  position = 0
  #records = 0
  #bytes = 0
  #batches = 0
  #dropped = 0
  readonly #madeAt: { time: number; records: number }[] = []

  constructor(began: number) {
    this.began = began
  }

  get records(): number {
    return this.#records
  }

  add(batch: EncodedBatch, madeAt: number): void {
    this.position = batch.start + batch.length * batch.stride
    this.#records += batch.length
    this.#bytes += batch.offsets[2 * batch.length] - batch.offsets[0]
    this.#batches++
    const last = this.#madeAt.at(-1)
    if (last !== undefined && madeAt - last.time < 1) last.records += batch.length
    else this.#madeAt.push({ time: madeAt, records: batch.length })
  }

  /** Skips the record at `position`. */
  drop(position: number, stride: number): void {
    this.position = position + stride
    this.#dropped++
  }

  /** Durable as of `now`. */
  count(counters: Counters, now: number): void {
    counters.records += this.#records
    counters.bytes += this.#bytes
    counters.batches += this.#batches
    counters.dropped += this.#dropped
    counters.commits++
    counters.position = this.position
    observeLatency(counters.transactions, now - this.began, 1)
    for (const { time, records } of this.#madeAt) observeLatency(counters.latency, now - time, records)
  }
}
