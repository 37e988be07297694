import type { ExpectedBlock } from './expected-block.js'
import { ExpectedQueues } from './expected-queues.js'
import { HashMultiset } from './hash-multiset.js'
import { hashExpected, RecordHash } from './record-hash.js'
import type { ExpectedBatch, ExpectedShard } from './expected-and-found.js'

const blockRecords = 4096

/** Callback for one record of the stream; its result is passed to the caller. */
export type ExpectedVisitor = (position: number, partition: number, low: number, high: number) => boolean

/**
 * The part of the stream that was generated and not yet found: up to `window` records per shard. Those in `queues` wait as bytes, in order; the
 * others, all earlier, in `outstanding` under their hashes. Hot code: no allocation per record.
 */
export class ExpectedWindow {
  /** Position · partitions + partition of each record, under its hash. */
  readonly outstanding = new HashMultiset()
  readonly queues: ExpectedQueues
  /** The next position to generate, per shard. */
  readonly position: Float64Array
  /** Where the last one taken belongs. */
  takenPosition = -1
  readonly #shards: readonly ExpectedShard[]
  readonly #partitions: number
  readonly #window: number
  readonly #maxHeldBytes: number
  readonly #waiting: Int32Array
  readonly #hash = new RecordHash()

  /** `maxHeldBytes`: what records waiting as bytes may hold, beyond a block per shard; those beyond it wait as hashes. */
  constructor(shards: readonly ExpectedShard[], partitions: number, window: number, maxHeldBytes: number) {
    this.#shards = shards
    this.#partitions = partitions
    this.#window = window
    this.#maxHeldBytes = maxHeldBytes
    this.queues = new ExpectedQueues(shards.length, partitions)
    this.position = Float64Array.from(shards, ({ begin }) => begin)
    this.#waiting = new Int32Array(shards.length)
    shards.forEach((shard) => shard.start(shard.begin))
  }

  /** The shard with the fewest outstanding records among those that can continue; -1 if none can. */
  next(): number {
    let best = -1
    for (let shard = 0; shard < this.#shards.length; shard++) {
      if (!this.canGoOn(shard)) continue
      if (best < 0 || this.#waiting[shard] < this.#waiting[best]) best = shard
    }
    return best
  }

  /** Whether there is more of a shard, and room for it. */
  canGoOn(shard: number): boolean {
    return this.position[shard] < this.#shards[shard].end && this.#waiting[shard] < this.#window
  }

  /** Queues a shard's next block; false: too much waits as bytes already. */
  queue(shard: number): boolean {
    this.queues.keep(shard)
    if (this.queues.held > this.#maxHeldBytes) return false
    const batch = this.#next(shard)
    this.queues.add(shard, batch)
    this.#waiting[shard] += batch.records.length
    return true
  }

  /** Takes the next record of a partition from a block; its position is then in `takenPosition`. */
  takeNext(block: ExpectedBlock, partition: number): void {
    this.takenPosition = block.position(block.take(partition))
    this.settle(block, 1)
  }

  /** Called after `count` records of a block were taken. */
  settle(block: ExpectedBlock, count: number): void {
    this.#waiting[block.shard] -= count
    this.queues.settle(block, count)
  }

  /** Moves all that wait as bytes to `outstanding`. */
  hashAll(): void {
    const hash = this.#hash
    this.queues.drain((block, i, partition) => {
      block.hash(hash, i)
      this.outstanding.add(hash.low, hash.high, block.position(i) * this.#partitions + partition)
    })
  }

  /** Makes a shard's next block outstanding, except what `isAwaited`. Nothing may wait as bytes. */
  make(shard: number, isAwaited: ExpectedVisitor): void {
    const { records, partitions } = this.#next(shard)
    const hash = this.#hash
    for (let i = 0; i < records.length; i++) {
      const partition = partitions[i]
      hashExpected(hash, partition, records, i)
      const { low, high } = hash
      const position = records.start + i * records.stride
      if (isAwaited(position, partition, low, high)) continue
      this.outstanding.add(low, high, position * this.#partitions + partition)
      this.#waiting[shard]++
    }
  }

  /** Removes the oldest outstanding record with a hash; its position is then in `takenPosition`. */
  take(low: number, high: number, partition: number): boolean {
    if (!this.outstanding.take(low, high)) return false
    this.takenPosition = (this.outstanding.taken - partition) / this.#partitions
    this.#waiting[this.takenPosition % this.#shards.length]--
    return true
  }

  /** Removes the outstanding records that satisfy the test. */
  removeIf(goes: (position: number, partition: number, shard: number) => boolean): void {
    this.outstanding.removeIf((value) => {
      const partition = value % this.#partitions
      const position = (value - partition) / this.#partitions
      const shard = position % this.#shards.length
      if (!goes(position, partition, shard)) return false
      this.#waiting[shard]--
      return true
    })
  }

  /** Generates the rest of a shard without keeping it, until `stop` says so; returns the position where it stopped, or -1. */
  pass(shard: number, stop: ExpectedVisitor): number {
    const source = this.#shards[shard]
    const hash = this.#hash
    source.start(this.position[shard])
    for (let position = this.position[shard]; position < source.end;) {
      const left = Math.ceil((source.end - position) / source.shards)
      const { records, partitions } = source.next(Math.min(blockRecords, left))
      for (let i = 0; i < records.length; i++) {
        hashExpected(hash, partitions[i], records, i)
        const here = records.start + i * records.stride
        if (stop(here, partitions[i], hash.low, hash.high)) return here
      }
      position = records.start + records.length * records.stride
    }
    return -1
  }

  /** Continues from a position of a shard. */
  goTo(shard: number, position: number): void {
    this.#shards[shard].start(position)
    this.position[shard] = position
  }

  #next(shard: number): ExpectedBatch {
    const source = this.#shards[shard]
    const left = Math.ceil((source.end - this.position[shard]) / source.shards)
    const batch = source.next(Math.min(blockRecords, left, this.#window))
    const { start, length, stride } = batch.records
    this.position[shard] = start + length * stride
    return batch
  }
}
