import type { Beginnings } from './beginnings.js'
import type { ExpectedWindow } from './expected-window.js'
import type { ExpectedShard } from './expected-and-found.js'
import type { UnmatchedRecords } from './unmatched-records.js'

/** After so many searches that found nothing, strangers are taken for foreign without one. */
const vainSearches = 3
const keptLosses = 1 << 22

/** Gaps that are longer than the window: looks for the strangers further on in the stream, and gives up what is before them. */
export class Gaps {
  /** Positions that were given up (as far as they are kept), one by one and in ranges [from, to) of a shard. */
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
   * Looks for the strangers in the part of the stream that was not made yet. Where one is there, the topic has a gap longer
   * than the window: goes on from it, and takes everything before it for missing. False: none is there.
   */
  search(): boolean {
    if (this.#searches === 0 || this.#strangers.size === 0) return false
    // Those of a partition that may begin anywhere are no sign of a gap.
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
      // Behind it is one that counts: nothing before that is still to come, so those on the way are where they belong.
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

  /** Gives up what was not made yet. How many records went to a partition whose beginning is gone is known only by making them. */
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

  /** Takes everything outstanding of a shard for missing (or expired). */
  #giveUp(shard: number): void {
    this.#expected.removeIf((position, partition, s) => {
      if (s !== shard) return false
      if (this.#beginnings.isUnknown(shard, partition)) this.#beginnings.giveUp(shard, partition, 1)
      else if (this.lost.length < keptLosses) this.lost.push(position)
      return true
    })
  }
}
