import type { ConnectorConfig } from '../config/connector.js'
import type { GenesisError } from '../errors.js'
import { dependencyOf } from './passing.js'

/** Retries in a row of an error that is not known to pass, where the policy has no bound. */
const maxOtherRetries = 10

export interface BackoffOptions {
  /** Uniform in [0, 1), for the jitter. */
  readonly random?: () => number
  /** Whether an error is known to pass, and so is retried without end where the policy has none. */
  readonly passes?: (error: Pick<GenesisError, 'code'>) => boolean
}

/** How long to wait before the next attempt after failures in a row. */
export class Backoff {
  readonly #policy: ConnectorConfig['errors']
  readonly #random: () => number
  readonly #passes: (error: Pick<GenesisError, 'code'>) => boolean
  #attempts = 0
  #others = 0
  /** When the first failure of the row was. */
  #began: number | null = null

  constructor(policy: ConnectorConfig['errors'], { random, passes }: BackoffOptions = {}) {
    this.#policy = policy
    this.#random = random ?? Math.random
    this.#passes = passes ?? (({ code }) => dependencyOf(code) !== null)
  }

  /**
   * Milliseconds to wait before the next attempt, or null: no more attempts. Grows by the factor with each failure in a
   * row up to the maximum; half of it is jitter, so that what failed together does not come back together. `now`: ms on a
   * monotonic clock.
   */
  next(error: Pick<GenesisError, 'code' | 'retriable'>, now: number): number | null {
    const { policy, maxRetries, retryTimeoutMs, initialBackoffMs, backoffFactor, maxBackoffMs } = this.#policy
    this.#began ??= now
    const leftMs = this.#began + retryTimeoutMs - now
    if (policy === 'stop' || !error.retriable || this.#attempts >= maxRetries || leftMs <= 0) return null
    if (!this.#passes(error) && ++this.#others > maxOtherRetries && maxRetries === Infinity) return null
    const whole = Math.min(maxBackoffMs, initialBackoffMs * backoffFactor ** this.#attempts)
    this.#attempts++
    return Math.min(leftMs, whole * (0.5 + this.#random() / 2))
  }

  /** Something was delivered: the next failure is the first again. */
  reset(): void {
    this.#attempts = 0
    this.#others = 0
    this.#began = null
  }
}
