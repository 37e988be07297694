/**
 * In-flight record batches: sends them to the leaders in sequence-number order, several requests at a time,
 * and tracks them until acknowledged. A request whose response is lost is never resent.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Codec } from '../codec.js'
import { protocolFailure } from '../errors.js'
import { GenesisError } from '../../errors.js'
import type { SizeLimit } from '../producer.js'
import { lend, Loan, minLentBytes } from '../lent-memory.js'
import { giveBack, takeMemory } from '../request-memory.js'
import { ThrottleMeter } from '../throttle.js'
import type { Leaders } from './leaders.js'
import { compress } from './compress-batch.js'
import { isById, withNames } from './produce-by-id.js'
import { fastBackoff } from './retry-until.js'
import { produceApis, produceByIdApi, produceV2Api } from './produce-request.js'
import type { ProducePart, ProduceResult } from './produce-request.js'
import type { ProducerIdentity } from './record-batch.js'
import { writeHeader } from './record-batch-write.js'
import type { BatchFacts } from './record-batch-write.js'
import type { FramedRecords } from './record-stage.js'
import type { RequestPace } from './request-pace.js'
import { SequenceNumbers } from './sequences.js'
import type { TopicPartition } from './transaction-coordinator.js'

const unknownTopicOrPartition = 3
const notLeader = 6
const concurrentTransactions = 51
const unknownTopicId = 100

/** A leader that does not know its topic yet returns one of these. */
const unheard = new Set([unknownTopicOrPartition, notLeader, unknownTopicId])

/** How long a leader that the metadata names may take to learn of its topic. */
const newLeaderMs = 500

export interface WindowOptions {
  readonly leaders: Leaders
  readonly transactionalId: string | null
  /** Transactions v2: a partition's first batch implicitly adds it to the transaction (KIP-890). */
  readonly v2: boolean
  /** Resolves when the broker accepts the first records of another transaction. @default at once */
  readonly mayBegin?: () => Promise<void>
  /** Maximum time for the broker to replicate, and for waiting out CONCURRENT_TRANSACTIONS. */
  readonly timeoutMs: number
  readonly sizeLimit: (topic: string) => SizeLimit
  readonly pace: RequestPace
  /** Called with how long a quota throttles the producer. */
  readonly onThrottle: (ms: number) => void
  /** Called after every acknowledgement. */
  readonly onProgress: () => void
  /** Called on the first failure, possibly again on later ones: nothing is sent after it. */
  readonly onFailure: (error: unknown) => void
}

export interface TopicRecords extends FramedRecords {
  readonly topic: string
  readonly codec: Codec
}

interface SentPart extends ProducePart {
  /** Before compression. */
  readonly stagedBytes: number
}

// Brokers remember a producer's last five batches; Java's client has the same limit.
const limit = 5

export class ProduceWindow {
  readonly #options: WindowOptions
  readonly #sequences: SequenceNumbers
  readonly #joined = new Set<string>()
  #identity: ProducerIdentity
  #inFlight = 0
  #joining = false
  #failed = false
  readonly #throttle = new ThrottleMeter()
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(options: WindowOptions, identity: ProducerIdentity, sequences = new SequenceNumbers()) {
    this.#options = options
    this.#identity = identity
    this.#sequences = sequences
  }

  /** Whether dispatching must wait. A dispatch may hold a batch for every partition. */
  get busy(): boolean {
    return this.#failed || this.#inFlight >= limit || this.#joining || this.#throttle.leftMs() > 0
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** A request was sent and its outcome is unknown. */
  get failed(): boolean {
    return this.#failed
  }

  /** The partitions of the open transaction. */
  get joined(): ReadonlySet<string> {
    return this.#joined
  }

  /** The transaction has ended: none is open, and the next one uses `identity`. */
  reset(identity: ProducerIdentity): void {
    this.#joined.clear()
    if (identity.id !== this.#identity.id || identity.epoch !== this.#identity.epoch) this.#sequences.reset()
    this.#identity = identity
  }

  /** Nothing more is sent. */
  stop(): void {
    this.#failed = true
    clearTimeout(this.#timer)
  }

  /** Holds everything until partitions have been added to the transaction (transactions v1). */
  join(partitions: readonly TopicPartition[], added: Promise<void>): void {
    this.#joining = true
    added.then(() => {
      for (const partition of partitions) this.#joined.add(nameOf(partition))
      this.#joining = false
      this.#options.onProgress()
    }, this.#fail)
  }

  /** Sends one batch to each of some partitions. Memory that is not lent may be reused once this returns. */
  dispatch(all: readonly TopicRecords[]): void {
    const facts = all.map((records): BatchFacts => {
      const { topic, partition, count, baseTimestamp, maxTimestamp } = records
      return {
        count,
        baseTimestamp,
        maxTimestamp,
        producer: this.#identity,
        transactional: this.#options.transactionalId !== null,
        baseSequence: this.#sequences.take(topic, partition, count),
      }
    })
    this.#inFlight++
    const isPlain = all.every(({ codec }) => codec.id === 0)
    const sent = isPlain ? this.#sendPlain(all, facts) : this.#compressAndSend(all, facts)
    sent.then(() => {
      this.#inFlight--
      this.#options.onProgress()
    }, this.#fail)
  }

  async #sendPlain(all: readonly TopicRecords[], facts: readonly BatchFacts[]): Promise<void> {
    const isFirst = this.#isFirst(all)
    if (isFirst) this.#joining = true
    const copies: Buffer[] = []
    const parts = all.map((records, i) => {
      writeHeader(records.bytes, 0, facts[i])
      return this.#partOf(records, isFirst ? copyInto(copies, records.bytes) : records.bytes)
    })
    await this.#send(parts, isFirst)
    copies.forEach(giveBack)
    if (!isFirst) return
    for (const records of all) this.#joined.add(nameOf(records))
    this.#joining = false
  }

  // A partition's first batch must be in before the second is sent: it may be answered CONCURRENT_TRANSACTIONS, or its
  // leader may not have heard of a new topic. In transactions v1 adding the partition comes first.
  #isFirst(all: readonly TopicRecords[]): boolean {
    const { v2, transactionalId } = this.#options
    return (v2 || transactionalId === null) && all.some((records) => !this.#joined.has(nameOf(records)))
  }

  /** Compresses at once, several batches at a time, also while a partition's first batch is on its way; sends in order. */
  async #compressAndSend(all: readonly TopicRecords[], facts: readonly BatchFacts[]): Promise<void> {
    const before = this.#turn
    const packed = Promise.all(
      all.map(async (records, i) => {
        // Now: its bytes are none any more if the stage's memory grows meanwhile.
        const part = this.#partOf(records, records.bytes)
        return { ...part, batch: await compress(records, facts[i]) }
      }),
    )
    const sent = Promise.all([packed, before]).then(([parts]) => {
      const isFirst = this.#isFirst(all)
      const done = this.#send(parts, isFirst).then(() => {
        if (isFirst) for (const records of all) this.#joined.add(nameOf(records))
      })
      return { done, next: isFirst ? done : undefined }
    })
    // What follows a failure is not sent: it fails, too.
    this.#turn = sent.then(({ next }) => next)
    this.#turn.catch(() => undefined)
    const { done } = await sent
    await done
  }

  async #send(parts: readonly SentPart[], joining: boolean): Promise<void> {
    if (joining && this.#joined.size === 0) await this.#options.mayBegin?.()
    if (this.#failed) return
    const nodes = new Map<number, SentPart[]>()
    for (const part of parts) {
      const node = this.#options.leaders.of(part.topic, part.partition)
      const same = nodes.get(node)
      if (same === undefined) nodes.set(node, [part])
      else same.push(part)
    }
    await Promise.all([...nodes].map(([node, parts]) => this.#request(node, parts, joining)))
  }

  async #request(node: number, parts: SentPart[], joining: boolean): Promise<void> {
    const { leaders, v2, transactionalId, timeoutMs, pace } = this.#options
    const broker = leaders.broker(node)
    const byId = isById(broker, v2 || transactionalId === null, parts)
    const api = byId ? produceByIdApi : v2 ? produceV2Api : broker.choose(...produceApis)
    let since: number | null = null
    for (let waitMs = fastBackoff.firstMs; ; waitMs = Math.min(waitMs * 1.5, fastBackoff.maxMs)) {
      const answer = await api.async(broker.connection, transactionalId, timeoutMs, parts)
      const { throttleMs } = answer
      const results = byId ? withNames(answer.results, parts) : answer.results
      pace.observe(
        parts.reduce((sum, { stagedBytes }) => sum + stagedBytes, 0),
        throttleMs,
      )
      this.#wait(throttleMs)
      const refused = results.filter(({ code }) => code !== 0)
      if (results.length !== parts.length) throw unanswered(parts, results)
      if (refused.length === 0) return
      // Not measured from the send: a quota may have delayed the request.
      const now = performance.now()
      since ??= now
      const lateMs = now + waitMs - since
      const final = refused.find(({ code }) => !joining || lateMs > patienceMs(code, timeoutMs))
      if (final !== undefined) throw this.#refusal(final)
      // First of their partitions, with the same sequence numbers: the broker discards one it has already taken.
      parts = parts.filter((part) => refused.some((result) => nameOf(result) === nameOf(part)))
      await sleep(waitMs)
      // On a shared connection it would live on after this producer.
      if (this.#failed) return
    }
  }

  #partOf({ topic, partition, bytes }: TopicRecords, batch: Buffer): SentPart {
    return { topic, topicId: this.#options.leaders.topicId(topic), partition, batch, stagedBytes: bytes.length }
  }

  #refusal({ topic, partition, code, message }: ProduceResult): GenesisError {
    const { transactionalId, sizeLimit } = this.#options
    return protocolFailure(code, { topic, partition, transactionalId, ...sizeLimit(topic) }, message)
  }

  #wait(ms: number): void {
    if (ms <= 0) return
    this.#throttle.add(ms)
    this.#options.onThrottle(ms)
    this.#wakeAfterThrottle()
  }

  #wakeAfterThrottle(): void {
    clearTimeout(this.#timer)
    if (this.#failed) return
    this.#timer = setTimeout(() => {
      // A timer may fire early: it counts from the start of the event loop turn that set it.
      if (this.#throttle.leftMs() > 0) this.#wakeAfterThrottle()
      else this.#options.onProgress()
    }, this.#throttle.leftMs() + 1)
  }

  readonly #fail = (error: unknown): void => {
    this.#failed = true
    this.#options.onFailure(error)
  }
}

/** How long to resend a partition's first batch of a transaction. The markers of the previous one may not be written yet. */
function patienceMs(code: number, timeoutMs: number): number {
  if (code === concurrentTransactions) return timeoutMs
  return unheard.has(code) ? Math.min(newLeaderMs, timeoutMs) : 0
}

/** A copy in memory that is added to `copies`, to be given back. Until then it may be sent several times. */
function copyInto(copies: Buffer[], bytes: Buffer): Buffer {
  const memory = takeMemory(bytes.length)
  copies.push(memory)
  memory.set(bytes)
  const copy = memory.subarray(0, bytes.length)
  if (bytes.length >= minLentBytes) lend(copy, new Loan())
  return copy
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}

function unanswered(parts: readonly ProducePart[], results: readonly ProduceResult[]): GenesisError {
  return new GenesisError('KAFKA_RETRIABLE', 'a broker responded for partitions other than those sent', {
    found: results.map(nameOf).join(', '),
    expected: parts.map(nameOf).join(', '),
  })
}
