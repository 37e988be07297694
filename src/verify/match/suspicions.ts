/**
 * Pairs of records that seem out of order. Only seem: of two identical records, one may have been
 * taken for the other, so each pair is rechecked once it is known how often both occur in the stream.
 */
export class Suspicions {
  /** Including those only counted. */
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
