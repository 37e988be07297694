/**
 * The producer port, directly on the protocol: frames encoded batches as record batches and sends them over @platformatic/kafka's
 * connections. Built for one thread that generates and sends: all work here is per batch, except for framing the records.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '../../config/cluster.js'
import { GenesisError } from '../../errors.js'
import type { EncodedBatch } from '../../record.js'
import { OwnConnections, type BrokerSource } from '../broker-source.js'
import { ClusterConnections } from '../cluster-connections.js'
import { codecs } from '../codec.js'
import { kafkaError, recordTooLarge } from '../errors.js'
import { sizeLimit } from '../producer.js'
import type { KafkaProducer, ProducerOptions, SideRecord } from '../producer.js'
import { endedFromOutside } from './ended-from-outside.js'
import { Leaders } from './leaders.js'
import { ProduceWindow } from './produce-window.js'
import type { TopicRecords } from './produce-window.js'
import { RecordStage } from './record-stage.js'
import type { StageLimits } from './record-stage.js'
import { RequestPace } from './request-pace.js'
import { frameSideRecord } from './side-records.js'
import { TransactionCoordinator, idempotentIdentity } from './transaction-coordinator.js'
import type { TopicPartition } from './transaction-coordinator.js'
import { next } from './transaction-state.js'
import type { TransactionEvent, TransactionState } from './transaction-state.js'

/** Bytes collected while requests are in flight. Measured: smaller costs requests, larger costs cache misses. */
const stageBytes = 1 << 20
/** With several partitions: the broker pays for each one's part of a request. */
const maxStageBytes = 2 * stageBytes
/** With compression: smaller parts keep several threads busy, and the last one is soon done. */
const packedStageBytes = 1 << 18

/** In-flight requests per connection: more than the window allows. */
const maxInflights = 16

/** How long closing waits for in-flight requests and the abort. */
const closeMs = 2000
/** How long a producer in a hurry bears a broker's silence. */
const maxSilentMs = 6000

export class WireProducer implements KafkaProducer {
  readonly #options: ProducerOptions
  readonly #requestTimeoutMs: number
  readonly #connections: ClusterConnections
  readonly #leaders: Leaders
  readonly #coordinator: TransactionCoordinator | null
  readonly #pace: RequestPace
  readonly #limits: StageLimits
  readonly #stage: RecordStage
  readonly #topics: Set<string>
  #window: ProduceWindow | null = null
  #v2 = false
  #state: TransactionState = 'new'
  /** When the open transaction began, ms since 1970. */
  #begunAt = 0
  #failure: GenesisError | null = null
  #failing: Promise<GenesisError> | null = null
  #wake: (() => void) | null = null
  #hurry: NodeJS.Timeout | undefined
  /** Rejects the call in progress. */
  #cutShort: (error: GenesisError) => void = () => undefined
  #soon = false
  /** Where the last commit had its side records: the next one will have them there too. */
  #sides: readonly TopicPartition[] = []

  /** `shared`: connections for a producer with a transactional id, whose late requests no broker accepts. */
  constructor(cluster: ClusterOptions, options: ProducerOptions, shared: BrokerSource | null = null) {
    this.#options = options
    this.#requestTimeoutMs = cluster.requestTimeoutMs
    const isOwn = options.transactionalId === null || shared === null
    const source = isOwn ? new OwnConnections(cluster, { maxInflights }) : shared
    this.#connections = new ClusterConnections(cluster, source)
    this.#leaders = new Leaders(this.#connections, cluster.requestTimeoutMs, options.topicIds)
    const { transactionalId, topic, partitions, maxMessageBytes, maxBatchBytes = maxMessageBytes } = options
    const batchBytes = Math.min(maxBatchBytes, maxMessageBytes)
    this.#coordinator =
      transactionalId === null
        ? null
        : new TransactionCoordinator(this.#connections, transactionalId, cluster.requestTimeoutMs, options.onThrottle)
    const perPartition = options.compression === 'none' ? stageBytes : packedStageBytes
    const maxBytes = Math.min(maxStageBytes, perPartition * partitions, batchBytes * partitions)
    this.#pace = new RequestPace(maxBytes, source.requestSize)
    this.#limits = { partitions, batchBytes, soleRecordBytes: maxMessageBytes, bytes: this.#pace.bytes }
    this.#stage = new RecordStage(this.#limits)
    this.#topics = new Set([topic])
  }

  init(): Promise<void> {
    return this.#attempt(async () => {
      const { transactionalId, transactionTimeoutMs } = this.#options
      next(this.#state, 'init')
      await this.#leaders.find([...this.#topics])
      await this.#coordinator?.fence(transactionTimeoutMs)
      this.#v2 = (await this.#coordinator?.speaksV2()) ?? false
      const identity =
        this.#coordinator?.producer ?? (await idempotentIdentity(this.#connections, this.#requestTimeoutMs))
      this.#window = new ProduceWindow(
        {
          leaders: this.#leaders,
          transactionalId,
          v2: this.#v2,
          mayBegin: () => this.#coordinator?.mayBegin() ?? Promise.resolve(),
          timeoutMs: this.#requestTimeoutMs,
          sizeLimit: (topic) => sizeLimit(this.#options, topic),
          pace: this.#pace,
          onThrottle: (ms) => this.#options.onThrottle?.(ms),
          onProgress: () => this.#progress(),
          onFailure: (error) => void this.#fail(error),
        },
        identity,
      )
      // Fails if it was closed meanwhile.
      this.#enter('init')
    })
  }

  send(batch: EncodedBatch, partitions: Int32Array): Promise<void> {
    return this.#attempt(async () => {
      await this.#begin()
      this.#enter('send')
      const now = Date.now()
      let dispatched = false
      for (let i = 0; ;) {
        this.#limits.bytes = this.#pace.bytes
        i = this.#stage.add(batch, partitions, i, now)
        if (i === batch.length) break
        if (this.#stage.count === 0) throw this.#tooLarge(batch, i, partitions[i])
        await this.#until(() => this.#dispatch([]))
        dispatched = true
      }
      this.#dispatchSoon()
      // Gives the sockets a turn even if the caller never waits for anything else.
      if (dispatched) await nextTurn()
    })
  }

  commit(side: readonly SideRecord[]): Promise<void> {
    return this.#attempt(async () => {
      if (this.#state === 'ready' && side.length === 0) return
      for (const { topic } of side) this.#topics.add(topic)
      await this.#begin()
      const unknown = [...this.#topics].filter((topic) => !this.#leaders.knows([topic]))
      if (unknown.length > 0) await this.#leaders.find(unknown)
      this.#enter('commit')
      const now = Date.now()
      const records = side.map((record) => frameSideRecord(record, now))
      this.#sides = records
      if (this.#coordinator === null) {
        await this.#deliver([])
        for (const record of records) await this.#deliver([record])
      } else {
        for (const record of records) await this.#until(() => this.#dispatch([record]))
        await this.#deliver([])
        if (this.#window?.joined.size !== 0) await this.#coordinator.end(true, this.#v2)
        this.#window?.reset(this.#coordinator.producer)
      }
      this.#stage.release()
      this.#enter('committed')
    })
  }

  /** `silentMs`: for tests. */
  hurry(silentMs = maxSilentMs): void {
    const began = performance.now()
    this.#hurry ??= setInterval(() => {
      if (performance.now() - Math.max(began, this.#connections.heardAt) < silentMs) return
      clearInterval(this.#hurry)
      const found = `silence for ${silentMs / 1000} s`
      this.#cutShort(new GenesisError('KAFKA_TIMEOUT', 'a broker did not answer in time', { found }))
      void this.#connections.close()
    }, silentMs / 20)
  }

  async close(): Promise<void> {
    clearInterval(this.#hurry)
    if (this.#state === 'closed') return
    const state = this.#state
    this.#enter('close')
    this.#failure ??= new GenesisError('INTERNAL', 'the producer is closed')
    this.#wake?.()
    try {
      if (state === 'open' || state === 'failed')
        await Promise.race([this.#abort(), sleep(closeMs, null, { ref: false })])
    } catch {
      // The next owner of the transactional id ends it, or it times out.
    }
    this.#window?.stop()
    this.#stage.discard()
    await this.#connections.close()
  }

  async #begin(): Promise<void> {
    if (this.#state !== 'ready') return
    // A broker closes connections that were idle for long, and a leader may have moved.
    const topics = [...this.#topics]
    if (!this.#leaders.knows(topics)) await this.#leaders.find(topics)
    this.#begunAt = Date.now()
    this.#enter('begin')
  }

  /** Sends what is staged plus these records, and waits for all acknowledgements. */
  async #deliver(side: readonly TopicRecords[]): Promise<void> {
    await this.#until(() => this.#dispatch(side))
    await this.#until(() => this.#window?.inFlight === 0)
  }

  /**
   * Small batches are sent while nothing is in flight, and collected otherwise: with the next turn of the event loop, so that a commit
   * that comes at once sends its checkpoint in the same request.
   */
  #dispatchSoon(): void {
    if (this.#soon || this.#window?.inFlight !== 0) return
    this.#soon = true
    setImmediate(() => {
      this.#soon = false
      if (this.#wake === null) this.#progress()
    })
  }

  /** Sends what is staged plus these records if possible now; true if nothing is left. */
  #dispatch(side: readonly TopicRecords[]): boolean {
    const window = this.#window
    if (this.#stage.count === 0 && side.length === 0) return true
    // Nothing may follow an abort: it would begin another transaction.
    if (window === null || window.busy || this.#failing !== null || this.#failure !== null) return false
    const { topic, compression } = this.#options
    if (this.#coordinator !== null && !this.#v2) {
      const staged = this.#stage.partitions.map((partition) => ({ topic, partition }))
      const missing = [...staged, ...side].filter((one) => !window.joined.has(`${one.topic}/${one.partition}`))
      if (missing.length > 0) {
        this.#join(window, missing)
        return false
      }
    }
    const codec = codecs[compression]
    // Field by field: spreading them took a fifth of the memory that a dispatch allocates.
    const framed = this.#stage.frame().map(({ partition, count, baseTimestamp, maxTimestamp, bytes }): TopicRecords => {
      return { topic, partition, count, baseTimestamp, maxTimestamp, bytes, codec }
    })
    window.dispatch([...framed, ...side])
    return true
  }

  #join(window: ProduceWindow, missing: readonly TopicPartition[]): void {
    // Saves a round trip per transaction: one request with the first records.
    const sides = window.joined.size === 0 ? this.#sides : []
    const all = new Map(
      [...missing, ...sides].map(({ topic, partition }) => [`${topic}/${partition}`, { topic, partition }]),
    )
    const partitions = [...all.values()]
    if (this.#coordinator !== null) window.join(partitions, this.#coordinator.add(partitions))
  }

  /** Aborts, unless something in flight has an unknown outcome: a late batch would begin a new transaction. */
  async #abort(): Promise<void> {
    const window = this.#window
    if (this.#coordinator === null || window === null) return
    while (window.inFlight > 0 && !window.failed) await new Promise<void>((resolve) => (this.#wake = resolve))
    if (window.inFlight === 0 && window.joined.size > 0) await this.#coordinator.end(false, this.#v2)
  }

  #enter(event: TransactionEvent): void {
    this.#state = next(this.#state, event)
  }

  #progress(): void {
    if (this.#wake !== null) this.#wake()
    else if (this.#window?.inFlight === 0) this.#dispatch([])
  }

  /** Waits for a condition, checked after every acknowledgement; rejects if the producer has failed. */
  async #until(so: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failing !== null) throw await this.#failing
      if (this.#failure !== null) throw this.#failure
      if (so()) return
      await new Promise<void>((resolve) => (this.#wake = resolve))
      this.#wake = null
    }
  }

  /** Any rejection ends the producer. */
  async #attempt(call: () => Promise<void>): Promise<void> {
    if (this.#failing !== null) throw await this.#failing
    if (this.#failure !== null) throw this.#failure
    try {
      await new Promise<void>((resolve, reject) => {
        this.#cutShort = reject
        call().then(resolve, reject)
      })
    } catch (error) {
      throw await this.#fail(error)
    }
  }

  #fail(thrown: unknown): Promise<GenesisError> {
    this.#failing ??= this.#explain(thrown).then((error) => {
      this.#enter(error.code === 'KAFKA_FENCED' ? 'fence' : 'fail')
      this.#failure ??= error
      return this.#failure
    })
    this.#wake?.()
    return this.#failing
  }

  #explain(thrown: unknown): Promise<GenesisError> {
    const { transactionalId, transactionTimeoutMs } = this.#options
    if (this.#coordinator === null || this.#state === 'new')
      return Promise.resolve(kafkaError(thrown, { transactionalId }))
    const openMs = Date.now() - this.#begunAt
    return endedFromOutside(thrown, { transactionalId, transactionTimeoutMs, openMs }, this.#coordinator)
  }

  #tooLarge(batch: EncodedBatch, i: number, partition: number): GenesisError {
    const { topic, maxMessageBytes } = this.#options
    const size = batch.offsets[2 * i + 2] - batch.offsets[2 * i]
    return recordTooLarge(
      { topic, partition, maxMessageBytes },
      `${size} bytes of key and value at position ${batch.start + i * batch.stride}`,
    )
  }
}
