import { connectorSchema } from '../config/connector-schema.js'
import { Backoff } from '../delivery/backoff.js'
import { checksOf } from './option-table.js'
import { checkOptions, count } from './options.js'
import { asPublic } from './streaming-error.js'

/** How often to retry a failed delivery, and how long to wait. */
export interface RetryPolicyOptions {
  /** Retries after the first attempt; Infinity: unlimited. @default 3 */
  readonly maxRetries?: number
  /** Factor by which the wait grows with each retry. @default 2 */
  readonly backoffFactor?: number
  /** Maximum wait. @default 60 */
  readonly maxBackoffSeconds?: number
  /** Initial wait. @default 0.1 */
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
 * When to retry a failed delivery: errors that docs/errors.md lists as retriable, up to `maxRetries` consecutive
 * times, with exponential backoff up to the maximum. Waits are reduced by up to 50 % jitter, so that simultaneous
 * failures do not retry simultaneously.
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

/** Counts the consecutive failures of a delivery. */
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
