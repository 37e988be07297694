import { HashMultiset } from './hash-multiset.js'
import { RecordHash } from './record-hash.js'
import type { FoundBatch } from './expected-and-found.js'

/** Found records that had no known expected counterpart when read. */
export class UnmatchedRecords {
  /** How many there are, including those only counted. */
  size = 0
  /** How many of them are only counted. */
  overflow = 0
  /** The offset of the last one taken. */
  takenOffset = -1
  /** Per partition: how many its last batches brought, as long as they brought little else. The partition seems to be ahead. */
  readonly fresh: Float64Array
  readonly #shards: number
  readonly #limit: number
  readonly #byHash = new HashMultiset()
  readonly #free: number[] = []
  readonly #records: (Stranger | undefined)[] = []
  readonly #keyHash = new RecordHash()

  constructor(shards: number, partitions: number, limit: number) {
    this.fresh = new Float64Array(partitions)
    this.#shards = shards
    // Each keeps the counts of all shards: limit both together.
    this.#limit = Math.min(limit, Math.ceil((limit * 16) / shards))
  }

  /** `matchedOf(shard)`: how many records of the shard were matched in this partition before it. */
  add(partition: number, found: FoundBatch, low: number, high: number, matchedOf: (shard: number) => number): void {
    this.size++
    if (this.#byHash.size >= this.#limit) {
      this.overflow++
      return
    }
    this.#keyHash.set(partition, found.bytes, found.keyStart, found.keyLength, 0, -1)
    const keyHash = found.keyLength < 0 ? null : joined(this.#keyHash)
    const matchedBefore = Float64Array.from({ length: this.#shards }, (_, shard) => matchedOf(shard))
    const index = this.#free.pop() ?? this.#records.length
    this.#records[index] = { partition, offset: found.offset, low, high, keyHash, matchedBefore }
    this.#byHash.add(low, high, index)
  }

  /** The partition of the oldest one with a hash; -1 if there is none. */
  partitionOf(low: number, high: number): number {
    const index = this.#byHash.peek(low, high)
    return index < 0 ? -1 : (this.#records[index] as Stranger).partition
  }

  /** Whether there is one in a requested partition. */
  some(isAsked: (partition: number) => boolean): boolean {
    return this.#records.some((record) => record !== undefined && isAsked(record.partition))
  }

  /** Removes the oldest one with a hash; its offset is then in `takenOffset`. */
  take(low: number, high: number): boolean {
    if (!this.#byHash.take(low, high)) return false
    const index = this.#byHash.taken
    const { offset, partition } = this.#records[index] as Stranger
    this.takenOffset = offset
    if (this.fresh[partition] > 0) this.fresh[partition]--
    this.#records[index] = undefined
    this.#free.push(index)
    this.size--
    return true
  }

  /** Called after each batch of a partition with the number of strangers among its records. */
  settle(partition: number, strangers: number, records: number): void {
    this.fresh[partition] = strangers * 2 < records ? 0 : this.fresh[partition] + strangers
  }

  /** The kept ones, by partition and offset. */
  sorted(): Stranger[] {
    return this.#records
      .filter((record) => record !== undefined)
      .sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  }
}

export interface Stranger {
  readonly partition: number
  readonly offset: number
  readonly low: number
  readonly high: number
  /** Null: it has no key. */
  readonly keyHash: number | null
  /** Per shard, how many of its records were matched in this partition before this one. */
  readonly matchedBefore: Float64Array
}

/** A hash as one number; 53 bits of it. */
export function joined({ low, high }: RecordHash): number {
  return (high >>> 11) * 4_294_967_296 + (low >>> 0)
}
