import { asGenesisError, type ErrorCode } from '../errors.js'
import type { Counters } from '../delivery/counters.js'

/** Kafka Connect's states of connectors and tasks (org.apache.kafka.connect.runtime.AbstractStatus.State, and STOPPED). */
export type State = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING'

/** An error as plain data, so that it crosses threads. */
export interface Failure {
  readonly code: ErrorCode
  /** One line, complete, without secrets. */
  readonly message: string
  readonly retriable: boolean
  /** The stack with its causes: what Connect calls the trace. */
  readonly trace: string
}

/** How a task ended: all of its records are delivered, it was asked to stop (or nobody reads any more), or it failed. */
export type TaskEnd =
  { readonly end: 'complete' } | { readonly end: 'stopped' } | { readonly end: 'failed'; readonly failure: Failure }

/** What a task tells whoever watches it. Called synchronously; must not throw. */
export interface TaskEvents {
  /** RESTARTING comes with the failure and the milliseconds until the next attempt; RUNNING when the sink is open. */
  state(state: 'RUNNING' | 'RESTARTING', failure: Failure | null, retryInMs: number): void
  /** After every commit and every failed attempt. The object is the task's own and goes on changing: copy what is kept. */
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
