import { connectorSchema } from '../config/connector-schema.js'
import { Backoff } from '../delivery/backoff.js'
import { checksOf } from './option-table.js'
import { checkOptions, count } from './options.js'
import { asPublic } from './streaming-error.js'

/** How often a failed delivery is tried again, and after which waits. */
export interface RetryPolicyOptions {
  /** Tries after the first; 3 if left out. Infinity: no end. */
  readonly maxRetries?: number
  /** Each wait is so many times the one before; 2 if left out. */
  readonly backoffFactor?: number
  /** The longest wait; 60 if left out. */
  readonly maxBackoffSeconds?: number
  /** The first wait; 0.1 if left out. */
  readonly initialBackoffSeconds?: number
}

const checks = {
  maxRetries: {
    expected: 'a whole number from 0, or Infinity',
    accepts: (value: unknown) => value === Infinity || count(0).accepts(value),
  },
  ...checksOf(connectorSchema, 'backoffFactor', 'maxBackoffSeconds', 'initialBackoffSeconds'),
}

/**
 * When a failed delivery is tried again: errors whose row in docs/errors.md is retriable, `maxRetries` times in a row, after
 * waits that grow by the factor up to the maximum. Half of each wait is jitter (a random share of it is left out), so that
 * what failed together does not come back together.
 */
export class RetryPolicy {
  readonly maxRetries: number
  readonly backoffFactor: number
  readonly maxBackoffSeconds: number
  readonly initialBackoffSeconds: number

  /** Throws OPTION_INVALID. */
  constructor(options: RetryPolicyOptions = {}) {
    asPublic(() => checkOptions('RetryPolicy', options, checks))
    this.maxRetries = options.maxRetries ?? 3
    this.backoffFactor = options.backoffFactor ?? 2
    this.maxBackoffSeconds = options.maxBackoffSeconds ?? 60
    this.initialBackoffSeconds = options.initialBackoffSeconds ?? 0.1
  }
}

/** What counts the failures in a row of one delivery. */
export function backoffOf(policy: RetryPolicy, onError: 'retry' | 'skip' | 'stop', random?: () => number): Backoff {
  return new Backoff(
    {
      policy: onError,
      maxRetries: policy.maxRetries,
      retryTimeoutMs: Infinity,
      backoffFactor: policy.backoffFactor,
      initialBackoffMs: policy.initialBackoffSeconds * 1000,
      maxBackoffMs: policy.maxBackoffSeconds * 1000,
    },
    { random, passes: () => true },
  )
}
