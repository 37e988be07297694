import { setTimeout as sleep } from 'node:timers/promises'
import { listOffsetsV5, listOffsetsV6, listOffsetsV7, listOffsetsV8, listOffsetsV9 } from './platformatic.js'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import type { BrokerSource } from './broker-source.js'
import { ClusterConnections } from './cluster-connections.js'
import type { TopicMetadata } from './cluster-connections.js'
import { kafkaError, protocolFailure } from './errors.js'
import type { KafkaContext } from './errors.js'
import { fetchPartitionApi, joined } from './wire/fetch.js'
import type { AbortedTransaction, FetchedPartition } from './wire/fetch.js'
import { tolerant } from './platformatic-connection.js'
import { openRecordBatch, readHeader } from './wire/record-batch-read.js'
import type { RecordBatchHeader, RecordCursor } from './wire/record-batch-read.js'

/** A snapshot of a partition's offsets. */
export interface PartitionRange {
  readonly partition: number
  /** The first available offset. */
  readonly start: number
  /** The offset after the last replicated record (the high watermark). */
  readonly end: number
  /** The offset up to which all transactions are decided (the last stable offset); below `end`, one is open. */
  readonly stableEnd: number
}

/** committed: like a read_committed consumer. uncommitted: everything in the log, including transaction markers. */
export type Isolation = 'committed' | 'uncommitted'

export interface TopicReaderOptions {
  /** Maximum bytes per fetch of one partition; two fetches are held at a time. */
  readonly fetchBytes: number
  /** How long a partition may make no progress before `read` gives up, in ms. */
  readonly stallMs: number
  /** How long a broker may hold a fetch waiting for data, in ms. Default: 250. */
  readonly maxWaitMs?: number
}

const none = Buffer.alloc(0)
const earliest = -2n
const latest = -1n
const offsetOutOfRange = 1
const unknownTopic = 3
const pollMs = 50
const defaultMaxWaitMs = 250

/** Reads partitions of a topic between offsets fixed in advance. Rejects with GenesisErrors only. */
export class TopicReader {
  readonly #topic: string
  readonly #options: TopicReaderOptions
  readonly #connections: ClusterConnections
  #metadata: TopicMetadata | null = null
  /** The topic has been seen: a broker that does not know it is lagging. */
  #seen = false

  /** `source`: may be shared only if nothing but `ranges` is called, because fetches block. */
  constructor(
    cluster: ClusterOptions,
    topic: string,
    options: TopicReaderOptions = { fetchBytes: 2 << 20, stallMs: 30_000 },
    source?: BrokerSource,
  ) {
    this.#topic = topic
    this.#options = options
    this.#connections = new ClusterConnections(cluster, source)
  }

  /** The topic's id (KIP-516); null: the broker is older than topic ids. */
  topicId(): Promise<string | null> {
    return this.#persist(({ topicId }) => Promise.resolve(topicId))
  }

  /** The offset after a partition's last replicated record, for one request to its leader. */
  end(partition: number): Promise<number> {
    return this.#offset(partition, latest, 'uncommitted')
  }

  /** The current offsets of every partition, in partition order. */
  async ranges(): Promise<PartitionRange[]> {
    const { partitions } = await this.#persist((metadata) => Promise.resolve(metadata))
    return Promise.all(
      partitions.map(async ({ partition }) => {
        // In this order, so that start <= stableEnd <= end.
        const start = await this.#offset(partition, earliest, 'uncommitted')
        const stableEnd = await this.#offset(partition, latest, 'committed')
        const end = await this.#offset(partition, latest, 'uncommitted')
        return { partition, start, stableEnd: Math.max(start, stableEnd), end: Math.max(start, end) }
      }),
    )
  }

  /**
   * The record batches of a partition from offset `start` to before `end`, in order, each valid until the next is
   * requested. Committed: without markers and aborted records. KAFKA_TIMEOUT if an open transaction blocks
   * reading for longer than `stallMs`; KAFKA_RETRIABLE if records were deleted during the read.
   */
  async *read(
    { partition, start, end }: Pick<PartitionRange, 'partition' | 'start' | 'end'>,
    isolation: Isolation,
  ): AsyncGenerator<RecordCursor, void, undefined> {
    const place = `topic ${this.#topic}, partition ${partition}`
    const context = { topic: this.#topic, partition }
    let position = start
    let progressAt = Date.now()
    let memory: Buffer = none
    let pending = position < end ? this.#ahead(partition, position, isolation) : null
    while (pending !== null) {
      const fetched = await pending
      if (fetched.errorCode === offsetOutOfRange)
        throw new GenesisError('KAFKA_RETRIABLE', 'records were deleted during the read', {
          place,
          found: `no offset ${position}`,
          remedy: "Raise the topic's retention, or read it before it expires",
        })
      const { pieces, aborted } = fetched
      // Fresh memory for each fetch, a few MB, would cost a garbage collection each.
      const records = joined(pieces, memory)
      if (pieces.length > 1 && records.length > memory.length) memory = records
      const from = position
      position = offsetAfter(records, position, context)
      if (position > from) progressAt = Date.now()
      else if (Date.now() - progressAt > this.#options.stallMs) throw stalled(place, position, end, fetched)
      // Prefetch while these batches are used.
      pending = position < end ? this.#ahead(partition, position, isolation) : null
      const isHidden = isolation === 'committed' ? hiddenFromCommitted(aborted) : () => false
      let header: RecordBatchHeader | null
      for (let at = 0; (header = readHeader(records, at)) !== null; at += header.length) {
        if (isHidden(header) || header.lastOffset < from || header.baseOffset >= end) continue
        yield await openRecordBatch(records, at, header, from, end).catch((error: unknown) => {
          throw kafkaError(error, context)
        })
      }
    }
  }

  /**
   * One fetch's worth of a partition from offset `start` on; waits briefly if there is nothing yet.
   * `next`: the offset to continue from. KAFKA_RETRIABLE if there is no such offset: the topic was replaced or is shorter.
   */
  async poll(
    partition: number,
    start: number,
    isolation: Isolation,
  ): Promise<{ batches: RecordCursor[]; next: number }> {
    const context = { topic: this.#topic, partition }
    const { errorCode, pieces, aborted } = await this.#fetch(partition, start, isolation)
    const records = joined(pieces, none)
    if (errorCode !== 0) throw protocolFailure(errorCode, { ...context, operation: 'Read' })
    const isHidden = isolation === 'committed' ? hiddenFromCommitted(aborted) : () => false
    const batches: RecordCursor[] = []
    let header: RecordBatchHeader | null
    try {
      for (let at = 0; (header = readHeader(records, at)) !== null; at += header.length)
        if (!isHidden(header) && header.lastOffset >= start)
          batches.push(await openRecordBatch(records, at, header, start))
    } catch (error) {
      throw kafkaError(error, context)
    }
    return { batches, next: offsetAfter(records, start, context) }
  }

  /** Refreshes the topic's metadata before the next request. */
  refresh(): void {
    this.#metadata = null
  }

  /** Never rejects. */
  close(): Promise<void> {
    return this.#connections.close()
  }

  /** Prevents an unhandled rejection if the reader stops early. */
  #ahead(partition: number, offset: number, isolation: Isolation): Promise<FetchedPartition> {
    const fetch = this.#fetch(partition, offset, isolation)
    fetch.catch(() => {})
    return fetch
  }

  #fetch(partition: number, offset: number, isolation: Isolation): Promise<FetchedPartition> {
    return this.#onLeader(partition, (broker) =>
      fetchPartitionApi.async(
        broker.connection,
        this.#topic,
        partition,
        offset,
        isolation === 'committed' ? 1 : 0,
        this.#options.fetchBytes,
        this.#options.maxWaitMs ?? defaultMaxWaitMs,
      ),
    )
  }

  #offset(partition: number, timestamp: bigint, isolation: Isolation): Promise<number> {
    return this.#onLeader(partition, async (broker) => {
      const api = broker.choose(
        listOffsetsV5.api,
        listOffsetsV6.api,
        listOffsetsV7.api,
        listOffsetsV8.api,
        listOffsetsV9.api,
      )
      const request = {
        name: this.#topic,
        partitions: [{ partitionIndex: partition, currentLeaderEpoch: -1, timestamp }],
      }
      const answer = await tolerant(api.async(broker.connection, -1, isolation === 'committed' ? 1 : 0, [request]))
      const { errorCode, offset } = answer.topics[0].partitions[0]
      return { errorCode, offset: Number(offset) }
    }).then(({ offset }) => offset)
  }

  /** Asks the leader, or the next one if it moved, until `#persist` gives up. */
  #onLeader<T extends { readonly errorCode: number }>(
    partition: number,
    ask: (broker: Awaited<ReturnType<ClusterConnections['broker']>>) => Promise<T>,
  ): Promise<T> {
    return this.#persist(async (metadata) => {
      const leaderId = metadata.partitions.at(partition)?.leaderId ?? -1
      const broker = await this.#connections.broker(leaderId)
      let answer: T
      try {
        answer = await ask(broker)
      } catch (error) {
        if (!(error instanceof GenesisError)) await this.#connections.drop(leaderId)
        throw error
      }
      if (answer.errorCode !== 0 && answer.errorCode !== offsetOutOfRange)
        throw protocolFailure(answer.errorCode, { topic: this.#topic, partition, operation: 'Read' })
      return answer
    })
  }

  async #topicMetadata(): Promise<TopicMetadata> {
    const topic = (await this.#connections.metadata([this.#topic])).topics.at(0)
    if (topic === undefined || (topic.errorCode === unknownTopic && !this.#seen))
      throw new GenesisError('TOPIC_MISSING', 'the topic does not exist', { place: `topic ${this.#topic}` })
    if (topic.errorCode !== 0) throw protocolFailure(topic.errorCode, { topic: this.#topic, operation: 'Describe' })
    this.#seen = true
    return topic
  }

  /** Runs with the topic's metadata, refreshed after each temporary failure, until `stallMs` have passed. */
  async #persist<T>(attempt: (metadata: TopicMetadata) => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.#options.stallMs
    for (;;) {
      try {
        this.#metadata ??= await this.#topicMetadata()
        return await attempt(this.#metadata)
      } catch (thrown) {
        const error = kafkaError(thrown, { topic: this.#topic, operation: 'Read' })
        this.#metadata = null
        if (!error.retriable || Date.now() > deadline) throw error
        await sleep(pollMs)
      }
    }
  }
}

/** The offset after the last complete batch, or `offset` if there is none. */
function offsetAfter(records: Buffer, offset: number, context: KafkaContext): number {
  try {
    let header: RecordBatchHeader | null
    for (let at = 0; (header = readHeader(records, at)) !== null; at += header.length) offset = header.lastOffset + 1
    return offset
  } catch (error) {
    throw kafkaError(error, context)
  }
}

/**
 * Detects batches hidden from a read_committed consumer: markers, and those of aborted transactions. An aborted
 * transaction spans from its first offset to its marker; the broker lists those that overlap a fetch.
 */
function hiddenFromCommitted(aborted: readonly AbortedTransaction[]): (header: RecordBatchHeader) => boolean {
  const waiting = [...aborted].sort((a, b) => b.firstOffset - a.firstOffset)
  const open = new Set<bigint>()
  return ({ lastOffset, producerId, transactional, control }) => {
    for (let first = waiting.at(-1); first !== undefined && first.firstOffset <= lastOffset; first = waiting.at(-1)) {
      open.add(first.producerId)
      waiting.pop()
    }
    // The marker ends an aborted transaction: the producer's next one may be committed.
    if (control) return open.delete(producerId) || true
    return transactional && open.has(producerId)
  }
}

function stalled(place: string, position: number, end: number, { lastStableOffset }: FetchedPartition): GenesisError {
  if (lastStableOffset >= 0 && lastStableOffset < end)
    return new GenesisError('KAFKA_TIMEOUT', 'an open transaction blocks reading', {
      place: `${place}, offset ${lastStableOffset}`,
      found: `${end - lastStableOffset} offsets after it`,
      remedy: 'Wait until its transaction timeout has passed, or find it with kafka-transactions.sh find-hanging',
    })
  return new GenesisError('KAFKA_TIMEOUT', 'the partition ended early', {
    place: `${place}, offset ${position}`,
    expected: `records up to offset ${end}`,
  })
}
