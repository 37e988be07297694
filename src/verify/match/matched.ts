import type { ExpectedShard } from './expected-and-found.js'
import { Suspicions } from './suspicions.js'

/** Records found where expected, and whether each shard's are in order. Hot code: no allocation per record. */
export class Matched {
  count = 0
  /** Those of them that were optional. */
  unsure = 0
  readonly suspicions = new Suspicions()
  /** The first matched position per shard and partition (shard · partitions + partition); -1: none. */
  readonly firstPosition: Float64Array
  readonly #shards: readonly ExpectedShard[]
  readonly #partitions: number
  /** Per shard and partition: number matched so far, and the last one's position, offset and hash. */
  readonly #countOf: Float64Array
  readonly #lastPosition: Float64Array
  readonly #lastOffset: Float64Array
  readonly #lastLow: Int32Array
  readonly #lastHigh: Int32Array

  constructor(shards: readonly ExpectedShard[], partitions: number) {
    const pairs = shards.length * partitions
    this.#shards = shards
    this.#partitions = partitions
    this.firstPosition = new Float64Array(pairs).fill(-1)
    this.#countOf = new Float64Array(pairs)
    this.#lastPosition = new Float64Array(pairs).fill(-1)
    this.#lastOffset = new Float64Array(pairs).fill(-1)
    this.#lastLow = new Int32Array(pairs)
    this.#lastHigh = new Int32Array(pairs)
  }

  /** How many records of a shard were matched in a partition. */
  countOf(shard: number, partition: number): number {
    return this.#countOf[shard * this.#partitions + partition]
  }

  isUnseen(shard: number, partition: number): boolean {
    return this.#lastPosition[shard * this.#partitions + partition] < 0
  }

  /** Whether a record follows everything matched of its shard and partition, in the stream and in the topic. */
  isAfter(shard: number, partition: number, position: number, offset: number): boolean {
    const pair = shard * this.#partitions + partition
    return position > this.#lastPosition[pair] && offset > this.#lastOffset[pair]
  }

  /**
   * As `add` for each of `count` records of a shard, in order in the stream and in the topic, of which the first `isAfter`. `unsure`: how
   * many are optional; offset and hash: those of the last.
   */
  addRun(
    shard: number,
    partition: number,
    count: number,
    unsure: number,
    first: number,
    last: number,
    offset: number,
    low: number,
    high: number,
  ): void {
    const pair = shard * this.#partitions + partition
    this.count += count
    this.#countOf[pair] += count
    this.unsure += unsure
    if (this.#lastPosition[pair] < 0) this.firstPosition[pair] = first
    this.#lastPosition[pair] = last
    this.#lastOffset[pair] = offset
    this.#lastLow[pair] = low
    this.#lastHigh[pair] = high
  }

  add(position: number, partition: number, offset: number, low: number, high: number): void {
    const shard = position % this.#shards.length
    const pair = shard * this.#partitions + partition
    this.count++
    this.#countOf[pair]++
    if (position >= this.#shards[shard].sure) this.unsure++
    const last = this.#lastPosition[pair]
    if (last < 0) this.firstPosition[pair] = position
    const later = position > last
    if (later === offset > this.#lastOffset[pair]) {
      if (!later) return
      this.#lastPosition[pair] = position
      this.#lastOffset[pair] = offset
      this.#lastLow[pair] = low
      this.#lastHigh[pair] = high
    } else {
      this.suspicions.add(partition, offset, position, low, high, this.#lastLow[pair], this.#lastHigh[pair])
    }
  }
}
