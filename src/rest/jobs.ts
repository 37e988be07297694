import { randomUUID } from 'node:crypto'
import type { Failure } from '../runtime/task-events.js'
import { asFailure } from '../runtime/task-events.js'

/** Finished jobs kept so that their results can be fetched. */
const maxEnded = 100
/** More would only slow down each other and the tasks. */
const maxRunning = 4

export interface JobProgress {
  readonly step: string
  readonly done: number
  /** Null: unknown. */
  readonly of: number | null
}

/** Work that takes longer than a request. */
export interface Job<Result> {
  readonly id: string
  readonly connector: string
  readonly state: 'running' | 'done' | 'failed' | 'cancelled'
  /** Milliseconds since 1970. */
  readonly started: number
  readonly ended: number | null
  readonly progress: JobProgress
  /** Results so far. */
  readonly results: readonly Result[]
  readonly failure: Failure | null
}

/** Called by a job while it runs. */
export interface JobControl<Result> {
  readonly signal: AbortSignal
  progress(progress: JobProgress): void
  result(result: Result): void
}

interface Held<Result> {
  job: Job<Result>
  readonly controller: AbortController
}

export class Jobs<Result> {
  readonly #jobs = new Map<string, Held<Result>>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Null: the maximum is already running. */
  start(connector: string, work: (control: JobControl<Result>) => Promise<void>): Job<Result> | null {
    const running = [...this.#jobs.values()].filter(({ job }) => job.state === 'running')
    if (running.length >= maxRunning) return null
    const id = randomUUID()
    const held: Held<Result> = {
      controller: new AbortController(),
      job: {
        id,
        connector,
        state: 'running',
        started: this.#now(),
        ended: null,
        progress: { step: 'start', done: 0, of: null },
        results: [],
        failure: null,
      },
    }
    const change = (changes: Partial<Job<Result>>): void => {
      held.job = { ...held.job, ...changes }
    }
    const end = (state: Job<Result>['state'], failure: Failure | null): void => {
      change({ state, failure, ended: this.#now() })
      this.#forgetOldest()
    }
    const { signal } = held.controller
    this.#jobs.set(id, held)
    work({
      signal,
      progress: (progress) => change({ progress }),
      result: (result) => change({ results: [...held.job.results, result] }),
    }).then(
      () => end(signal.aborted ? 'cancelled' : 'done', null),
      (error: unknown) => (signal.aborted ? end('cancelled', null) : end('failed', asFailure(error))),
    )
    return held.job
  }

  list(): readonly Job<Result>[] {
    return [...this.#jobs.values()].map(({ job }) => job)
  }

  get(id: string): Job<Result> | undefined {
    return this.#jobs.get(id)?.job
  }

  /** Cancels a running job; does nothing if it has finished. */
  cancel(id: string): void {
    this.#jobs.get(id)?.controller.abort()
  }

  close(): void {
    for (const { controller } of this.#jobs.values()) controller.abort()
  }

  #forgetOldest(): void {
    const ended = [...this.#jobs.values()].filter(({ job }) => job.state !== 'running')
    for (const { job } of ended.slice(0, Math.max(0, ended.length - maxEnded))) this.#jobs.delete(job.id)
  }
}
