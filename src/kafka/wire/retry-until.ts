import { setTimeout as sleep } from 'node:timers/promises'
import type { GenesisError } from '../../errors.js'
import { kafkaError } from '../errors.js'
import type { KafkaContext } from '../errors.js'

/** Delays between attempts in ms: the first, and the maximum they grow to. */
export interface RetryBackoff {
  readonly firstMs: number
  readonly maxMs: number
}

/** For what passes within milliseconds (CONCURRENT_TRANSACTIONS while commit markers are written). */
export const fastBackoff: RetryBackoff = { firstMs: 2, maxMs: 20 }

/** For what takes as long as a broker start. */
export const slowBackoff: RetryBackoff = { firstMs: 5, maxMs: 250 }

/**
 * Retries while `mayRetry` (default: the error is retriable), until `limitMs` have passed; then rejects with the last
 * error, as a GenesisError. Only for requests that are safe to send twice.
 */
export async function retryUntil<T>(
  limitMs: number,
  { firstMs, maxMs }: RetryBackoff,
  context: KafkaContext,
  attempt: () => Promise<T>,
  mayRetry: (error: GenesisError) => boolean = ({ retriable }) => retriable,
): Promise<T> {
  const deadline = performance.now() + limitMs
  for (let waitMs = firstMs; ; waitMs = Math.min(waitMs * 1.5, maxMs)) {
    try {
      return await attempt()
    } catch (thrown) {
      const error = kafkaError(thrown, context)
      if (!mayRetry(error) || performance.now() + waitMs > deadline) throw error
      await sleep(waitMs)
    }
  }
}
