import type { ClusterOptions } from '../config/cluster.js'
import { WireProducer } from './wire/wire-producer.js'
import { encodeRecords } from './wire/side-records.js'
import type { PlainRecord } from './wire/side-records.js'

/** More than what Connect puts into one record; a topic that takes less says so. */
const maxMessageBytes = 1_000_000

/** Not that there were transactions. */
const transactionTimeoutMs = 30_000

/**
 * Appends to the one partition of a store's topic. One call at a time. No transactions: the
 * order of the log would not be that in which its records are decided then.
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

  /** Resolves when the records are in the log. After a rejection nobody knows. */
  async append(records: readonly PlainRecord[]): Promise<void> {
    try {
      const producer = await this.#open()
      await producer.send(encodeRecords(records), new Int32Array(records.length))
      await producer.commit([])
    } catch (error) {
      await this.#discard()
      throw error
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#discard()
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
