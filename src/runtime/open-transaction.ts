import type { EncodedBatch } from '../record.js'
import type { Counters } from '../delivery/counters.js'
import { observeLatency } from '../delivery/latency.js'

/** What was written since the last commit: added to the counters once it is durable. */
export class OpenTransaction {
  /** When its first batch was made. */
  readonly began: number
  /** How long the sink has taken for its batches until now: its latency without the time that it is held open for more. */
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

  /** Gives up the record at `position`. */
  drop(position: number, stride: number): void {
    this.position = position + stride
    this.#dropped++
  }

  /** It is durable since `now`. */
  count(counters: Counters, now: number): void {
    counters.records += this.#records
    counters.bytes += this.#bytes
    counters.batches += this.#batches
    counters.dropped += this.#dropped
    counters.commits++
    counters.position = this.position
    for (const { time, records } of this.#madeAt) observeLatency(counters.latency, now - time, records)
  }
}
