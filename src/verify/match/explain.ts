/**
 * Explains what is wrong with a topic, once something is: regenerates the stream and looks up
 * the leftovers of both sides in all of it.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import { HashMultiset } from './hash-multiset.js'
import type { Matcher } from './matcher.js'
import { MissingRecords } from './missing.js'
import { hashExpected, RecordHash } from './record-hash.js'
import type { ExpectedShard } from './expected-and-found.js'
import { joined } from './unmatched-records.js'
import type { Stranger } from './unmatched-records.js'

export type FaultKind = 'missing' | 'doubled' | 'altered' | 'foreign' | 'uncovered' | 'out_of_order'

/** One wrong record, wherever it is known to belong. */
export interface Fault {
  readonly kind: FaultKind
  readonly partition: number
  /** Null: not in the topic. */
  readonly offset: number | null
  /** Null: not in the stream. */
  readonly position: number | null
}

export interface Explanation {
  readonly counts: Readonly<Record<FaultKind, number>>
  /** The first few of each kind. */
  readonly first: readonly Fault[]
}

export interface ExplainOptions {
  /** Records shown per kind. */
  readonly shown: number
  /** Positions of a shard to search beyond its checkpoint, in addition to two per unmatched record. */
  readonly beyond: number
  readonly signal?: AbortSignal
  /** Called with how many records of the stream were generated, out of how many. */
  readonly onProgress?: (made: number, of: number) => void
}

const blockRecords = 4096
const blocksPerBreath = 16

export async function explain(
  shards: readonly ExpectedShard[],
  partitions: number,
  cut: Uint8Array,
  matcher: Matcher,
  options: ExplainOptions,
): Promise<Explanation> {
  const { strangers, matched, beginnings } = matcher
  const { suspicions } = matched
  const sightings = new Sightings()
  const left = strangers.sorted()
  for (const { low, high } of left) sightings.watch(low, high)
  for (const { low, high, otherLow, otherHigh } of suspicions.kept) {
    sightings.watch(low, high)
    sightings.watch(otherLow, otherHigh)
  }
  const missing = new MissingRecords(shards, matcher, partitions)
  await secondPass(shards, partitions, cut, matcher, missing, sightings, left.length, options)

  const faults: Fault[] = []
  const counts = { missing: 0, doubled: 0, altered: 0, foreign: 0, uncovered: 0, out_of_order: 0 }
  const note = (kind: FaultKind, partition: number, offset: number | null, position: number | null): void => {
    counts[kind]++
    if (counts[kind] <= options.shown) faults.push({ kind, partition, offset, position })
  }

  const unknown: Stranger[] = []
  for (const stranger of left) {
    const { partition, offset, low, high } = stranger
    const seen = sightings.of(low, high)
    const elsewhere = missing.takeHash(low, high)
    if (elsewhere !== null) note('out_of_order', partition, offset, elsewhere.position)
    else if (seen !== null && seen.count > 0) {
      note('doubled', partition, offset, seen.position)
      seen.doubled = true
    } else if (seen !== null && seen.beyond >= 0) note('uncovered', partition, offset, seen.beyond)
    else unknown.push(stranger)
  }
  const displaced: Stranger[] = []
  for (const stranger of unknown) {
    const at = missing.takePlace(stranger)
    if (at === null) displaced.push(stranger)
    else note('altered', stranger.partition, stranger.offset, at.position)
  }
  for (const stranger of displaced) {
    const of = missing.takeKey(stranger)
    if (of === null) note('foreign', stranger.partition, stranger.offset, null)
    else note('altered', stranger.partition, stranger.offset, of.position)
  }
  counts.foreign += strangers.overflow
  const misplaced = counts.out_of_order
  for (const { partition, offset, position, low, high, otherLow, otherHigh } of suspicions.kept) {
    if (sightings.isSingle(low, high) && sightings.isSingle(otherLow, otherHigh)) {
      note('out_of_order', partition, offset, position)
    }
  }
  for (const { partition, position } of missing.rest(options.shown)) note('missing', partition, null, position)
  const expected = shards.reduce((sum, shard) => sum + positionsOf(shard, shard.sure), 0)
  const others = beginnings.expired + counts.altered + misplaced
  counts.missing = Math.max(0, expected - (matched.count - matched.unsure) - others)
  return { counts, first: faults }
}

/** How many positions of a shard are expected below `end`. */
export function positionsOf({ begin, shards }: ExpectedShard, end: number): number {
  return Math.max(0, Math.ceil((end - begin) / shards))
}

async function secondPass(
  shards: readonly ExpectedShard[],
  partitions: number,
  cut: Uint8Array,
  matcher: Matcher,
  missing: MissingRecords,
  sightings: Sightings,
  strangers: number,
  { beyond: least, signal, onProgress }: ExplainOptions,
): Promise<void> {
  const beyond = strangers === 0 ? 0 : least + 2 * strangers
  const of = shards.reduce((sum, shard) => sum + positionsOf(shard, shard.end) + beyond, 0)
  const hash = new RecordHash()
  const keyHash = new RecordHash()
  const matchedOf = new Float64Array(shards.length * partitions)
  let made = 0
  let blocks = 0
  for (const source of shards) {
    const { shard, begin, sure, end } = source
    source.start(begin)
    for (let left = positionsOf(source, end) + beyond; left > 0;) {
      const batch = source.next(Math.min(blockRecords, left))
      const { records } = batch
      for (let i = 0; i < records.length; i++) {
        const partition = batch.partitions[i]
        const position = records.start + i * records.stride
        hashExpected(hash, partition, records, i)
        if (position >= end) {
          sightings.beyond(hash, position)
          continue
        }
        const pair = shard * partitions + partition
        const first = matcher.matched.firstPosition[pair]
        const isMissing = missing.isMissing(shard, position)
        const isExcused = position >= sure || (cut[partition] === 1 && (first < 0 || position < first))
        sightings.see(hash, position)
        if (isMissing && isExcused) continue
        if (!isMissing) matchedOf[pair]++
        else {
          const keyed = records.hasKeys && records.nullKeys?.[i] !== 1
          if (keyed) {
            const start = records.offsets[2 * i]
            keyHash.set(partition, records.bytes, start, records.offsets[2 * i + 1] - start, 0, -1)
          }
          missing.add({
            partition,
            shard,
            position,
            low: hash.low,
            high: hash.high,
            keyHash: keyed ? joined(keyHash) : null,
            matchedBefore: matchedOf[pair],
          })
        }
      }
      left -= records.length
      made += records.length
      if (++blocks % blocksPerBreath === 0) {
        onProgress?.(made, of)
        await breathe()
        signal?.throwIfAborted()
      }
    }
  }
}

interface Sighting {
  /** How often it occurs in the stream, below the checkpoint. */
  count: number
  /** Its first position. */
  position: number
  /** Its first position from the checkpoint on; -1: none. */
  beyond: number
  doubled: boolean
}

/** How often, and where, certain hashes occur in the stream. */
class Sightings {
  readonly #ids = new HashMultiset()
  readonly #sightings: Sighting[] = []

  watch(low: number, high: number): void {
    if (this.#ids.has(low, high)) return
    this.#ids.add(low, high, this.#sightings.length)
    this.#sightings.push({ count: 0, position: -1, beyond: -1, doubled: false })
  }

  see({ low, high }: RecordHash, position: number): void {
    const seen = this.of(low, high)
    if (seen !== null && seen.count++ === 0) seen.position = position
  }

  beyond({ low, high }: RecordHash, position: number): void {
    const seen = this.of(low, high)
    if (seen !== null && seen.beyond < 0) seen.beyond = position
  }

  of(low: number, high: number): Sighting | null {
    const id = this.#ids.peek(low, high)
    return id < 0 ? null : this.#sightings[id]
  }

  /** Whether it is unambiguous. */
  isSingle(low: number, high: number): boolean {
    const seen = this.of(low, high)
    return seen !== null && seen.count === 1 && !seen.doubled
  }
}
