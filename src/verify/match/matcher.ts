/**
 * Matches a topic's records with the stream's: a join of two sequences that agree except for faults, in bounded
 * memory. Hot code: no allocation per record.
 *
 * Expected records are generated only as found ones require them, and wait in `expected` until found. A found
 * record that is not among them triggers generation of more of the stream, up to `window` records per shard; if it still is not there,
 * it waits in `strangers`, where a later expected record may find it.
 *
 * Records that are found where they are expected next, which is most of them, are compared byte for byte and never hashed. Only among identical records of
 * several shards does it matter which of them was next.
 */
import { Beginnings } from './beginnings.js'
import type { ExpectedBlock } from './expected-block.js'
import { ExpectedWindow } from './expected-window.js'
import type { ExpectedVisitor } from './expected-window.js'
import { Gaps } from './gaps.js'
import { Matched } from './matched.js'
import { RecordHash } from './record-hash.js'
import type { Amend, ExpectedShard, FoundBatch } from './expected-and-found.js'
import { UnmatchedRecords } from './unmatched-records.js'

export interface MatcherOptions {
  /** Maximum outstanding records per shard. */
  readonly window: number
  /** Maximum strangers kept to be explained. */
  readonly strangers: number
  /** Whether timestamps are compared too; the expected records then have them. */
  readonly timestamps: boolean
  /** False: every record is hashed. @default true */
  readonly inPlace?: boolean
  /** Maximum bytes of generated records that wait to be compared as such. @default 64 MiB */
  readonly maxHeldBytes?: number
}

export class Matcher {
  readonly expected: ExpectedWindow
  readonly strangers: UnmatchedRecords
  readonly matched: Matched
  readonly beginnings: Beginnings
  readonly gaps: Gaps
  found = 0
  readonly #timestamps: boolean
  readonly #inPlace: boolean
  readonly #shards: readonly ExpectedShard[]
  /** Per partition: the shard of its latest record that was next. */
  readonly #lastShard: Int32Array
  readonly #hash = new RecordHash()
  readonly #isAwaited: ExpectedVisitor

  /** `starts[q]` is the first offset of partition q: above 0, older records have expired. Shard s has index s. */
  constructor(shards: readonly ExpectedShard[], starts: readonly number[], options: MatcherOptions) {
    const partitions = starts.length
    this.#shards = shards
    this.#timestamps = options.timestamps
    this.#inPlace = options.inPlace ?? true
    this.#lastShard = Int32Array.from(starts, (_, partition) => partition % shards.length)
    this.expected = new ExpectedWindow(shards, partitions, options.window, options.maxHeldBytes ?? 64 << 20)
    this.strangers = new UnmatchedRecords(shards.length, partitions, options.strangers)
    this.matched = new Matched(shards, partitions)
    this.beginnings = new Beginnings(starts, shards.length, this.matched, this.expected)
    this.gaps = new Gaps(shards, partitions, this.expected, this.strangers, this.beginnings)
    this.#isAwaited = (position, partition, low, high) => {
      if (this.strangers.size === 0 || !this.strangers.take(low, high)) return false
      this.#match(position, partition, this.strangers.takenOffset, low, high)
      return true
    }
  }

  /** Processes the found records of a batch. */
  take(partition: number, batch: FoundBatch, amend: Amend | undefined): void {
    const { found } = this
    const strangers = this.strangers.size
    for (let more = batch.next(); more;) {
      const block = this.expected.outstanding.size === 0 ? this.#nextUp(partition, batch) : null
      if (block !== null && this.#isPlain(block, partition, batch)) more = this.#takeRun(block, partition, batch)
      else {
        amend?.(batch)
        this.#takeOne(partition, batch)
        more = batch.next()
      }
    }
    this.strangers.settle(partition, this.strangers.size - strangers, this.found - found)
  }

  /** Generates as much of the stream as there is room for, for the waiting strangers. */
  advance(): void {
    this.expected.hashAll()
    for (let shard = this.expected.next(); shard >= 0; shard = this.expected.next()) {
      this.expected.make(shard, this.#isAwaited)
    }
  }

  /** Searches for the strangers after a gap, and continues from there; false: they are not there. */
  search(): boolean {
    this.expected.hashAll()
    const hit = this.gaps.search()
    if (hit) this.advance()
    return hit
  }

  /** After the last found record: settles what only the whole stream can tell. */
  finish(): void {
    this.expected.hashAll()
    while (this.search());
    if (!this.beginnings.isBlind) return
    this.gaps.giveUpRest()
    this.beginnings.settle()
  }

  /**
   * The block whose next record is the batch's current one, among those waiting and those that follow directly; null: it is not the next of any
   * shard.
   */
  #nextUp(partition: number, batch: FoundBatch): ExpectedBlock | null {
    // Strangers wait for what is generated: it must be hashed.
    if (!this.#inPlace || this.strangers.size > 0) return null
    const last = this.#lastShard[partition]
    const block = this.#nextOf(last, partition, batch, Infinity)
    if (block !== null) return block
    for (let shard = 0; shard < this.#shards.length; shard++) {
      const other = shard === last ? null : this.#nextOf(shard, partition, batch, 1)
      if (other === null) continue
      this.#lastShard[partition] = shard
      return other
    }
    return null
  }

  /** The same, if it is the next one of a shard. Generates up to `blocks` more of the shard while nothing of it waits in the partition. */
  #nextOf(shard: number, partition: number, batch: FoundBatch, blocks: number): ExpectedBlock | null {
    const { expected } = this
    for (let made = 0; ; made++) {
      const block = expected.queues.at(shard, partition)
      if (block !== null) return block.isNext(partition, batch, this.#timestamps) ? block : null
      if (made === blocks || !expected.canGoOn(shard) || !expected.queue(shard)) return null
    }
  }

  /** Whether the batch's current record, the next one of a block, is in order, and no beginning depends on it. */
  #isPlain(block: ExpectedBlock, partition: number, { offset }: FoundBatch): boolean {
    const { shard } = block
    if (this.beginnings.isUnknown(shard, partition)) return false
    return this.matched.isAfter(shard, partition, block.position(block.head(partition)), offset)
  }

  /** Matches the batch's records with the next ones of a block. Whether it then has another record; it is the current one. */
  #takeRun(block: ExpectedBlock, partition: number, batch: FoundBatch): boolean {
    const more = block.run(partition, batch, this.#timestamps)
    const { shard, taken, first, last, lastOffset } = block
    const unsure = block.takenFrom(this.#shards[shard].sure)
    const hash = this.#hash
    block.hash(hash, last)
    const { low, high } = hash
    this.found += taken
    const [from, to] = [block.position(first), block.position(last)]
    this.matched.addRun(shard, partition, taken, unsure, from, to, lastOffset, low, high)
    this.expected.settle(block, taken)
    return more
  }

  #takeOne(partition: number, batch: FoundBatch): void {
    this.found++
    const hash = this.#hash
    const timestamp = this.#timestamps ? batch.timestamp : -1
    hash.set(partition, batch.bytes, batch.keyStart, batch.keyLength, batch.valueStart, batch.valueLength, timestamp)
    const { low, high } = hash
    if (this.#lookUp(low, high, partition, batch)) {
      this.#match(this.expected.takenPosition, partition, batch.offset, low, high)
    } else this.strangers.add(partition, batch, low, high, (shard) => this.matched.countOf(shard, partition))
  }

  /** Generates more of the stream until the batch's current record is outstanding, and takes it; false if nothing more can be generated. */
  #lookUp(low: number, high: number, partition: number, batch: FoundBatch): boolean {
    const { expected } = this
    if (expected.take(low, high, partition)) return true
    const block = this.#nextUp(partition, batch)
    if (block !== null) {
      expected.takeNext(block, partition)
      return true
    }
    expected.hashAll()
    while (!expected.take(low, high, partition)) {
      const shard = expected.next()
      if (shard < 0) return false
      expected.make(shard, this.#isAwaited)
    }
    return true
  }

  #match(position: number, partition: number, offset: number, low: number, high: number): void {
    const shard = position % this.#shards.length
    if (this.beginnings.isUnknown(shard, partition)) {
      this.strangers.fresh[partition] = 0
      this.beginnings.begin(shard, partition, position)
    }
    this.matched.add(position, partition, offset, low, high)
  }
}
