/**
 * The producer port. One producer per shard; the caller names partitions; on any rejection of any call the caller discards
 * the producer (close) and makes a new one: no implementation retries a send whose outcome is unknown.
 */
import type { EncodedBatch } from '../record.js'

export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface ProducerOptions {
  readonly topic: string
  /**
   * Ids that topics have (KIP-516): one that was recreated is TOPIC_MISSING. Default: the ids at the first look. 'any': the
   * topic of that name gets the records, recreated or not. Not seen by kafkajs.
   */
  readonly topicIds?: ReadonlyMap<string, string> | 'any'
  readonly partitions: number
  /** Null: idempotent only (at-least-once). */
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
  readonly compression: Compression
  /** The topic's max.message.bytes: a record batch is kept below it, and a record that cannot be is RECORD_TOO_LARGE. */
  readonly maxMessageBytes: number
  /** Record batches are kept below this too; a larger record goes in one of its own. Default: maxMessageBytes. */
  readonly maxBatchBytes?: number
  /** Where side records go that were left out, and the max.message.bytes of that topic. */
  readonly deadLetters?: { readonly topic: string; readonly maxMessageBytes: number }
  /** Told how long a quota of the broker throttles the producer from now on, ms. kafkajs never tells. */
  readonly onThrottle?: (ms: number) => void
}

/** One record for another topic inside the same transaction: the checkpoint, or a record that was left out. */
export interface SideRecord {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers?: readonly (readonly [name: string, value: string | Buffer])[]
}

export interface KafkaProducer {
  /** Connects, and with a transactional id fences every earlier owner of it (InitProducerId). Needed before anything else. */
  init(): Promise<void>
  /**
   * Sends a batch: record i goes to partition partitions[i]. Begins a transaction if none is open. Resolves when the
   * batch's buffers may be reused (the records may still be in flight).
   */
  send(batch: EncodedBatch, partitions: Int32Array): Promise<void>
  /**
   * Transactional: adds the side records, waits for every acknowledgement, and commits. Otherwise: waits for every
   * acknowledgement, then sends the side records in the order given, each only after the one before it is acknowledged:
   * where one is refused, none behind it is written. Begins a transaction if none is open.
   */
  commit(side: readonly SideRecord[]): Promise<void>
  /** Aborts an open transaction as far as that is possible, and frees everything. Never rejects. */
  close(): Promise<void>
}

/** How large a record may be for a topic that the producer writes to, as errors say it. */
export function sizeLimit({ deadLetters, ...target }: ProducerOptions, topic: string): SizeLimit {
  if (topic === target.topic) return { maxMessageBytes: target.maxMessageBytes }
  return topic === deadLetters?.topic ? { maxMessageBytes: deadLetters.maxMessageBytes, deadLetters: true } : {}
}

export interface SizeLimit {
  readonly maxMessageBytes?: number
  readonly deadLetters?: boolean
}
