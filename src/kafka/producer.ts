/**
 * The producer port. One producer per shard; the caller chooses partitions. If any call rejects, the caller discards
 * (closes) the producer and creates a new one: no implementation retries a send whose outcome is unknown.
 */
import type { EncodedBatch } from '../record.js'

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface ProducerOptions {
  readonly topic: string
  /**
   * Expected topic ids (KIP-516): a recreated topic is TOPIC_MISSING. Default: the ids first seen. 'any': the
   * topic of that name gets the records, recreated or not. Ignored by kafkajs.
   */
  readonly topicIds?: ReadonlyMap<string, string> | 'any'
  readonly partitions: number
  /** Null: idempotent only (at-least-once). */
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
  readonly compression: Compression
  /** The topic's max.message.bytes: record batches stay below it, and a record that cannot is RECORD_TOO_LARGE. */
  readonly maxMessageBytes: number
  /** Record batches also stay below this; a larger record is sent in its own batch. Default: maxMessageBytes. */
  readonly maxBatchBytes?: number
  /** Topic for skipped records (dead letters), and its max.message.bytes. */
  readonly deadLetters?: { readonly topic: string; readonly maxMessageBytes: number }
  /** Called with how long a broker quota throttles the producer from now on, ms. kafkajs never calls it. */
  readonly onThrottle?: (ms: number) => void
}

/** One record for another topic in the same transaction: the checkpoint, or a skipped record. */
export interface SideRecord {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: readonly (readonly [name: string, value: string | Buffer])[]
}

export interface KafkaProducer {
  /** Connects; with a transactional id, also fences all earlier owners (InitProducerId). Call it first. */
  init(): Promise<void>
  /**
   * Sends a batch: record i goes to partition partitions[i]. Begins a transaction if none is open. Resolves when the
   * batch's buffers may be reused (the records may still be in flight).
   */
  send(batch: EncodedBatch, partitions: Int32Array): Promise<void>
  /**
   * Transactional: adds the side records, waits for all acknowledgements, and commits. Otherwise: waits for all
   * acknowledgements, then sends the side records in order, each only after the previous one is acknowledged:
   * if one is refused, none after it is written. Begins a transaction if none is open.
   */
  commit(side: readonly SideRecord[]): Promise<void>
  /** A stop is requested: rejects once brokers have been silent for a few seconds. Absent: it waits for its timeouts. */
  hurry?(): void
  /** Aborts an open transaction if possible, and frees everything. Never rejects. */
  close(): Promise<void>
}

/** Maximum record size for a topic the producer writes to, as shown in errors. */
export function sizeLimit({ deadLetters, ...target }: ProducerOptions, topic: string): SizeLimit {
  if (topic === target.topic) return { maxMessageBytes: target.maxMessageBytes }
  return topic === deadLetters?.topic ? { maxMessageBytes: deadLetters.maxMessageBytes, deadLetters: true } : {}
}

export interface SizeLimit {
  readonly maxMessageBytes?: number
  readonly deadLetters?: boolean
}
