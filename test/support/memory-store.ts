import { GenesisError } from '#src/errors.js'
import type { Store, StoreEntry, StoreListener, StoreWrite } from '#src/kafka/store.js'

/** The log of any number of MemoryStores. */
export class MemoryLog {
  readonly stores = new Set<MemoryStore>()
  records: StoreEntry[] = []
  generation = 1

  append(writes: readonly StoreWrite[]): StoreEntry[] {
    const written = writes.map(({ key, value }, i) => {
      return { key, value, offset: this.records.length + i, timestamp: Date.now() }
    })
    this.records.push(...written)
    for (const store of this.stores) store.advance()
    return written
  }

  /** The topic is deleted and made again. */
  recreate(): void {
    this.records = []
    this.generation++
    for (const store of this.stores) store.restart()
  }
}

/** A store without a broker: every store of a log has read all of it at any time. */
export class MemoryStore implements Store {
  readonly #log: MemoryLog
  readonly #entries = new Map<string, StoreEntry>()
  readonly #listeners = new Set<StoreListener>()
  readonly #waiting = new Set<() => void>()
  #position = 0
  #closed = false
  #away: GenesisError | null = null
  #followedAt = -Infinity

  constructor(log: MemoryLog) {
    this.#log = log
  }

  get entries(): ReadonlyMap<string, StoreEntry> {
    return this.#entries
  }

  get position(): number {
    return this.#position
  }

  get followedAt(): number {
    return this.#away === null ? Date.now() : this.#followedAt
  }

  /** From now on it cannot reach its log; null: it can again. */
  cut(error: GenesisError | null): void {
    if (error !== null && this.#log.stores.has(this)) this.#followedAt = Date.now()
    this.#away = error
    this.advance()
  }

  get topicId(): string | null {
    return this.#log.stores.has(this) ? `memory-${this.#log.generation}` : null
  }

  async open(): Promise<void> {
    await this.readToEnd()
    this.#log.stores.add(this)
    this.advance()
  }

  async readToEnd(): Promise<void> {
    // As with a broker, nothing is there before the caller has let go.
    await Promise.resolve()
    if (this.#closed) throw closed()
    if (this.#away !== null) throw this.#away
  }

  async readTo(offset: number, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs
    while (this.#position < offset) {
      if (this.#closed) throw closed()
      const leftMs = deadline - performance.now()
      if (leftMs <= 0)
        throw new GenesisError('KAFKA_TIMEOUT', 'the log did not reach the offset in time', {
          found: `offset ${this.#position} after ${timeoutMs} ms`,
          expected: `offset ${offset}`,
        })
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
        timer = setTimeout(resolve, leftMs)
      })
      clearTimeout(timer)
    }
  }

  async write(records: readonly StoreWrite[]): Promise<readonly StoreEntry[]> {
    await this.readToEnd()
    return this.#log.append(records)
  }

  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): Promise<void> {
    this.#closed = true
    this.#log.stores.delete(this)
    this.#wake()
    return Promise.resolve()
  }

  /** Takes in what is new in the log. */
  advance(): void {
    while (this.#away === null && this.#position < this.#log.records.length) {
      const entry = this.#log.records[this.#position++]
      if (entry.value === null) this.#entries.delete(entry.key)
      else this.#entries.set(entry.key, entry)
      for (const listener of this.#listeners) listener.record(entry)
    }
    this.#wake()
  }

  restart(): void {
    this.#position = 0
    this.#entries.clear()
    for (const listener of this.#listeners) listener.reset()
    this.advance()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

function closed(): GenesisError {
  return new GenesisError('INTERNAL', 'the store is closed')
}
