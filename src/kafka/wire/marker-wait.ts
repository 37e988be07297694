import { setTimeout as sleep } from 'node:timers/promises'

/** How long after the end of a transaction to ask at most: by then the broker has been looking for itself. */
const longestMs = 100

/** Within how many ms of the end to ask before anything is known, and at least. */
const unknownMs = 20
const shortestMs = 5

/** How long after the end to ask, against the last time the markers took, and how fast that is forgotten. */
const margin = 3
const forgetting = 0.9

/** Time as it needs it; tests supply their own. */
export interface MarkerClock {
  now(): number
  sleep(ms: number): Promise<unknown>
}

const systemTime: MarkerClock = { now: () => performance.now(), sleep }

/**
 * Holds a transaction's first records until the markers of the transaction before are written, a few ms after its end. A broker that gets
 * them earlier puts them aside for 20 ms before it looks again (`add.partitions.to.txn.retry.backoff.ms`, KIP-890): asking is quicker.
 */
export class MarkerWait {
  readonly #areWritten: () => Promise<boolean>
  readonly #time: MarkerClock
  #endedAt = -Infinity
  #askWithinMs = unknownMs

  /** `areWritten`: asks the coordinator; true also where it cannot tell, which leaves it to the broker. */
  constructor(areWritten: () => Promise<boolean>, time: MarkerClock = systemTime) {
    this.#areWritten = areWritten
    this.#time = time
  }

  /** A transaction has just ended. */
  ended(): void {
    this.#endedAt = this.#time.now()
  }

  /** Resolves when another one may begin; asks nobody if the last end is long past. */
  async passed(): Promise<void> {
    if (this.#sinceEndMs >= this.#askWithinMs) return
    this.#askWithinMs = Math.max(shortestMs, this.#askWithinMs * forgetting)
    while (!(await this.#areWritten()) && this.#sinceEndMs < longestMs) {
      await this.#time.sleep(Math.max(1, this.#sinceEndMs / 4))
      this.#askWithinMs = Math.max(this.#askWithinMs, Math.min(longestMs, margin * this.#sinceEndMs))
    }
  }

  get #sinceEndMs(): number {
    return this.#time.now() - this.#endedAt
  }
}
