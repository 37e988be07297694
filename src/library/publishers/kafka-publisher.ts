import { bareAvroEncoder, createEncoder } from '../../encode/create.js'
import { CurrentEncoder } from '../../encode/current-encoder.js'
import type { Encoder } from '../../encode/encoder.js'
import { createRegistry } from '../../encode/registry.js'
import { SchemaWatch } from '../../encode/schema-watch.js'
import type { SubjectRegistry } from '../../encode/subject.js'
import { renamed } from '../../config/rename-keys.js'
import { asGenesisError, GenesisError } from '../../errors.js'
import type { ColumnBatch } from '../../record.js'
import { recordsOf, slice, type Batch } from '../batch.js'
import { disturbOf, streamFieldsOf, type Publisher, type StreamInfo } from '../publisher.js'
import { asPublic, type StreamingError } from '../streaming-error.js'
import { optionNames, planKafka, type KafkaPlan, type KafkaPublisherOptions } from './kafka-options.js'
import type { TopicWriter } from './topic-writer.js'

/**
 * Publishes to a topic: `publish` resolves once a batch is acknowledged by all in-sync replicas or, with exactly-once,
 * committed together with the stream's position. After a failure the connection is discarded, and the next call opens
 * another.
 */
export class KafkaPublisher implements Publisher<object> {
  readonly #plan: KafkaPlan
  #stream: OpenStream | null = null
  #writer: TopicWriter | null = null

  /** Throws OPTION_INVALID or CONFIG_INVALID; does not connect. */
  constructor(options: KafkaPublisherOptions) {
    this.#plan = asPublic(() => planKafka(options))
  }

  /** Rejects with SCHEMA_MISMATCH, TOPIC_MISSING and other errors detectable before anything is sent. */
  async open(info: StreamInfo): Promise<number> {
    const encoder = this.#stream?.encoder ?? encoderOf(this.#plan, info)
    this.#stream = { info, encoder }
    return this.#connect(this.#stream)
  }

  async publish(batch: Batch<object>): Promise<void> {
    if (this.#stream === null) throw new GenesisError('INTERNAL', 'a publisher was used before it was opened')
    const { encoder } = this.#stream
    const records = await this.#rest(batch, this.#stream)
    if (records === null) return
    try {
      await this.#writer!.send(encoder.encode(records), records.start + records.length)
    } catch (error) {
      await this.#disconnect()
      throw error
    }
  }

  /** Sends to the dead-letter topic, if any; rejects if the records are not safe there. */
  async deadLetter(batch: Batch<object>, error: StreamingError): Promise<void> {
    if (this.#plan.connector.deadLetterTopic === null || this.#stream === null) return
    const { encoder } = this.#stream
    const records = await this.#rest(batch, this.#stream)
    if (records === null) return
    try {
      await this.#writer!.deadLetter(encoder.encode(records), error, records.start + records.length)
    } catch (failure) {
      await this.#disconnect()
      throw failure
    }
  }

  async close(): Promise<void> {
    this.#stream?.encoder.close?.()
    await this.#disconnect()
  }

  async #disconnect(): Promise<void> {
    const writer = this.#writer
    this.#writer = null
    await writer?.close()
  }

  /** The batch's records that remain to be sent, with the connection open; null: none. */
  async #rest(batch: Batch<object>, stream: OpenStream): Promise<ColumnBatch | null> {
    const records = recordsOf(batch)
    if (this.#writer !== null) return records
    // The failed batch may have been committed after all: send only the rest.
    const committed = (await this.#connect(stream)) - records.start
    if (committed >= records.length) return null
    return committed > 0 ? slice(records, committed, records.length) : records
  }

  /** Resolves to the position stored with the topic, or 0 if unknown. */
  async #connect({ info: { fingerprint, from }, encoder }: OpenStream): Promise<number> {
    await this.#disconnect()
    await encoder.prepare()
    // Loaded lazily: the Kafka libraries take longer to load than everything else.
    const { TransactionalTopicWriter, IdempotentTopicWriter } = await import('./topic-writer.js')
    const writer: TopicWriter =
      this.#plan.connector.delivery === 'exactly-once'
        ? new TransactionalTopicWriter(this.#plan, fingerprint)
        : new IdempotentTopicWriter(this.#plan)
    try {
      const position = await writer.open()
      this.#writer = writer
      return Math.max(position, from)
    } catch (error) {
      await writer.close()
      throw renamed(asGenesisError(error), optionNames)
    }
  }
}

interface OpenStream {
  readonly info: StreamInfo
  readonly encoder: Encoder
}

function encoderOf({ connector: own, worker }: KafkaPlan, info: StreamInfo): Encoder {
  const fields = streamFieldsOf(info)
  const connector = { ...own, disturb: disturbOf(info) }
  const { value, sink, key, disturb } = connector
  if (key === null && disturb !== null && disturb.probabilities.tombstone > 0) {
    throw new GenesisError('OPTION_INVALID', 'a tombstone needs a key', {
      place: 'StreamingGenerator: disturb.tombstone',
      found: 'a KafkaPublisher without key',
      expected: 'key: the name of a column',
    })
  }
  if (value.format === 'avro' && worker.registry.url === null && sink.type === 'kafka') {
    return bareAvroEncoder(connector, fields)
  }
  const make = (registry: SubjectRegistry | null): Encoder => createEncoder(connector, registry)(fields)
  const registry = createRegistry(worker.registry)
  return registry === null ? make(null) : new CurrentEncoder(make, registry, new SchemaWatch(registry))
}
