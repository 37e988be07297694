import type { ExpectedWindow } from './expected-window.js'
import type { Matched } from './matched.js'

/**
 * Which expected records the topic's retention has removed: in a partition whose beginning has expired, all of a shard's
 * records before the first one found there.
 */
export class Beginnings {
  /** Per partition: whether its beginning has expired. */
  readonly #cut: Uint8Array
  /** Per partition: its first offset, and the expected records before the first one it still has. */
  readonly #starts: Float64Array
  readonly #expiredOf: Float64Array
  /** Per shard and partition, if the beginning has expired and no record is matched yet: given up so far. */
  readonly #givenUp: Float64Array
  readonly #shards: number
  readonly #matched: Matched
  readonly #expected: ExpectedWindow

  /** `starts[q]` is the first offset of partition q: above 0, older records have expired. */
  constructor(starts: readonly number[], shards: number, matched: Matched, expected: ExpectedWindow) {
    this.#cut = Uint8Array.from(starts, (start) => (start > 0 ? 1 : 0))
    this.#starts = Float64Array.from(starts)
    this.#expiredOf = new Float64Array(starts.length)
    this.#givenUp = new Float64Array(shards * starts.length)
    this.#shards = shards
    this.#matched = matched
    this.#expected = expected
  }

  /** Expected records that have expired. A partition cannot have more of them than offsets are gone. */
  get expired(): number {
    return this.#expiredOf.reduce((sum, expired, partition) => sum + Math.min(expired, this.#starts[partition]), 0)
  }

  /** Whether a shard's beginning in some partition is unknown. */
  get isBlind(): boolean {
    return this.#cut.some((_, partition) => this.#anyShard((shard) => this.isUnknown(shard, partition)))
  }

  /** Whether the beginning of a partition is gone and nothing of a shard is matched in it yet. */
  isUnknown(shard: number, partition: number): boolean {
    return this.#cut[partition] === 1 && this.#matched.isUnseen(shard, partition)
  }

  /** Whether nothing of a partition is matched yet although its beginning has expired: it may begin anywhere. */
  isAdrift(partition: number): boolean {
    return this.#cut[partition] === 1 && !this.#anyShard((shard) => !this.#matched.isUnseen(shard, partition))
  }

  /** Called with records given up or passed over: they count as expired if their partition begins after them. */
  giveUp(shard: number, partition: number, count: number): void {
    if (this.#cut[partition] === 1) this.#givenUp[shard * this.#cut.length + partition] += count
  }

  /** Called with a shard's first record in a partition whose beginning is gone: earlier ones have expired. */
  begin(shard: number, partition: number, position: number): void {
    const pair = shard * this.#cut.length + partition
    this.#expiredOf[partition] += this.#givenUp[pair]
    this.#givenUp[pair] = 0
    this.#expected.removeIf((other, q, s) => {
      const goes = q === partition && s === shard && other < position
      if (goes) this.#expiredOf[partition]++
      return goes
    })
  }

  /** At the end: whatever is still unknown has expired. */
  settle(): void {
    this.#expected.removeIf((_, partition, shard) => {
      if (!this.isUnknown(shard, partition)) return false
      this.#expiredOf[partition]++
      return true
    })
    this.#givenUp.forEach((count, pair) => {
      const partition = pair % this.#cut.length
      const shard = (pair - partition) / this.#cut.length
      if (this.isUnknown(shard, partition)) this.#expiredOf[partition] += count
    })
  }

  #anyShard(test: (shard: number) => boolean): boolean {
    for (let shard = 0; shard < this.#shards; shard++) if (test(shard)) return true
    return false
  }
}
