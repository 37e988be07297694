import { HashMultiset } from './hash-multiset.js'
import type { Matcher } from './matcher.js'
import type { ExpectedShard } from './expected-and-found.js'
import type { Stranger } from './unmatched-records.js'

export interface MissingRecord {
  readonly partition: number
  readonly shard: number
  readonly position: number
  readonly low: number
  readonly high: number
  readonly keyHash: number | null
  /** How many records of its shard and partition precede it in the topic. */
  readonly matchedBefore: number
}

const limit = 1 << 20

/** Expected records that were not found, and which of them a stranger may be. */
export class MissingRecords {
  readonly #shards: number
  /** Per shard, ascending: single positions, and ranges [from, to). */
  readonly #single: readonly Float64Array[]
  readonly #ranges: readonly (readonly { readonly from: number; readonly to: number }[])[]
  readonly #at: Int32Array
  readonly #rangeAt: Int32Array
  readonly #records: (MissingRecord | undefined)[] = []
  readonly #byHash = new HashMultiset()
  readonly #byPlace = new Map<string, number[]>()
  readonly #byKey = new Map<string, number[]>()

  constructor(
    shards: readonly ExpectedShard[],
    { gaps: { lost, lostRanges }, expected: { outstanding, position } }: Matcher,
    partitions: number,
  ) {
    this.#shards = shards.length
    const positions: number[][] = shards.map(() => [])
    for (const one of lost) positions[one % this.#shards].push(one)
    outstanding.forEach((value) => {
      const one = (value - (value % partitions)) / partitions
      positions[one % this.#shards].push(one)
    })
    this.#single = positions.map((list) => Float64Array.from(list).sort())
    this.#ranges = shards.map(({ shard, end }) =>
      [...lostRanges.filter((range) => range.shard === shard), { from: position[shard], to: end }].sort(
        (a, b) => a.from - b.from,
      ),
    )
    this.#at = new Int32Array(shards.length)
    this.#rangeAt = new Int32Array(shards.length)
  }

  /** Must be called with a shard's positions in ascending order. */
  isMissing(shard: number, position: number): boolean {
    const single = this.#single[shard]
    while (single[this.#at[shard]] < position) this.#at[shard]++
    if (single[this.#at[shard]] === position) return true
    const ranges = this.#ranges[shard]
    while (this.#rangeAt[shard] < ranges.length && ranges[this.#rangeAt[shard]].to <= position) this.#rangeAt[shard]++
    return this.#rangeAt[shard] < ranges.length && ranges[this.#rangeAt[shard]].from <= position
  }

  /** Keeps the first million. */
  add(record: MissingRecord): void {
    if (this.#records.length >= limit) return
    const index = this.#records.push(record) - 1
    this.#byHash.add(record.low, record.high, index)
    append(this.#byPlace, place(record.partition, record.shard, record.matchedBefore), index)
    if (record.keyHash !== null) append(this.#byKey, `${record.partition} ${record.keyHash}`, index)
  }

  /** The missing record identical to the stranger, in another place. */
  takeHash(low: number, high: number): MissingRecord | null {
    return this.#byHash.take(low, high) ? this.#take(this.#byHash.taken) : null
  }

  /** A missing record replaced by the stranger: between the same two others of its shard. */
  takePlace({ partition, matchedBefore }: Stranger): MissingRecord | null {
    for (let shard = 0; shard < this.#shards; shard++) {
      const record = this.#first(this.#byPlace.get(place(partition, shard, matchedBefore[shard])))
      if (record !== null) return record
    }
    return null
  }

  /** A missing record with the stranger's key. */
  takeKey({ partition, keyHash }: Stranger): MissingRecord | null {
    return keyHash === null ? null : this.#first(this.#byKey.get(`${partition} ${keyHash}`))
  }

  /** The first `count` not claimed by a stranger. */
  rest(count: number): MissingRecord[] {
    const rest: MissingRecord[] = []
    for (const record of this.#records) {
      if (rest.length === count) break
      if (record !== undefined) rest.push(record)
    }
    return rest
  }

  #first(indexes: number[] | undefined): MissingRecord | null {
    for (let index = indexes?.shift(); index !== undefined; index = indexes?.shift()) {
      const record = this.#take(index)
      if (record !== null) return record
    }
    return null
  }

  #take(index: number): MissingRecord | null {
    const record = this.#records[index] ?? null
    this.#records[index] = undefined
    return record
  }
}

function place(partition: number, shard: number, matchedBefore: number): string {
  return `${partition} ${shard} ${matchedBefore}`
}

function append(map: Map<string, number[]>, key: string, index: number): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [index])
  else list.push(index)
}
