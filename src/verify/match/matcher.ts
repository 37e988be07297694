/**
 * Matches a topic's records with the stream's: a join of two sequences that agree except for faults, in bounded
 * memory. Hot code: no allocation per record.
 *
 * Expected records are generated only as found ones require them, and wait in `expected` until found. A found
 * record that is not among them triggers generation of more of the stream, up to `window` records per shard; if it still is not there,
 * it waits in `strangers`, where a later expected record may find it.
 */
import { Beginnings } from './beginnings.js'
import { ExpectedWindow } from './expected-window.js'
import type { ExpectedVisitor } from './expected-window.js'
import { Gaps } from './gaps.js'
import { Matched } from './matched.js'
import { RecordHash } from './record-hash.js'
import type { ExpectedShard, FoundBatch } from './expected-and-found.js'
import { UnmatchedRecords } from './unmatched-records.js'

export interface MatcherOptions {
  /** Maximum outstanding records per shard. */
  readonly window: number
  /** Maximum strangers kept to be explained. */
  readonly strangers: number
  /** Whether timestamps are compared too; the expected records then have them. */
  readonly timestamps: boolean
}

export class Matcher {
  readonly expected: ExpectedWindow
  readonly strangers: UnmatchedRecords
  readonly matched: Matched
  readonly beginnings: Beginnings
  readonly gaps: Gaps
  found = 0
  readonly #timestamps: boolean
  readonly #shards: number
  readonly #hash = new RecordHash()
  readonly #isAwaited: ExpectedVisitor

  /** `starts[q]` is the first offset of partition q: above 0, older records have expired. Shard s has index s. */
  constructor(shards: readonly ExpectedShard[], starts: readonly number[], options: MatcherOptions) {
    const partitions = starts.length
    this.#shards = shards.length
    this.#timestamps = options.timestamps
    this.expected = new ExpectedWindow(shards, partitions, options.window)
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
  take(partition: number, batch: FoundBatch): void {
    const hash = this.#hash
    const { found } = this
    const strangers = this.strangers.size
    while (batch.next()) {
      this.found++
      const timestamp = this.#timestamps ? batch.timestamp : -1
      hash.set(partition, batch.bytes, batch.keyStart, batch.keyLength, batch.valueStart, batch.valueLength, timestamp)
      const { low, high } = hash
      if (this.#lookUp(low, high, partition)) {
        this.#match(this.expected.takenPosition, partition, batch.offset, low, high)
      } else this.strangers.add(partition, batch, low, high, (shard) => this.matched.countOf(shard, partition))
    }
    this.strangers.settle(partition, this.strangers.size - strangers, this.found - found)
  }

  /** Generates as much of the stream as there is room for, for the waiting strangers. */
  advance(): void {
    for (let shard = this.expected.next(); shard >= 0; shard = this.expected.next()) {
      this.expected.make(shard, this.#isAwaited)
    }
  }

  /** Searches for the strangers after a gap, and continues from there; false: they are not there. */
  search(): boolean {
    const hit = this.gaps.search()
    if (hit) this.advance()
    return hit
  }

  /** After the last found record: settles what only the whole stream can tell. */
  finish(): void {
    while (this.search());
    if (!this.beginnings.isBlind) return
    this.gaps.giveUpRest()
    this.beginnings.settle()
  }

  /** Generates more of the stream until a hash is outstanding, and takes it; false if nothing more can be generated. */
  #lookUp(low: number, high: number, partition: number): boolean {
    while (!this.expected.take(low, high, partition)) {
      const shard = this.expected.next()
      if (shard < 0) return false
      this.expected.make(shard, this.#isAwaited)
    }
    return true
  }

  #match(position: number, partition: number, offset: number, low: number, high: number): void {
    const shard = position % this.#shards
    if (this.beginnings.isUnknown(shard, partition)) {
      this.strangers.fresh[partition] = 0
      this.beginnings.begin(shard, partition, position)
    }
    this.matched.add(position, partition, offset, low, high)
  }
}
