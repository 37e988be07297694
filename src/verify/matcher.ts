/**
 * Matches the records of a topic with those of the stream: a join of two sequences that agree but for faults, in bounded
 * memory. Hot code: no allocation per record.
 *
 * Expected records are made only as far as found ones ask for them, and wait in `outstanding` until they are found. A found
 * record that is not among them makes more of the stream be made, up to `window` records a shard; if it still is not there,
 * it waits in `strangers`, where a later expected record may find it.
 */
import { HashMultiset } from './hash-multiset.js'
import { hashExpected, RecordHash } from './record-hash.js'
import type { ExpectedShard, FoundBatch } from './seams.js'
import { Strangers } from './strangers.js'
import { Suspicions } from './suspicions.js'

export interface MatcherOptions {
  /** The most outstanding records of a shard. */
  readonly window: number
  /** The most strangers that are kept to be explained. */
  readonly strangers: number
}

const blockRecords = 4096
/** After so many searches that found nothing, strangers are taken for foreign without one. */
const vainSearches = 3
const keptLosses = 1 << 22

export class Matcher {
  readonly strangers: Strangers
  readonly suspicions = new Suspicions()
  /** Positions that were given up (as far as they are kept), one by one and in ranges [from, to) of a shard. */
  readonly lost: number[] = []
  readonly lostRanges: { readonly shard: number; readonly from: number; readonly to: number }[] = []
  readonly outstanding = new HashMultiset()
  found = 0
  matched = 0
  /** Of the matched ones, those that only may be there. */
  unsure = 0
  /** The next position that was not made, per shard. */
  readonly position: Float64Array
  /** The first matched position per shard and partition (shard · partitions + partition); -1: none. */
  readonly firstPosition: Float64Array
  readonly #shards: readonly ExpectedShard[]
  readonly #partitions: number
  readonly #options: MatcherOptions
  readonly #foundHash = new RecordHash()
  readonly #expectedHash = new RecordHash()
  readonly #waiting: Int32Array
  /** Per shard and partition: matched so far, and the last one's position, offset and hash. */
  readonly #matchedOf: Float64Array
  readonly #lastPosition: Float64Array
  readonly #lastOffset: Float64Array
  readonly #lastLow: Int32Array
  readonly #lastHigh: Int32Array
  /** Per partition: its beginning has expired. */
  readonly #cut: Uint8Array
  /** Per shard and partition, where the beginning has expired and no record was matched yet: given up so far. */
  readonly #givenUp: Float64Array
  /** Per partition: its first offset, and the expected records of before the first one that it still has. */
  readonly #starts: Float64Array
  readonly #expiredOf: Float64Array
  #searches = vainSearches

  /** `starts[q]` is the first offset of partition q: above 0, older records have expired. Shard s has index s. */
  constructor(shards: readonly ExpectedShard[], starts: readonly number[], options: MatcherOptions) {
    const cut = Uint8Array.from(starts, (start) => (start > 0 ? 1 : 0))
    this.#shards = shards
    this.#partitions = cut.length
    this.#options = options
    this.#cut = cut
    this.#starts = Float64Array.from(starts)
    this.#expiredOf = new Float64Array(cut.length)
    const pairs = shards.length * cut.length
    this.position = Float64Array.from(shards, ({ shard }) => shard)
    shards.forEach((shard) => shard.start(shard.shard))
    this.#waiting = new Int32Array(shards.length)
    this.#matchedOf = new Float64Array(pairs)
    this.firstPosition = new Float64Array(pairs).fill(-1)
    this.#lastPosition = new Float64Array(pairs).fill(-1)
    this.#lastOffset = new Float64Array(pairs).fill(-1)
    this.#lastLow = new Int32Array(pairs)
    this.#lastHigh = new Int32Array(pairs)
    this.#givenUp = new Float64Array(pairs)
    this.strangers = new Strangers(shards.length, cut.length, options.strangers)
  }

  /** Expected records that retention has removed. There cannot be more of them in a partition than offsets are gone. */
  get expired(): number {
    return this.#expiredOf.reduce((sum, expired, partition) => sum + Math.min(expired, this.#starts[partition]), 0)
  }

  /** Whether no more of the stream can be made now: every shard is at its end or has a full window. */
  get full(): boolean {
    return this.#next() < 0
  }

  /** Takes the found records of a batch. */
  take(partition: number, batch: FoundBatch): void {
    const hash = this.#foundHash
    const { found } = this
    const strangers = this.strangers.size
    while (batch.next()) {
      this.found++
      hash.set(partition, batch.bytes, batch.keyStart, batch.keyLength, batch.valueStart, batch.valueLength)
      const { low, high } = hash
      if (this.#lookUp(low, high)) this.#matchFound(partition, batch.offset, low, high)
      else this.strangers.add(partition, batch, low, high, (shard) => this.#matchedOf[this.#pair(shard, partition)])
    }
    this.strangers.settle(partition, this.strangers.size - strangers, this.found - found)
  }

  /** Makes as much of the stream as there is room for, for the strangers that wait for it. */
  advance(): void {
    for (let shard = this.#next(); shard >= 0; shard = this.#next()) this.#make(this.#shards[shard])
  }

  /** Whether nothing of a partition was matched yet though its beginning has expired: it may begin anywhere. */
  isAdrift(partition: number): boolean {
    return this.#cut[partition] === 1 && this.#shards.every((_, shard) => this.#isUnseen(shard, partition))
  }

  /**
   * Looks for the strangers in the part of the stream that was not made yet. Where one is there, the topic has a gap longer
   * than the window: goes on from it, and takes everything before it for missing. False: none is there.
   */
  search(): boolean {
    if (this.#searches === 0 || this.strangers.size === 0) return false
    // Those of a partition that may begin anywhere are no sign of a gap.
    const isMoored = Array.from(this.#cut, (_, partition) => !this.isAdrift(partition))
    const moored = this.strangers.some((partition) => isMoored[partition])
    let hit = false
    for (const source of this.#shards) {
      const from = this.position[source.shard]
      const passed = new Float64Array(this.#partitions)
      let adrift = -1
      const hitAt = this.#pass(source, from, source.end, (position, partition, low, high) => {
        const found = this.strangers.partitionOf(low, high)
        if (found >= 0 && (!moored || isMoored[found])) return true
        if (found >= 0 && adrift < 0) adrift = position
        if (adrift < 0) passed[partition]++
        return false
      })
      // Behind it is one that counts: nothing before that is still to come, so those on the way are where they belong.
      const at = hitAt >= 0 && adrift >= 0 ? adrift : hitAt
      source.start(at < 0 ? from : at)
      if (at < 0) continue
      hit = true
      this.#giveUp(source.shard)
      passed.forEach((count, q) => (this.#givenUp[this.#pair(source.shard, q)] += this.#cut[q] === 1 ? count : 0))
      if (at > from) this.lostRanges.push({ shard: source.shard, from, to: at })
      this.position[source.shard] = at
    }
    if (hit) this.advance()
    else this.#searches--
    return hit
  }

  /** After the last found record: settles what only the whole stream can tell. */
  finish(): void {
    while (this.search());
    const blind = this.#shards.some((_, shard) => this.#cut.some((cut, q) => cut === 1 && this.#isUnseen(shard, q)))
    if (!blind) return
    // How many records went to a partition whose beginning is gone is known only by making them.
    for (const shard of this.#shards) {
      const from = this.position[shard.shard]
      this.#pass(shard, from, shard.end, (_, partition) => {
        this.#givenUp[this.#pair(shard.shard, partition)]++
        return false
      })
      this.position[shard.shard] = Math.max(from, shard.end)
      if (from < shard.end) this.lostRanges.push({ shard: shard.shard, from, to: shard.end })
    }
    this.outstanding.removeIf((value) => {
      const [position, partition] = this.#split(value)
      const pair = this.#pair(position % this.#shards.length, partition)
      if (this.#cut[partition] === 0 || this.#lastPosition[pair] >= 0) return false
      this.#expiredOf[partition]++
      return true
    })
    this.#cut.forEach((cut, partition) => {
      for (let shard = 0; shard < this.#shards.length; shard++) {
        if (cut === 1 && this.#isUnseen(shard, partition)) {
          this.#expiredOf[partition] += this.#givenUp[this.#pair(shard, partition)]
        }
      }
    })
  }

  /** Makes more of the stream until a hash is outstanding; false where it can make no more. Takes it. */
  #lookUp(low: number, high: number): boolean {
    while (!this.outstanding.take(low, high)) {
      const shard = this.#next()
      if (shard < 0) return false
      this.#make(this.#shards[shard])
    }
    return true
  }

  /** The shard with the fewest outstanding records of those that can go on; -1 if none can. */
  #next(): number {
    let best = -1
    for (let shard = 0; shard < this.#shards.length; shard++) {
      if (this.position[shard] >= this.#shards[shard].end || this.#waiting[shard] >= this.#options.window) continue
      if (best < 0 || this.#waiting[shard] < this.#waiting[best]) best = shard
    }
    return best
  }

  /** The next block of a shard becomes outstanding, except what strangers were waiting for. */
  #make(source: ExpectedShard): void {
    const { shard, shards, end } = source
    const left = Math.ceil((end - this.position[shard]) / shards)
    const { records, partitions } = source.next(Math.min(blockRecords, left, this.#options.window))
    const hash = this.#expectedHash
    for (let i = 0; i < records.length; i++) {
      const partition = partitions[i]
      hashExpected(hash, partition, records, i)
      const { low, high } = hash
      const position = records.start + i * records.stride
      if (this.strangers.size > 0 && this.strangers.take(low, high)) {
        this.#match(position, partition, this.strangers.takenOffset, low, high)
      } else {
        this.outstanding.add(low, high, position * this.#partitions + partition)
        this.#waiting[shard]++
      }
    }
    this.position[shard] = records.start + records.length * records.stride
  }

  #matchFound(partition: number, offset: number, low: number, high: number): void {
    const position = (this.outstanding.taken - partition) / this.#partitions
    this.#waiting[position % this.#shards.length]--
    this.#match(position, partition, offset, low, high)
  }

  #match(position: number, partition: number, offset: number, low: number, high: number): void {
    const pair = this.#pair(position % this.#shards.length, partition)
    this.matched++
    this.#matchedOf[pair]++
    if (position >= this.#shards[position % this.#shards.length].sure) this.unsure++
    const last = this.#lastPosition[pair]
    if (last < 0) {
      this.firstPosition[pair] = position
      if (this.#cut[partition] === 1) this.#expire(pair, partition, position)
    }
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

  /** The first record of a shard that a cut partition still has: the ones before it have expired. */
  #expire(pair: number, partition: number, before: number): void {
    const shards = this.#shards.length
    this.#expiredOf[partition] += this.#givenUp[pair]
    this.#givenUp[pair] = 0
    this.strangers.fresh[partition] = 0
    this.outstanding.removeIf((value) => {
      const [position, q] = this.#split(value)
      const goes = q === partition && position < before && position % shards === before % shards
      if (goes) {
        this.#expiredOf[partition]++
        this.#waiting[position % shards]--
      }
      return goes
    })
  }

  /** Takes everything outstanding of a shard for missing (or expired). */
  #giveUp(shard: number): void {
    const shards = this.#shards.length
    this.outstanding.removeIf((value) => {
      const [position, partition] = this.#split(value)
      if (position % shards !== shard) return false
      const pair = this.#pair(shard, partition)
      if (this.#cut[partition] === 1 && this.#lastPosition[pair] < 0) this.#givenUp[pair]++
      else if (this.lost.length < keptLosses) this.lost.push(position)
      return true
    })
    this.#waiting[shard] = 0
  }

  /** Makes the records of [from, to) without keeping them, until `stop` says so; the position it stopped at, or -1. */
  #pass(
    source: ExpectedShard,
    from: number,
    to: number,
    stop: (position: number, partition: number, low: number, high: number) => boolean,
  ): number {
    const hash = this.#expectedHash
    source.start(from)
    for (let position = from; position < to;) {
      const { records, partitions } = source.next(Math.min(blockRecords, Math.ceil((to - position) / source.shards)))
      for (let i = 0; i < records.length; i++) {
        hashExpected(hash, partitions[i], records, i)
        const here = records.start + i * records.stride
        if (stop(here, partitions[i], hash.low, hash.high)) return here
      }
      position = records.start + records.length * records.stride
    }
    return -1
  }

  #isUnseen(shard: number, partition: number): boolean {
    return this.#lastPosition[this.#pair(shard, partition)] < 0
  }

  #pair(shard: number, partition: number): number {
    return shard * this.#partitions + partition
  }

  #split(value: number): [position: number, partition: number] {
    const partition = value % this.#partitions
    return [(value - partition) / this.#partitions, partition]
  }
}
