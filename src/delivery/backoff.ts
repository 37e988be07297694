import type { ConnectorConfig } from '../config/connector.js'
import type { GenesisError } from '../errors.js'
import { dependencyOf } from './dependencies.js'

/** Consecutive retries of an error not known to be temporary, if the policy has no limit. */
const maxOtherRetries = 10

export interface BackoffOptions {
  /** Uniform in [0, 1), for the jitter. */
  readonly random?: () => number
  /** Whether an error is known to be temporary, and so is retried forever if the policy has no limit. */
  readonly passes?: (error: Pick<GenesisError, 'code'>) => boolean
}

/** How long to wait before the next attempt after consecutive failures. */
export class Backoff {
  readonly #policy: ConnectorConfig['errors']
  readonly #random: () => number
  readonly #passes: (error: Pick<GenesisError, 'code'>) => boolean
  #attempts = 0
  #others = 0
  /** When the first of the consecutive failures happened. */
  #began: number | null = null

  constructor(policy: ConnectorConfig['errors'], { random, passes }: BackoffOptions = {}) {
    this.#policy = policy
    this.#random = random ?? Math.random
    this.#passes = passes ?? (({ code }) => dependencyOf(code) !== null)
  }

  /**
   * Milliseconds to wait before the next attempt, or null: no more attempts. Grows by the factor with each consecutive
   * failure up to the maximum, minus up to 50 % jitter to spread out retries of simultaneous failures. `now`: ms on a
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

  /** Something was delivered: the next failure counts as the first again. */
  reset(): void {
    this.#attempts = 0
    this.#others = 0
    this.#began = null
  }
}
