import type { ConnectorConfig } from '../config/connector.js'
import type { GenesisError } from '../errors.js'

/** How long to wait before the next attempt after failures in a row. */
export class Backoff {
  readonly #policy: ConnectorConfig['errors']
  readonly #random: () => number
  #attempts = 0

  /** `random`: uniform in [0, 1), for the jitter. */
  constructor(policy: ConnectorConfig['errors'], random: () => number = Math.random) {
    this.#policy = policy
    this.#random = random
  }

  /**
   * Milliseconds to wait before the next attempt, or null: no more attempts. Grows by the factor with each failure in a
   * row up to the maximum; half of it is jitter, so that what failed together does not come back together.
   */
  next(error: Pick<GenesisError, 'retriable'>): number | null {
    const { policy, maxRetries, initialBackoffMs, backoffFactor, maxBackoffMs } = this.#policy
    if (policy === 'stop' || !error.retriable || this.#attempts >= maxRetries) return null
    const whole = Math.min(maxBackoffMs, initialBackoffMs * backoffFactor ** this.#attempts)
    this.#attempts++
    return whole * (0.5 + this.#random() / 2)
  }

  /** Something was delivered: the next failure is the first again. */
  reset(): void {
    this.#attempts = 0
  }
}
