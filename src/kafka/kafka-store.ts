import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '../config/cluster.js'
import { asGenesisError, GenesisError } from '../errors.js'
import { KafkaAdmin } from './admin.js'
import { kafkaError } from './errors.js'
import { StoreWriter } from './store-writer.js'
import type { Store, StoreEntry, StoreListener, StoreWrite } from './store.js'
import { TopicReader } from './topic-reader.js'
import type { RecordCursor } from './wire/record-batch-read.js'
import { TransactionFilter } from './wire/transaction-filter.js'

export interface KafkaStoreOptions {
  readonly topic: string
  /** Null: the topic must exist. */
  readonly creation: { readonly replicationFactor: number; readonly config?: Readonly<Record<string, string>> } | null
  /** Whether the topic is created again if it is deleted while it is followed: its writers can write all of it again. */
  readonly isExpendable?: boolean
  /** Told of what keeps the store from following the log, and (null) once it follows again. */
  readonly onTrouble?: (error: GenesisError | null) => void
}

/** Whose records they are, so that a writer finds its own. */
const writeId = 'genesis.write'

const partition = 0

/** How long the broker waits for more before it answers a fetch, ms: how often an idle store asks. */
const maxWaitMs = 500

/** How often the topic's identity is looked at while nothing else asks for it, ms. */
const identifyMs = 5_000

/** How long a passing error is waited out before it is trouble, ms. */
const troubleMs = 3_000

const retryMs = 250

/** A store in a topic of its own, with one partition. */
export class KafkaStore implements Store {
  readonly #options: KafkaStoreOptions
  readonly #admin: KafkaAdmin
  /** For the log's end and the topic's identity: the follower's connection is busy with waiting. */
  readonly #control: TopicReader
  readonly #follower: TopicReader
  readonly #writer: StoreWriter
  readonly #timeoutMs: number
  readonly #entries = new Map<string, StoreEntry>()
  readonly #listeners = new Set<StoreListener>()
  readonly #waiting = new Set<() => void>()
  /** By write id: the caller that waits to see its record. */
  readonly #pending = new Map<string, (entry: StoreEntry) => void>()
  #filter = new TransactionFilter<{ entry: StoreEntry; id: string | null }>()
  #position = 0
  #followedAt = -Infinity
  #topicId: string | null = null
  /** Counts the topics that had this name. */
  #epoch = 0
  #identifiedAt = 0
  #closed = false
  #following: Promise<void> | null = null
  #writing: Promise<unknown> = Promise.resolve()

  constructor(cluster: ClusterOptions, options: KafkaStoreOptions) {
    const { topic } = options
    this.#options = options
    this.#timeoutMs = cluster.requestTimeoutMs
    this.#admin = new KafkaAdmin(cluster)
    const reading = { fetchBytes: 1 << 20, stallMs: troubleMs, maxWaitMs }
    this.#control = new TopicReader(cluster, topic, reading)
    this.#follower = new TopicReader(cluster, topic, reading)
    this.#writer = new StoreWriter(cluster, topic)
  }

  get entries(): ReadonlyMap<string, StoreEntry> {
    return this.#entries
  }

  get position(): number {
    return this.#position
  }

  get followedAt(): number {
    return this.#followedAt
  }

  get topicId(): string | null {
    return this.#topicId
  }

  async open(): Promise<void> {
    await this.#ensureTopic()
    await this.#identify()
    // A call that is made again after a failure finds it following.
    this.#following ??= this.#follow()
    await this.readToEnd()
  }

  async readToEnd(): Promise<void> {
    for (;;) {
      const askedAt = Date.now()
      const end = await this.#identify()
      const epoch = this.#epoch
      await this.#until(() => this.#position >= end || epoch !== this.#epoch)
      if (epoch !== this.#epoch) continue
      // Of an empty log the first answer to a poll comes late.
      this.#followedAt = Math.max(this.#followedAt, askedAt)
      return
    }
  }

  async readTo(offset: number, timeoutMs: number): Promise<void> {
    if (await this.#until(() => this.#position >= offset, timeoutMs)) return
    throw new GenesisError('KAFKA_TIMEOUT', 'the log has not come so far in time', {
      place: `topic ${this.#options.topic}`,
      found: `offset ${this.#position} after ${timeoutMs} ms`,
      expected: `offset ${offset}`,
    })
  }

  write(records: readonly StoreWrite[]): Promise<readonly StoreEntry[]> {
    // One after the other: they would be in one transaction otherwise.
    const written = this.#writing.then(() => this.#write(records))
    this.#writing = written.catch(() => undefined)
    return written
  }

  subscribe(listener: StoreListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#wake()
    await Promise.all([this.#writer.close(), this.#follower.close(), this.#control.close(), this.#admin.close()])
    await this.#following
  }

  async #ensureTopic(): Promise<void> {
    const { topic, creation } = this.#options
    const config = { 'cleanup.policy': 'compact' }
    await this.#admin.ensureTopic(
      topic,
      creation && {
        partitions: 1,
        replicationFactor: creation.replicationFactor,
        config: { ...creation.config, ...config },
      },
      { partitions: 1, config },
    )
  }

  async #write(records: readonly StoreWrite[]): Promise<readonly StoreEntry[]> {
    this.#assertOpen()
    const found = new Map<string, StoreEntry>()
    const ids = records.map(() => randomUUID())
    for (const id of ids)
      this.#pending.set(id, (entry) => {
        found.set(id, entry)
        this.#pending.delete(id)
      })
    const isSeen = (): boolean => found.size === ids.length
    try {
      await this.#append(records, ids, isSeen)
      // What is acknowledged is in the log, and is read next.
      if (await this.#until(isSeen, this.#timeoutMs)) return ids.map((id) => found.get(id)!)
      throw new GenesisError('KAFKA_TIMEOUT', 'a record was written and is not read back', {
        place: `topic ${this.#options.topic}`,
        found: `offset ${this.#position} after ${this.#timeoutMs} ms`,
      })
    } finally {
      for (const id of ids) this.#pending.delete(id)
    }
  }

  /** Resolves once the records are in the log, acknowledged or not. */
  async #append(records: readonly StoreWrite[], ids: readonly string[], isSeen: () => boolean): Promise<void> {
    try {
      await this.#writer.append(
        records.map(({ key, value }, i) => ({ key: Buffer.from(key), value, headers: [[writeId, ids[i]]] })),
      )
    } catch (error) {
      this.#assertOpen()
      // It may be there all the same, with its answer lost.
      await this.readToEnd()
      if (!isSeen()) throw asGenesisError(error)
    }
  }

  async #follow(): Promise<void> {
    let isTroubled = false
    while (!this.#closed) {
      try {
        if (performance.now() - this.#identifiedAt > identifyMs) await this.#identify()
        const epoch = this.#epoch
        const { batches, next } = await this.#follower.poll(partition, this.#position, 'uncommitted')
        // Asked of a log that was recreated meanwhile: its offsets say nothing about the new one.
        if (epoch !== this.#epoch) continue
        for (const batch of batches) this.#take(batch)
        this.#position = Math.max(this.#position, next)
        this.#followedAt = Date.now()
        this.#wake()
        if (isTroubled) this.#options.onTrouble?.(null)
        isTroubled = false
      } catch (error) {
        if (this.#closed) return
        if (!isTroubled) this.#options.onTrouble?.(kafkaError(error))
        isTroubled = true
        this.#identifiedAt = -Infinity
        await sleep(retryMs)
      }
    }
  }

  #take(batch: RecordCursor): void {
    this.#filter.take(
      batch,
      (record) => {
        const key = record.key()?.toString()
        if (key === undefined) return null
        const value = record.value()
        const { offset, timestamp } = record
        // Only who waits for a record of its own has to know whose it is.
        const id = this.#pending.size === 0 ? null : idOf(record)
        return { entry: { key, value: value === null ? null : Buffer.from(value), offset, timestamp }, id }
      },
      ({ entry, id }) => this.#decide(entry, id),
    )
  }

  #decide(entry: StoreEntry, id: string | null): void {
    const known = this.#entries.get(entry.key)
    // The last one in the log counts. That of somebody's transaction is decided late.
    if (known === undefined || known.offset < entry.offset) {
      if (entry.value === null) this.#entries.delete(entry.key)
      else this.#entries.set(entry.key, entry)
    }
    if (id !== null) this.#pending.get(id)?.(entry)
    for (const listener of this.#listeners) listener.record(entry)
  }

  /**
   * The log's end. Begins anew if the topic is another one, or has become shorter, which is the same. Rejects with TOPIC_MISSING
   * if there is none.
   */
  async #identify(): Promise<number> {
    const { topicId, start, end } = await this.#lookUp()
    this.#assertOpen()
    this.#identifiedAt = performance.now()
    const isFirst = this.#topicId === null
    if (!isFirst && (topicId !== this.#topicId || end < this.#position)) this.#reset()
    this.#topicId = topicId
    this.#position = Math.max(this.#position, start)
    return end
  }

  async #lookUp(): Promise<{ topicId: string | null; start: number; end: number }> {
    const { topic, isExpendable } = this.#options
    const asked = async (): Promise<{ topicId: string | null; start: number; end: number }> => {
      this.#control.refresh()
      const topicId = await this.#control.topicId()
      const [{ start, end }] = await this.#control.ranges()
      return { topicId, start, end }
    }
    try {
      return await asked()
    } catch (error) {
      this.#assertOpen()
      if ((await this.#admin.describe(topic)) !== null) throw error
      if (isExpendable === true) {
        await this.#ensureTopic()
        return await asked()
      }
      throw new GenesisError('TOPIC_MISSING', 'the topic does not exist any more', {
        place: `topic ${topic}`,
        remedy: 'Restore it, or restart every worker of the group: they create it empty',
        cause: error,
      })
    }
  }

  #reset(): void {
    this.#epoch++
    this.#position = 0
    this.#entries.clear()
    this.#filter = new TransactionFilter()
    this.#follower.refresh()
    for (const listener of this.#listeners) listener.reset()
    this.#wake()
  }

  /** Waits until it is so, asking after everything that is read; false after `timeoutMs`. Rejects once the store is closed. */
  async #until(so: () => boolean, timeoutMs = Infinity): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      this.#assertOpen()
      if (so()) return true
      const leftMs = deadline - performance.now()
      if (leftMs <= 0) return false
      let timer: NodeJS.Timeout | undefined
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve)
        if (leftMs !== Infinity) timer = setTimeout(resolve, leftMs)
      })
      clearTimeout(timer)
    }
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }

  #assertOpen(): void {
    if (this.#closed) throw new GenesisError('INTERNAL', 'the store is closed')
  }
}

function idOf(record: RecordCursor): string | null {
  for (const [name, value] of record.headers()) if (name === writeId) return value?.toString() ?? null
  return null
}
