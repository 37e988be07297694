import { deliveryName, type ConnectorConfig } from '../config/connector.js'
import { backgroundClock, type Clock } from '../delivery/clock.js'
import { dependencyOf, type ExternalDependency } from '../delivery/dependencies.js'
import type { ErrorCode } from '../errors.js'
import type { Failure, State } from './task-events.js'

export type NoteOutage = (
  level: 'info' | 'warn',
  message: string,
  fields: Readonly<Record<string, string | number>>,
) => void

/** An outage is over once nothing has been waiting for this long. */
const settledMs = 2_000
const reminderMs = 60_000
/** Up to this many connectors are named, the rest counted. */
const maxNames = 5

interface Outage {
  readonly dependency: ExternalDependency
  readonly began: number
  /** The code of the failure that began it. */
  readonly code: ErrorCode
  /** Each waiting task's connector. */
  readonly waiting: Map<string, string>
  readonly resumed: Map<string, string>
  resumedAt: number
  cancelReminder: () => void
  cancelEnd: () => void
}

/**
 * Merges what a worker's tasks report about the same dependency into one outage: a note when it begins, one a minute while
 * it lasts, and one when it is over.
 */
export class OutageLog {
  readonly #note: NoteOutage
  readonly #clock: Pick<Clock, 'now' | 'after'>
  readonly #outages = new Map<ExternalDependency, Outage>()

  constructor(note: NoteOutage, clock: Pick<Clock, 'now' | 'after'> = backgroundClock) {
    this.#note = note
    this.#clock = clock
  }

  /** Reports a task's new state. True: it is part of an outage and needs no further report. */
  task(
    config: Pick<ConnectorConfig, 'name' | 'sinkName'>,
    shard: number,
    state: State,
    failure: Failure | null,
  ): boolean {
    const connector = deliveryName(config)
    const task = `${connector}#${shard}`
    const dependency = state === 'RESTARTING' && failure !== null ? dependencyOf(failure.code) : null
    for (const outage of this.#outages.values()) {
      if (outage.dependency !== dependency) this.#leave(outage, task, state)
    }
    if (dependency === null || failure === null) return false
    const outage = this.#outages.get(dependency) ?? this.#begin(dependency, failure)
    outage.cancelEnd()
    outage.resumed.delete(task)
    outage.waiting.set(task, connector)
    return true
  }

  /** Stops without a note. */
  close(): void {
    for (const { cancelReminder, cancelEnd } of this.#outages.values()) {
      cancelReminder()
      cancelEnd()
    }
    this.#outages.clear()
  }

  #begin(dependency: ExternalDependency, { message, code }: Failure): Outage {
    const none = (): void => undefined
    const began = this.#clock.now()
    const outage: Outage = {
      ...{ dependency, began, code, waiting: new Map<string, string>(), resumed: new Map<string, string>() },
      ...{ resumedAt: began, cancelReminder: none, cancelEnd: none },
    }
    this.#outages.set(dependency, outage)
    this.#note('warn', `waiting for ${dependency}: ${message} (${code}). Tasks will resume automatically`, {
      waits_for: dependency,
      code,
    })
    this.#remind(outage)
    return outage
  }

  #remind(outage: Outage): void {
    outage.cancelReminder = this.#clock.after(reminderMs, () => {
      const { dependency, began, code, waiting } = outage
      const waitedMs = this.#clock.now() - began
      if (waiting.size > 0)
        this.#note(
          'warn',
          `still waiting for ${dependency} after ${spoken(waitedMs)}: ${countOf(waiting)}: ${namesOf(waiting)}`,
          { waits_for: dependency, code, waited_ms: Math.round(waitedMs), connectors: distinct(waiting).length },
        )
      this.#remind(outage)
    })
  }

  #leave(outage: Outage, task: string, state: State): void {
    const connector = outage.waiting.get(task)
    if (connector === undefined) return
    outage.waiting.delete(task)
    if (state === 'RUNNING') outage.resumed.set(task, connector)
    if (outage.waiting.size > 0) return
    outage.resumedAt = this.#clock.now()
    outage.cancelEnd = this.#clock.after(settledMs, () => this.#end(outage))
  }

  #end({ dependency, began, resumed, resumedAt, cancelReminder }: Outage): void {
    cancelReminder()
    this.#outages.delete(dependency)
    // All waiting tasks failed or were stopped, and were reported as such.
    if (resumed.size === 0) return
    this.#note('info', `${dependency} is back after ${spoken(resumedAt - began)}: ${countOf(resumed)} resumed`, {
      waits_for: dependency,
      waited_ms: Math.round(resumedAt - began),
      connectors: distinct(resumed).length,
    })
  }
}

function distinct(tasks: ReadonlyMap<string, string>): string[] {
  return [...new Set(tasks.values())]
}

/** `1 connector`, `3 connectors (12 tasks)`. */
function countOf(tasks: ReadonlyMap<string, string>): string {
  const connectors = distinct(tasks).length
  const many = `${connectors} ${connectors === 1 ? 'connector' : 'connectors'}`
  return tasks.size === connectors ? many : `${many} (${tasks.size} tasks)`
}

function namesOf(tasks: ReadonlyMap<string, string>): string {
  const names = distinct(tasks)
  const named = names.slice(0, maxNames).join(', ')
  return names.length > maxNames ? `${named} and ${names.length - maxNames} more` : named
}

/** `0.4 s`, `42 s`, `2 min 12 s`, `1 h 3 min`. */
function spoken(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  if (minutes === 0) return `${seconds} s`
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
