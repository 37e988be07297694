import type { ClusterOptions } from '../config/cluster.js'
import type { GenesisError } from '../errors.js'
import { retryUntil } from './wire/retry-until.js'
import { WireProducer } from './wire/wire-producer.js'
import { encodeRecords } from './wire/side-records.js'
import type { PlainRecord } from './wire/side-records.js'

/** More than Connect puts into one record; a topic with a lower limit rejects it. */
const maxMessageBytes = 1_000_000

/** How long a broker may refuse writes, as it does while replicas catch up or a leader is elected. */
const refusedForMs = 15_000
const refusalBackoff = { firstMs: 100, maxMs: 100 }
const refusals = /^(?:NOT_ENOUGH_REPLICAS|NOT_LEADER_OR_FOLLOWER)(?: |$)/

/** Never reached: no transactions are used. */
const transactionTimeoutMs = 30_000

/**
 * Appends to the single partition of a store's topic, one call at a time. No transactions: records would
 * then be decided in another order than that of the log.
 */
export class StoreWriter {
  readonly #cluster: ClusterOptions
  readonly #topic: string
  #producer: WireProducer | null = null
  #closed = false

  constructor(cluster: ClusterOptions, topic: string) {
    this.#cluster = cluster
    this.#topic = topic
  }

  /** Resolves once the records are in the log. After a rejection the outcome is unknown. */
  async append(records: readonly PlainRecord[]): Promise<void> {
    const mayRetry = (error: GenesisError): boolean => !this.#closed && isRefusal(error)
    await retryUntil(refusedForMs, refusalBackoff, { topic: this.#topic }, () => this.#attempt(records), mayRetry)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#discard()
  }

  async #attempt(records: readonly PlainRecord[]): Promise<void> {
    try {
      const producer = await this.#open()
      await producer.send(encodeRecords(records), new Int32Array(records.length))
      await producer.commit([])
    } catch (error) {
      await this.#discard()
      throw error
    }
  }

  async #open(): Promise<WireProducer> {
    if (this.#producer !== null) return this.#producer
    const producer = new WireProducer(this.#cluster, {
      topic: this.#topic,
      partitions: 1,
      transactionalId: null,
      topicIds: 'any',
      transactionTimeoutMs,
      compression: 'none',
      maxMessageBytes,
    })
    try {
      await producer.init()
    } catch (error) {
      await producer.close()
      throw error
    }
    if (this.#closed) await producer.close()
    else this.#producer = producer
    return producer
  }

  async #discard(): Promise<void> {
    const producer = this.#producer
    this.#producer = null
    await producer?.close()
  }
}

/** Whether the broker said it did not write. */
function isRefusal({ details: { found = '' } }: GenesisError): boolean {
  return refusals.test(found)
}
