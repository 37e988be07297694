/**
 * Pairs of records that seem to stand in the wrong order. Only seem to: where two records are identical, one may have been
 * taken for the other, so each pair is looked at again when it is known how often both occur in the stream.
 */
export class Suspicions {
  /** With those that are only counted. */
  size = 0
  readonly kept: Suspicion[] = []

  /** The record at `offset` came after the other one, whose position is higher. */
  add(
    partition: number,
    offset: number,
    position: number,
    low: number,
    high: number,
    otherLow: number,
    otherHigh: number,
  ): void {
    this.size++
    if (this.kept.length < limit) this.kept.push({ partition, offset, position, low, high, otherLow, otherHigh })
  }
}

export interface Suspicion {
  readonly partition: number
  readonly offset: number
  readonly position: number
  readonly low: number
  readonly high: number
  readonly otherLow: number
  readonly otherHigh: number
}

const limit = 1 << 20
