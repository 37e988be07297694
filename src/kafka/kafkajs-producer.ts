/**
 * The producer port on kafkajs. kafkajs loses or duplicates records when sends overlap or span several brokers, so every
 * send here is awaited and goes to one partition: a retry inside kafkajs then repeats the same batch with the
 * same sequence numbers to one leader, which recognises it. Any failure beyond that ends the producer.
 */
import { CompressionTypes } from 'kafkajs'
import type { IHeaders, Message, Producer, Transaction } from 'kafkajs'
import { FindCoordinatorKeyTypes, findCoordinatorV4, findCoordinatorV5, findCoordinatorV6 } from './platformatic.js'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import type { EncodedBatch } from '../record.js'
import { kafkaError, recordTooLarge } from './errors.js'
import type { KafkaContext } from './errors.js'
import { createKafkajsClient } from './kafkajs-client.js'
import { ClusterConnections } from './cluster-connections.js'
import { openAnyBroker } from './platformatic-connection.js'
import { sizeLimit } from './producer.js'
import type { KafkaProducer, ProducerOptions, SideRecord } from './producer.js'
import { headersOf } from './wire/record-headers.js'

// Small at first: after EndTxn the coordinator answers CONCURRENT_TRANSACTIONS for a few ms. About 6 s in all, which
// also covers a coordinator that is still loading.
const retry = { initialRetryTime: 5, multiplier: 1.5, factor: 0.2, maxRetryTime: 500, retries: 20 }

/** Size of a record batch v2 header, and maximum overhead per record. */
const batchOverhead = 61
const recordOverhead = 32

/** kafkajs takes quadratic time to group the messages of a send. */
const maxRecordsPerSend = 1000

const closeTimeoutMs = 5000

type State = 'new' | 'ready' | 'failed' | 'closed'

export class KafkajsProducer implements KafkaProducer {
  readonly #options: ProducerOptions
  readonly #cluster: ClusterOptions
  readonly #producer: Producer
  readonly #batchBytes: number
  readonly #compression: CompressionTypes
  #transaction: Transaction | null = null
  /** When the open transaction got its first partition; null: it has none. */
  #begunAt: number | null = null
  #state: State = 'new'
  /** A call failed; its request may still arrive. */
  #inDoubt = false
  /** Settles with the latest call, whatever its outcome. */
  #running: Promise<void> = Promise.resolve()

  /** Throws CONFIG_INVALID for codecs kafkajs lacks. */
  constructor(cluster: ClusterOptions, options: ProducerOptions) {
    this.#options = options
    this.#compression = compressionType(options.compression)
    this.#cluster = cluster
    this.#batchBytes = Math.min(options.maxMessageBytes, options.maxBatchBytes ?? Infinity)
    const { transactionalId } = options
    this.#producer = createKafkajsClient(cluster, retry).producer({
      // Transactions imply idempotence; setting this would request a second producer id, and need IdempotentWrite.
      idempotent: transactionalId === null,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // The caller chooses partitions.
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
      ...(transactionalId === null ? {} : { transactionalId, transactionTimeout: options.transactionTimeoutMs }),
    })
  }

  async init(): Promise<void> {
    const { transactionalId } = this.#options
    await this.#attempt('new', { transactionalId }, async () => {
      try {
        await this.#producer.connect()
        // connect() does not fence, the first transaction does. It has no partitions yet, so nothing is open on the broker.
        if (transactionalId !== null) this.#transaction = await this.#producer.transaction()
      } catch (error) {
        if (transactionalId !== null) await this.#explainCoordinator(transactionalId, error)
        await this.#explainAddresses(error)
        throw error
      }
    })
  }

  async send(batch: EncodedBatch, partitions: Int32Array): Promise<void> {
    const { topic } = this.#options
    for (const [partition, indexes] of recordsOfPartitions(batch, partitions)) {
      let messages: Message[] = []
      let bytes = batchOverhead
      for (const i of indexes) {
        const size = recordBytes(batch, i) + recordOverhead
        if (messages.length > 0 && (bytes + size > this.#batchBytes || messages.length === maxRecordsPerSend)) {
          await this.#send(topic, partition, messages)
          messages = []
          bytes = batchOverhead
        }
        this.#checkSize(batch, i, partition)
        messages.push(messageOf(batch, i, partition))
        bytes += size
      }
      await this.#send(topic, partition, messages)
    }
  }

  async commit(side: readonly SideRecord[]): Promise<void> {
    for (const { topic, partition, key, value, headers = [] } of side)
      await this.#send(topic, partition, [{ key, value, partition, headers: byName(headers) }])
    await this.#attempt('ready', { transactionalId: this.#options.transactionalId }, async () => {
      await this.#transaction?.commit()
      this.#transaction = null
      this.#begunAt = null
    })
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    const running = this.#running
    try {
      // A call cut off here would reconnect, and never be closed.
      await withDeadline(running, closeTimeoutMs)
      // An abort keeps the epoch: a request that arrives after it would start a transaction that the next one
      // of this id commits (KIP-890). InitProducerId of the next owner aborts with a new epoch instead.
      if (this.#transaction?.isActive() && !this.#inDoubt) await withDeadline(this.#transaction.abort(), closeTimeoutMs)
    } catch {
      // The broker aborts it when the next owner initialises, or on timeout.
      void running.then(() => this.#producer.disconnect()).catch(() => {})
    }
    await this.#producer.disconnect().catch(() => {})
  }

  async #send(topic: string, partition: number, messages: Message[]): Promise<void> {
    const { transactionalId } = this.#options
    const context = { topic, partition, transactionalId, ...sizeLimit(this.#options, topic) }
    await this.#attempt('ready', context, async () => {
      if (transactionalId !== null) this.#transaction ??= await this.#producer.transaction()
      this.#begunAt ??= Date.now()
      const answer = await (this.#transaction ?? this.#producer).send({
        topic,
        messages,
        acks: -1,
        compression: topic === this.#options.topic ? this.#compression : CompressionTypes.None,
      })
      const acknowledged = answer.length === 1 && answer[0].partition === partition && answer[0].errorCode === 0
      if (!acknowledged)
        throw new GenesisError('KAFKA_TRANSACTION_ABORTED', 'a send was not acknowledged', {
          place: `topic ${topic}, partition ${partition}`,
          found: `a response for partitions ${answer.map((one) => one.partition).join(', ') || 'none'}`,
        })
    })
  }

  /** kafkajs does not say why it found no coordinator: rejects with the broker's own reason, if there is one. */
  async #explainCoordinator(transactionalId: string, thrown: unknown): Promise<void> {
    if (!(thrown instanceof Error) || !thrown.message.includes('Failed to find group coordinator')) return
    const broker = await openAnyBroker(this.#cluster)
    try {
      const api = broker.choose(findCoordinatorV4.api, findCoordinatorV5.api, findCoordinatorV6.api)
      await api.async(broker.connection, FindCoordinatorKeyTypes.TRANSACTION, [transactionalId])
    } finally {
      await broker.close()
    }
  }

  /** Nor does kafkajs say which address did not answer: rejects if it is one that the cluster advertises. */
  async #explainAddresses(thrown: unknown): Promise<void> {
    if (!['KAFKA_UNREACHABLE', 'KAFKA_TIMEOUT', 'KAFKA_RETRIABLE'].includes(kafkaError(thrown).code)) return
    const connections = new ClusterConnections(this.#cluster)
    try {
      const { brokers } = await connections.metadata([])
      for (const { nodeId } of brokers) await connections.broker(nodeId)
    } finally {
      await connections.close()
    }
  }

  /** Runs one call; any failure is mapped and ends the producer. */
  async #attempt(expected: State, context: KafkaContext, call: () => Promise<void>): Promise<void> {
    if (this.#state !== expected)
      throw new GenesisError('INTERNAL', `the producer is ${this.#state}`, {
        expected: `${expected}`,
      })
    try {
      const running = call()
      this.#running = running.catch(() => {
        this.#inDoubt = true
      })
      await withDeadline(running, this.#options.transactionTimeoutMs)
      // close() may have been called meanwhile.
      if (this.#state === 'new') this.#state = 'ready'
    } catch (error) {
      if (this.#state !== 'closed') this.#state = 'failed'
      throw this.#mapped(error, context)
    }
  }

  #mapped(thrown: unknown, context: KafkaContext): GenesisError {
    const error = kafkaError(thrown, context)
    // With kafkajs's protocol versions, a transaction timeout and fencing look the same to the producer.
    const open = this.#begunAt === null ? 0 : Date.now() - this.#begunAt
    if (error.code !== 'KAFKA_FENCED' || open < this.#options.transactionTimeoutMs) return error
    return new GenesisError('KAFKA_TRANSACTION_ABORTED', 'the transaction was open for longer than its timeout', {
      place: error.details.place,
      found: `${open} ms, then ${error.details.found}`,
      expected: `less than ${this.#options.transactionTimeoutMs} ms`,
      cause: thrown,
    })
  }

  #checkSize(batch: EncodedBatch, i: number, partition: number): void {
    const { topic, maxMessageBytes, compression } = this.#options
    const size = recordBytes(batch, i) + batchOverhead
    // A record too large uncompressed may fit compressed: then the broker decides.
    if (compression === 'none' && size > maxMessageBytes) {
      this.#state = 'failed'
      throw recordTooLarge(
        { topic, partition, maxMessageBytes },
        `${size} bytes at position ${batch.start + i * batch.stride}`,
      )
    }
  }
}

function compressionType(compression: ProducerOptions['compression']): CompressionTypes {
  if (compression === 'none') return CompressionTypes.None
  if (compression === 'gzip') return CompressionTypes.GZIP
  throw new GenesisError('CONFIG_INVALID', 'the kafkajs producer does not support this compression', {
    place: 'compression',
    found: compression,
    expected: 'none or gzip',
    remedy: 'Use producer: { client: wire } for snappy, lz4 and zstd',
  })
}

/** Each partition's record indexes, in batch order. */
function recordsOfPartitions(batch: EncodedBatch, partitions: Int32Array): Map<number, number[]> {
  const all = new Map<number, number[]>()
  for (let i = 0; i < batch.length; i++) {
    const indexes = all.get(partitions[i])
    if (indexes === undefined) all.set(partitions[i], [i])
    else indexes.push(i)
  }
  return all
}

/** Bytes of key, value and headers. */
function recordBytes({ offsets, headers }: EncodedBatch, i: number): number {
  const ofHeaders = headers === undefined ? 0 : headers.offsets[i + 1] - headers.offsets[i]
  return offsets[2 * i + 2] - offsets[2 * i] + ofHeaders
}

/** As kafkajs takes them: by name, with a list per name. */
function byName(headers: readonly (readonly [name: string, value: string | Buffer | null])[]): IHeaders {
  const named: Record<string, (string | Buffer)[]> = {}
  for (const [name, value] of headers) (named[name] ??= []).push(value ?? '')
  return named
}

function messageOf(batch: EncodedBatch, i: number, partition: number): Message {
  const { bytes, offsets, hasKeys, nullKeys, nullValues, timestamps, headers } = batch
  const keyless = !hasKeys || nullKeys?.[i] === 1
  return {
    partition,
    key: keyless ? null : bytes.subarray(offsets[2 * i], offsets[2 * i + 1]),
    value: nullValues?.[i] === 1 ? null : bytes.subarray(offsets[2 * i + 1], offsets[2 * i + 2]),
    timestamp: timestamps === undefined ? undefined : String(timestamps[i]),
    headers: headers === undefined ? undefined : byName(headersOf(headers, i)),
  }
}

/** kafkajs may keep reconnecting long after the transaction is lost. */
async function withDeadline(call: Promise<void>, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new GenesisError('KAFKA_TIMEOUT', 'the broker did not answer in time', {
          found: `no response after ${timeoutMs} ms`,
        }),
      )
    }, timeoutMs)
  })
  try {
    await Promise.race([call, deadline])
  } finally {
    clearTimeout(timer)
  }
}
