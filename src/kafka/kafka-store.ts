import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '../config/cluster.js'
import { asGenesisError, GenesisError } from '../errors.js'
import { compacted, KafkaAdmin } from './admin.js'
import { kafkaError } from './errors.js'
import { sharedRuns } from './shared-runs.js'
import { StoreWriter } from './store-writer.js'
import type { Store, StoreEntry, StoreListener, StoreWrite } from './store.js'
import { TopicReader } from './topic-reader.js'
import type { RecordCursor } from './wire/record-batch-read.js'
import { retryUntil, slowBackoff } from './wire/retry-until.js'
import { TransactionFilter } from './wire/transaction-filter.js'

export interface KafkaStoreOptions {
  readonly topic: string
  /** Null: the topic must exist. */
  readonly creation: { readonly replicationFactor: number; readonly config?: Readonly<Record<string, string>> } | null
  /** Whether to recreate the topic if it is deleted while being followed: its writers can write all of it again. */
  readonly isExpendable?: boolean
  /** Called with the error that keeps the store from following the log, and with null once it follows again. */
  readonly onTrouble?: (error: GenesisError | null) => void
}

/** Marks records with their writer, so that it can find its own. */
const writeId = 'genesis.write'

const partition = 0

/** How long the broker may hold a fetch waiting for data, ms: the polling interval of an idle store. */
const maxWaitMs = 500

/** Interval at which the topic's identity is checked, in ms; its end may give reason to check sooner. */
const identifyMs = 5_000

/** How long a temporary error may last before it is reported, ms. */
const troubleMs = 3_000

const retryMs = 250

/** A store in its own single-partition topic. */
export class KafkaStore implements Store {
  readonly #options: KafkaStoreOptions
  readonly #admin: KafkaAdmin
  /** For the log's end and the topic's identity: the follower's connection is blocked by waiting fetches. */
  readonly #control: TopicReader
  readonly #follower: TopicReader
  readonly #writer: StoreWriter
  readonly #timeoutMs: number
  readonly #entries = new Map<string, StoreEntry>()
  readonly #listeners = new Set<StoreListener>()
  readonly #waiting = new Set<() => void>()
  /** The log's end as of the call. A busy broker answers late, so calls that arrive in the meantime share an answer. */
  readonly #end = sharedRuns(() => this.#identify())
  /** By write id: the caller waiting to see its record. */
  readonly #pending = new Map<string, (entry: StoreEntry) => void>()
  #filter = new TransactionFilter<{ entry: StoreEntry; id: string | null }>()
  #position = 0
  #followedAt = -Infinity
  #topicId: string | null = null
  /** Counts successive topics of this name. */
  #epoch = 0
  #identifiedAt = 0
  /** The last read succeeded, so its offset is within the log. */
  #isFollowing = false
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
    // A retried call finds it already following.
    this.#following ??= this.#follow()
    await this.readToEnd()
  }

  async readToEnd(): Promise<void> {
    for (;;) {
      const askedAt = Date.now()
      const end = await this.#end()
      const epoch = this.#epoch
      await this.#until(() => this.#position >= end || epoch !== this.#epoch)
      if (epoch !== this.#epoch) continue
      // The first response for an empty log comes late.
      this.#followedAt = Math.max(this.#followedAt, askedAt)
      return
    }
  }

  async readTo(offset: number, timeoutMs: number): Promise<void> {
    if (await this.#until(() => this.#position >= offset, timeoutMs)) return
    throw new GenesisError('KAFKA_TIMEOUT', 'the log did not reach the offset in time', {
      place: `topic ${this.#options.topic}`,
      found: `offset ${this.#position} after ${timeoutMs} ms`,
      expected: `offset ${offset}`,
    })
  }

  write(records: readonly StoreWrite[]): Promise<readonly StoreEntry[]> {
    // One at a time: they would share a transaction otherwise.
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
    await this.#admin.ensureTopic(
      topic,
      creation && {
        partitions: 1,
        replicationFactor: creation.replicationFactor,
        config: { ...creation.config, ...compacted },
      },
      { partitions: 1, config: compacted },
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
      // Acknowledged records are in the log and will be read next.
      if (await this.#until(isSeen, this.#timeoutMs)) return ids.map((id) => found.get(id)!)
      throw new GenesisError('KAFKA_TIMEOUT', 'a record was written but could not be read back', {
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
      // It may still be there, with only its response lost.
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
        // Requested of a log that was recreated meanwhile: its offsets mean nothing in the new one.
        if (epoch !== this.#epoch) continue
        for (const batch of batches) this.#take(batch)
        this.#position = Math.max(this.#position, next)
        this.#followedAt = Date.now()
        this.#isFollowing = true
        this.#wake()
        if (isTroubled) this.#options.onTrouble?.(null)
        isTroubled = false
      } catch (error) {
        if (this.#closed) return
        if (!isTroubled) this.#options.onTrouble?.(kafkaError(error))
        isTroubled = true
        this.#identifiedAt = -Infinity
        this.#isFollowing = false
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
        // Only a caller waiting for its own record needs to know the writer.
        const id = this.#pending.size === 0 ? null : idOf(record)
        return { entry: { key, value: value === null ? null : Buffer.from(value), offset, timestamp }, id }
      },
      ({ entry, id }) => this.#decide(entry, id),
    )
  }

  #decide(entry: StoreEntry, id: string | null): void {
    const known = this.#entries.get(entry.key)
    // The last one in the log wins. A transactional one would be decided late.
    if (known === undefined || known.offset < entry.offset) {
      if (entry.value === null) this.#entries.delete(entry.key)
      else this.#entries.set(entry.key, entry)
    }
    if (id !== null) this.#pending.get(id)?.(entry)
    for (const listener of this.#listeners) listener.record(entry)
  }

  /**
   * The log's end. Starts over if the topic was replaced or is shorter, which amounts to the same. Rejects with TOPIC_MISSING
   * if there is none.
   */
  async #identify(): Promise<number> {
    for (;;) {
      const [epoch, position] = [this.#epoch, this.#position]
      const { topicId, start, end } = await this.#lookUp(position)
      this.#assertOpen()
      // Another look has found a new log meanwhile; this one may have seen the one before.
      if (epoch !== this.#epoch) continue
      const isFirst = this.#topicId === null
      // Not by the position now: records that came after the response was sent may have been read already.
      if (!isFirst && (topicId !== this.#topicId || end < position)) this.#reset()
      this.#topicId = topicId
      this.#position = Math.max(this.#position, start)
      return end
    }
  }

  async #lookUp(position: number): Promise<{ topicId: string | null; start: number; end: number }> {
    const { topic, isExpendable } = this.#options
    const asked = async (): Promise<{ topicId: string | null; start: number; end: number }> => {
      this.#control.refresh()
      const topicId = await this.#control.topicId()
      const [{ start, end }] = await this.#control.ranges()
      this.#identifiedAt = performance.now()
      return { topicId, start, end }
    }
    try {
      // A log that is identified and readable only needs its end: one request. A replaced log is shorter at first.
      if (this.#isFollowing && performance.now() - this.#identifiedAt <= identifyMs) {
        const [topicId, end] = [this.#topicId, await this.#control.end(partition)]
        if (end >= position) return { topicId, start: 0, end }
      }
      return await asked()
    } catch (error) {
      this.#assertOpen()
      // The leader of a new topic may be slow to hear of it.
      const askedNew = () => retryUntil(this.#timeoutMs, slowBackoff, { topic, operation: 'Read' }, asked)
      const found = await this.#admin.describe(topic)
      if (found !== null) {
        if (this.#topicId === null || found.topicId === this.#topicId) throw error
        return await askedNew()
      }
      if (isExpendable === true) {
        await this.#ensureTopic()
        return await askedNew()
      }
      throw new GenesisError('TOPIC_MISSING', 'the topic no longer exists', {
        place: `topic ${topic}`,
        remedy: 'Restore it, or restart every worker of the group to have it recreated, empty',
        cause: error,
      })
    }
  }

  #reset(): void {
    this.#epoch++
    this.#isFollowing = false
    this.#position = 0
    this.#entries.clear()
    this.#filter = new TransactionFilter()
    this.#follower.refresh()
    for (const listener of this.#listeners) listener.reset()
    this.#wake()
  }

  /** Waits for a condition, checked after every read; false after `timeoutMs`. Rejects once the store is closed. */
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
