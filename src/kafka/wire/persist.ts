import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaError } from '../errors.js'
import type { KafkaContext } from '../errors.js'

/** Waits in ms between attempts: the first, and the longest they grow to. */
export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
}

/** For what passes within milliseconds (CONCURRENT_TRANSACTIONS while the markers of a commit are written). */
export const briskly: Backoff = { firstMs: 2, longestMs: 20 }

/** For what takes as long as a broker's start. */
export const patiently: Backoff = { firstMs: 5, longestMs: 250 }

/**
 * Tries again while the error is retriable, until `limitMs` have passed; then rejects with the last error, as a
 * GenesisError. Only for requests that may safely be sent twice.
 */
export async function persist<T>(
  limitMs: number,
  { firstMs, longestMs }: Backoff,
  context: KafkaContext,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (let waitMs = firstMs; ; waitMs = Math.min(waitMs * 1.5, longestMs)) {
    try {
      return await attempt()
    } catch (thrown) {
      const error = kafkaError(thrown, context)
      if (!error.retriable || performance.now() + waitMs > deadline) throw error
      await sleep(waitMs)
    }
  }
}
