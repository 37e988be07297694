import { isObject } from '../../config/is-object.js'
import type { RawConfig, RawConnector } from '../../config/raw-connector.js'
import type { Store, StoreEntry, StoreWrite } from '../../kafka/store.js'
import type { TargetState } from '../herder.js'
import { currentSpan, within } from '../../telemetry/current-span.js'
import { parseTraceparent, traceparentOf } from '../../telemetry/traceparent.js'

/** A connector as stored in the log. */
export interface LoggedConnector {
  readonly raw: RawConnector
  readonly target: TargetState
  /** The state it was created in, which holds until another is requested. */
  readonly initial: TargetState
  /** Offset of the record with its configuration. */
  readonly offset: number
}

/** A requested restart; `tasks`: only these, otherwise all. */
export interface LoggedRestart {
  readonly includeTasks: boolean
  readonly onlyFailed: boolean
  readonly tasks: readonly number[] | null
}

/** Receives the log's contents in order. Synchronous; must not throw. */
export interface ConfigListener {
  /** Created, changed, or (undefined) deleted. */
  connector(name: string, now: LoggedConnector | undefined, before: LoggedConnector | undefined): void
  restart(name: string, restart: LoggedRestart): void
  logger(name: string, level: string): void
  /** An unreadable record, which is ignored. */
  unreadable(key: string, offset: number): void
}

const prefixes = {
  connector: 'connector-',
  target: 'target-state-',
  restart: 'restart-connector-',
  logger: 'logger-cluster-',
} as const

/** Connect's words (TargetState): older readers, which ignore `state.v2`, take STOPPED for PAUSED (KIP-875). */
const targetWords: Readonly<Record<TargetState, { readonly state: string; readonly 'state.v2': string }>> = {
  RUNNING: { state: 'STARTED', 'state.v2': 'STARTED' },
  PAUSED: { state: 'PAUSED', 'state.v2': 'PAUSED' },
  STOPPED: { state: 'PAUSED', 'state.v2': 'STOPPED' },
}

/**
 * The configurations of a group's connectors in a compacted topic, under Kafka Connect's keys. All who have read the
 * log to the same offset know the same: the outcome of a write is known once it is read back. A write may have a
 * condition (`if`), which all readers evaluate alike; if it does not hold, the write has no effect.
 */
export class ConfigLog {
  readonly #store: Store
  readonly #listener: ConfigListener
  readonly #connectors = new Map<string, LoggedConnector>()
  readonly #targets = new Map<string, TargetState>()
  /** Offsets of writes whose condition did not hold. */
  readonly #refused = new Set<number>()
  #isLive = false

  constructor(store: Store, listener: ConfigListener) {
    this.#store = store
    this.#listener = listener
    store.subscribe({ record: (entry) => this.#apply(entry), reset: () => this.#reset() })
  }

  get connectors(): ReadonlyMap<string, LoggedConnector> {
    return this.#connectors
  }

  /** When the log was last read to its end, in milliseconds since 1970. */
  get followedAt(): number {
    return this.#store.followedAt
  }

  /** The offset after the last record read. */
  get position(): number {
    return this.#store.position
  }

  /** Reads the whole log. Earlier restart requests do not concern a worker that starts now. */
  async open(): Promise<void> {
    await this.#store.open()
    this.#isLive = true
  }

  readToEnd(): Promise<void> {
    return this.#store.readToEnd()
  }

  readTo(offset: number, timeoutMs: number): Promise<void> {
    return this.#store.readTo(offset, timeoutMs)
  }

  /** False: another connector of this name was first. */
  async create(raw: RawConnector, initial: TargetState): Promise<boolean> {
    if (await this.#write(raw, initial, 'absent')) return true
    const winner = this.#connectors.get(raw.name)
    // The log keeps the last record of a key: it must be the winner's again.
    if (winner !== undefined) await this.#write(winner.raw, winner.initial, winner.offset)
    return false
  }

  /** With `expected`, the offset of the configuration being replaced: false if it has changed since. */
  put(raw: RawConnector, initial: TargetState, expected: number | null = null): Promise<boolean> {
    return this.#write(raw, initial, expected)
  }

  async delete(name: string): Promise<void> {
    const keys = [prefixes.target, prefixes.restart, prefixes.connector]
    await this.#store.write(keys.map((prefix): StoreWrite => ({ key: prefix + name, value: null })))
  }

  async target(name: string, target: TargetState): Promise<void> {
    await this.#store.write([{ key: prefixes.target + name, value: bytesOf(withCause(targetWords[target])) }])
  }

  async restart(name: string, { includeTasks, onlyFailed, tasks }: LoggedRestart): Promise<void> {
    const value = { 'include-tasks': includeTasks, 'only-failed': onlyFailed, ...(tasks !== null && { tasks }) }
    await this.#store.write([{ key: prefixes.restart + name, value: bytesOf(withCause(value)) }])
  }

  async logger(name: string, level: string): Promise<void> {
    await this.#store.write([{ key: prefixes.logger + name, value: bytesOf({ level }) }])
  }

  async #write(raw: RawConnector, initial: TargetState, condition: 'absent' | number | null): Promise<boolean> {
    const value = {
      properties: raw.config,
      ...(raw.file !== null && { file: raw.file }),
      ...(initial !== 'RUNNING' && { initial_state: initial }),
      ...(condition !== null && { if: condition }),
    }
    const [{ offset }] = await this.#store.write([
      { key: prefixes.connector + raw.name, value: bytesOf(withCause(value)) },
    ])
    return !this.#refused.delete(offset)
  }

  /** A change that is made now belongs to the trace of who made it, on every worker. */
  #apply({ key, value, offset }: StoreEntry): void {
    const content = value === null ? null : parsed(value)
    const cause = this.#isLive && isObject(content) ? parseTraceparent(content.traceparent) : null
    const apply = (): void => this.#applyTo(key, content, offset)
    if (cause === null) apply()
    else within(cause, apply)
  }

  #applyTo(key: string, content: unknown, offset: number): void {
    const of = (prefix: string): string | null => (key.startsWith(prefix) ? key.slice(prefix.length) : null)
    const [connector, target] = [of(prefixes.connector), of(prefixes.target)]
    const [restart, logger] = [of(prefixes.restart), of(prefixes.logger)]
    if (connector !== null && this.#applyConnector(connector, content, offset)) return
    if (target !== null && this.#applyTarget(target, content)) return
    if (restart !== null && this.#applyRestart(restart, content)) return
    if (logger !== null && isObject(content) && typeof content.level === 'string')
      return this.#listener.logger(logger, content.level)
    if (content !== null) this.#listener.unreadable(key, offset)
  }

  /** True: understood, whether or not it has an effect. */
  #applyConnector(name: string, content: unknown, offset: number): boolean {
    const before = this.#connectors.get(name)
    if (content === null) {
      this.#connectors.delete(name)
      if (before !== undefined) this.#listener.connector(name, undefined, before)
      return true
    }
    if (!isObject(content) || !isObject(content.properties)) return false
    const { properties, file, initial_state: initial, if: condition } = content
    const holds =
      condition === undefined || (condition === 'absent' ? before === undefined : before?.offset === condition)
    // Compaction has removed what the condition refers to, and kept the last record of the key, which is therefore
    // valid.
    if (!holds && before !== undefined) {
      this.#refused.add(offset)
      return true
    }
    const first = targetOf(initial) ?? 'RUNNING'
    const now: LoggedConnector = {
      raw: { name, config: properties as RawConfig, file: typeof file === 'string' ? file : null },
      target: before?.target ?? this.#targets.get(name) ?? first,
      initial: first,
      offset,
    }
    this.#connectors.set(name, now)
    this.#listener.connector(name, now, before)
    return true
  }

  #applyTarget(name: string, content: unknown): boolean {
    if (content === null) {
      this.#targets.delete(name)
      return true
    }
    if (!isObject(content)) return false
    const target = targetOf(content['state.v2'] ?? content.state)
    if (target === null) return false
    this.#targets.set(name, target)
    const before = this.#connectors.get(name)
    if (before === undefined || before.target === target) return true
    const now = { ...before, target }
    this.#connectors.set(name, now)
    this.#listener.connector(name, now, before)
    return true
  }

  #applyRestart(name: string, content: unknown): boolean {
    if (content === null) return true
    if (!isObject(content)) return false
    const { 'include-tasks': includeTasks, 'only-failed': onlyFailed, tasks } = content
    const ids = Array.isArray(tasks) ? tasks.filter((id): id is number => Number.isSafeInteger(id)) : null
    if (this.#isLive) {
      this.#listener.restart(name, { includeTasks: includeTasks === true, onlyFailed: onlyFailed === true, tasks: ids })
    }
    return true
  }

  /** The topic was replaced: its previous contents are void. */
  #reset(): void {
    const gone = [...this.#connectors]
    this.#connectors.clear()
    this.#targets.clear()
    this.#refused.clear()
    for (const [name, before] of gone) this.#listener.connector(name, undefined, before)
  }
}

/** With the span that it is written in, if there is one; earlier versions pass over it. */
function withCause(value: object): object {
  const span = currentSpan()
  return span === null ? value : { ...value, traceparent: traceparentOf(span) }
}

function targetOf(word: unknown): TargetState | null {
  if (word === 'STARTED' || word === 'RUNNING') return 'RUNNING'
  return word === 'PAUSED' || word === 'STOPPED' ? word : null
}

function bytesOf(value: object): Buffer {
  return Buffer.from(JSON.stringify(value))
}

/** Undefined: not JSON. */
function parsed(value: Buffer): unknown {
  try {
    return JSON.parse(value.toString('utf8'))
  } catch {
    return undefined
  }
}
