import { asGenesisError, type ErrorCode } from '../errors.js'
import type { Counters } from '../delivery/counters.js'

/** Kafka Connect's connector and task states (org.apache.kafka.connect.runtime.AbstractStatus.State, and STOPPED). */
export type State = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING'

/** An error as plain data, to cross threads. */
export interface Failure {
  readonly code: ErrorCode
  /** One complete line, without secrets. */
  readonly message: string
  readonly retriable: boolean
  /** The stack with its causes: Connect's trace. */
  readonly trace: string
}

/** How a task ended: all of its records are delivered, it was asked to stop (or the reader has gone), or it failed. */
export type TaskEnd =
  { readonly end: 'complete' } | { readonly end: 'stopped' } | { readonly end: 'failed'; readonly failure: Failure }

/** Callbacks of a task. Called synchronously; must not throw. */
export interface TaskEvents {
  /** RESTARTING comes with the failure and the milliseconds until the next attempt; RUNNING once the sink is open. */
  state(state: 'RUNNING' | 'RESTARTING', failure: Failure | null, retryInMs: number): void
  /** After every commit and every failed attempt. The object belongs to the task and keeps changing: copy what you keep. */
  progress(counters: Counters): void
}

export function asFailure(thrown: unknown): Failure {
  const error = asGenesisError(thrown)
  return { code: error.code, message: error.message, retriable: error.retriable, trace: trace(error) }
}

function trace(error: Error): string {
  const lines: string[] = []
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    lines.push(`${lines.length === 0 ? '' : 'Caused by: '}${at.stack ?? String(at)}`)
  }
  return lines.join('\n')
}
