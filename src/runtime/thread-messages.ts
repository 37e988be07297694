import type { WorkerConfig } from '../config/worker.js'
import type { RawConnector } from '../config/raw-connector.js'
import type { Counters } from '../delivery/counters.js'
import type { Span } from '../telemetry/span.js'
import type { SinkConfig } from '../sink/options.js'
import type { Failure, TaskEnd } from './task-events.js'
import type { TaskSpec } from './task-executor.js'

/** A thread's start data. */
export interface ThreadData {
  readonly worker: WorkerConfig
}

export type ToThread =
  | { readonly call: 'start'; readonly id: number; readonly spec: TaskSpec }
  | { readonly call: 'stop' | 'abandon'; readonly id: number }
  | { readonly call: 'prepare'; readonly sink: SinkConfig['type'] }
  | { readonly call: 'check'; readonly id: number; readonly connector: RawConnector }
  | { readonly call: 'ping' }

export type FromThread =
  | {
      readonly say: 'state'
      readonly id: number
      readonly state: 'RUNNING' | 'RESTARTING'
      readonly failure: Failure | null
      readonly retryInMs: number
    }
  | { readonly say: 'progress'; readonly tasks: readonly { readonly id: number; readonly counters: Counters }[] }
  | { readonly say: 'span'; readonly id: number; readonly span: Span }
  | { readonly say: 'checked'; readonly id: number; readonly isFit: boolean }
  | { readonly say: 'ended'; readonly id: number; readonly end: TaskEnd }
  | { readonly say: 'pong' }
