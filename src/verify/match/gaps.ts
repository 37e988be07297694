import type { Beginnings } from './beginnings.js'
import type { ExpectedWindow } from './expected-window.js'
import type { ExpectedShard } from './expected-and-found.js'
import type { UnmatchedRecords } from './unmatched-records.js'

/** After this many fruitless searches, strangers are considered foreign without one. */
const vainSearches = 3
const keptLosses = 1 << 22

/** Gaps longer than the window: searches for the strangers further on in the stream, and gives up what precedes them. */
export class Gaps {
  /** Positions given up (as far as kept), singly and in ranges [from, to) of a shard. */
  readonly lost: number[] = []
  readonly lostRanges: { readonly shard: number; readonly from: number; readonly to: number }[] = []
  readonly #shards: readonly ExpectedShard[]
  readonly #partitions: number
  readonly #expected: ExpectedWindow
  readonly #strangers: UnmatchedRecords
  readonly #beginnings: Beginnings
  #searches = vainSearches

  constructor(
    shards: readonly ExpectedShard[],
    partitions: number,
    expected: ExpectedWindow,
    strangers: UnmatchedRecords,
    beginnings: Beginnings,
  ) {
    this.#shards = shards
    this.#partitions = partitions
    this.#expected = expected
    this.#strangers = strangers
    this.#beginnings = beginnings
  }

  /**
   * Searches for the strangers in the part of the stream not generated yet. If one is there, the topic has a gap longer
   * than the window: continues from it, and counts everything before it as missing. False: none is there.
   */
  search(): boolean {
    if (this.#searches === 0 || this.#strangers.size === 0) return false
    // Those of a partition that may begin anywhere do not indicate a gap.
    const isMoored = Array.from({ length: this.#partitions }, (_, partition) => !this.#beginnings.isAdrift(partition))
    const moored = this.#strangers.some((partition) => isMoored[partition])
    let hit = false
    for (const { shard } of this.#shards) {
      const from = this.#expected.position[shard]
      const passed = new Float64Array(this.#partitions)
      let adrift = -1
      const hitAt = this.#expected.pass(shard, (position, partition, low, high) => {
        const found = this.#strangers.partitionOf(low, high)
        if (found >= 0 && (!moored || isMoored[found])) return true
        if (found >= 0 && adrift < 0) adrift = position
        if (adrift < 0) passed[partition]++
        return false
      })
      // A record that counts follows it: nothing earlier is still to come, so those passed on the way are in place.
      const at = hitAt >= 0 && adrift >= 0 ? adrift : hitAt
      this.#expected.goTo(shard, at < 0 ? from : at)
      if (at < 0) continue
      hit = true
      this.#giveUp(shard)
      passed.forEach((count, partition) => this.#beginnings.giveUp(shard, partition, count))
      if (at > from) this.lostRanges.push({ shard, from, to: at })
    }
    if (!hit) this.#searches--
    return hit
  }

  /** Gives up what was not generated yet. Counting the records of a partition whose beginning is gone requires generating them. */
  giveUpRest(): void {
    for (const { shard, end } of this.#shards) {
      const from = this.#expected.position[shard]
      this.#expected.pass(shard, (_, partition) => {
        this.#beginnings.giveUp(shard, partition, 1)
        return false
      })
      this.#expected.position[shard] = Math.max(from, end)
      if (from < end) this.lostRanges.push({ shard, from, to: end })
    }
  }

  /** Counts everything outstanding of a shard as missing (or expired). */
  #giveUp(shard: number): void {
    this.#expected.removeIf((position, partition, s) => {
      if (s !== shard) return false
      if (this.#beginnings.isUnknown(shard, partition)) this.#beginnings.giveUp(shard, partition, 1)
      else if (this.lost.length < keptLosses) this.lost.push(position)
      return true
    })
  }
}
