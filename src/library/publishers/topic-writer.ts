/** The two ways to write a batch to a topic. After any rejection: close it and create another. */
import { KafkaAdmin } from '../../kafka/admin.js'
import { createProducer } from '../../kafka/create-producer.js'
import { kafkaError } from '../../kafka/errors.js'
import { assignPartitions } from '../../kafka/partitioner.js'
import type { KafkaProducer } from '../../kafka/producer.js'
import type { GenesisError } from '../../errors.js'
import type { EncodedBatch } from '../../record.js'
import { kafkaSinkOptions } from '../../sink/kafka/create.js'
import { deadLettersOf, ensureDeadLetterTopic } from '../../sink/kafka/dead-letter.js'
import { KafkaSink } from '../../sink/kafka/sink.js'
import { checkTimestampType, namedTimestamps } from '../../sink/kafka/timestamp-refusal.js'
import type { KafkaPlan } from './kafka-options.js'

export interface TopicWriter {
  /** Connects. Resolves to the position up to which the topic has the stream, or 0 if unknown. */
  open(): Promise<number>
  /** Resolves when the batch is durable. `end`: the position after its last record. */
  send(batch: EncodedBatch, end: number): Promise<void>
  /** Resolves when the records are durable in the dead-letter topic. `end`: the position after the last one. */
  deadLetter(batch: EncodedBatch, error: GenesisError, end: number): Promise<void>
  close(): Promise<void>
}

/** A batch and the stream's position in one transaction. */
export class TransactionalTopicWriter implements TopicWriter {
  readonly #sink: KafkaSink
  readonly #fingerprint: string

  constructor({ connector, worker }: KafkaPlan, fingerprint: string) {
    this.#fingerprint = fingerprint
    const shard = { connector: connector.name, shard: 0, shards: 1 }
    this.#sink = new KafkaSink(worker.kafka, kafkaSinkOptions(connector, worker, shard, fingerprint))
  }

  async open(): Promise<number> {
    return (await this.#sink.open())?.position ?? 0
  }

  async send(batch: EncodedBatch, end: number): Promise<void> {
    await this.#sink.write(batch)
    await this.#sink.commit({ position: end, fingerprint: this.#fingerprint, shards: 1 })
  }

  async deadLetter(batch: EncodedBatch, error: GenesisError, end: number): Promise<void> {
    this.#sink.deadLetter(batch, error)
    await this.#sink.commit({ position: end, fingerprint: this.#fingerprint, shards: 1 })
  }

  close(): Promise<void> {
    return this.#sink.close()
  }
}

/** A batch, acknowledged by all in-sync replicas; no duplicates while the producer lives. */
export class IdempotentTopicWriter implements TopicWriter {
  readonly #plan: KafkaPlan
  #open: { readonly producer: KafkaProducer; readonly partitions: number } | null = null
  #assigned = new Int32Array(0)

  constructor(plan: KafkaPlan) {
    this.#plan = plan
  }

  async open(): Promise<number> {
    const { connector, worker } = this.#plan
    const { topicCreation, producer, transaction, compression } = connector
    const topic = connector.topic!
    const admin = new KafkaAdmin(worker.kafka)
    try {
      const creation = topicCreation.enabled ? topicCreation : null
      const target = await admin.ensureTopic(topic, creation)
      const { partitions, maxMessageBytes } = target
      if (connector.timestamp !== null) checkTimestampType(target)
      this.#open = {
        partitions,
        producer: await createProducer(producer.client, worker.kafka, {
          topic,
          partitions,
          transactionalId: null,
          transactionTimeoutMs: transaction.timeoutMs,
          compression,
          maxMessageBytes,
          maxBatchBytes: producer.maxBatchBytes,
          deadLetters: await ensureDeadLetterTopic(admin, connector.deadLetterTopic, creation, target),
        }),
      }
      await this.#open.producer.init()
      return 0
    } catch (error) {
      throw kafkaError(error)
    } finally {
      await admin.close()
    }
  }

  async send(batch: EncodedBatch): Promise<void> {
    const { producer, partitions } = this.#open!
    if (this.#assigned.length < batch.length) this.#assigned = new Int32Array(batch.length)
    assignPartitions(batch, partitions, this.#assigned)
    try {
      await producer.send(batch, this.#assigned)
      await producer.commit([])
    } catch (error) {
      throw namedTimestamps(error, this.#plan.connector.timestamp !== null)
    }
  }

  async deadLetter(batch: EncodedBatch, error: GenesisError): Promise<void> {
    const { producer, partitions } = this.#open!
    const { name, topic, deadLetterTopic } = this.#plan.connector
    const shard = { connector: name, shard: 0, shards: 1 }
    await producer.commit(deadLettersOf(deadLetterTopic!, batch, { topic: topic!, partitions, shard }, error))
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = null
    await open?.producer.close()
  }
}
