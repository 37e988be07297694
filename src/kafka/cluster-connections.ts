import { metadataV10, metadataV11, metadataV12, metadataV9 } from '@platformatic/kafka'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { kafkaError } from './errors.js'
import { BrokerConnection, openAnyBroker, tolerant } from './platformatic-connection.js'
import type { ConnectionSettings } from './platformatic-connection.js'

export interface ClusterMetadata {
  readonly clusterId: string | null
  readonly controllerId: number
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
  readonly topics: readonly TopicMetadata[]
}

export interface TopicMetadata {
  readonly name: string
  /** Protocol error code; 3 is a topic that does not exist. */
  readonly errorCode: number
  readonly isInternal: boolean
  /** In the order of partition numbers. `leaderId` is -1 where there is none at the moment. */
  readonly partitions: readonly {
    readonly partition: number
    readonly errorCode: number
    readonly leaderId: number
    readonly replicas: number
  }[]
}

/** Connections to the brokers of one cluster, one per broker, opened when first needed. */
export class ClusterConnections {
  readonly #cluster: ClusterOptions
  readonly #settings: ConnectionSettings
  readonly #open = new Map<number, Promise<BrokerConnection>>()
  #closed = false
  #addresses = new Map<number, { host: string; port: number }>()

  constructor(cluster: ClusterOptions, settings: ConnectionSettings = {}) {
    this.#cluster = cluster
    this.#settings = settings
  }

  /** Asks any broker. Topics that do not exist are never created by asking. */
  async metadata(topics: readonly string[]): Promise<ClusterMetadata> {
    const broker = await this.any()
    const api = broker.choose(metadataV9.api, metadataV10.api, metadataV11.api, metadataV12.api)
    let answer
    try {
      answer = await tolerant(api.async(broker.connection, [...topics], false, false))
    } catch (error) {
      await broker.close()
      throw kafkaError(error, { broker: `${broker.host}:${broker.port}`, operation: 'Describe' })
    }
    this.#addresses = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
    // A bootstrap broker that is listed by the same address need not be connected to twice.
    const asked = answer.brokers.find(({ host, port }) => host === broker.host && port === broker.port)
    if (asked !== undefined && !this.#open.has(asked.nodeId)) this.#keep(asked.nodeId, Promise.resolve(broker))
    return {
      clusterId: answer.clusterId ?? null,
      controllerId: answer.controllerId,
      brokers: answer.brokers.map(({ nodeId, host, port }) => ({ nodeId, host, port })),
      topics: answer.topics.map(({ name, errorCode, isInternal, partitions }) => ({
        name: name ?? '',
        errorCode,
        isInternal,
        partitions: partitions
          .map(({ partitionIndex, errorCode, leaderId, replicaNodes }) => ({
            partition: partitionIndex,
            errorCode,
            leaderId,
            replicas: replicaNodes.length,
          }))
          .sort((a, b) => a.partition - b.partition),
      })),
    }
  }

  /** Some broker: the first bootstrap broker that answers, for as long as its connection lives. */
  any(): Promise<BrokerConnection> {
    return this.#kept(bootstrapNode, () => openAnyBroker(this.#cluster, this.#settings))
  }

  /** The broker of a node id of the latest metadata. */
  broker(nodeId: number): Promise<BrokerConnection> {
    return this.#kept(nodeId, () => {
      const address = this.#addresses.get(nodeId)
      if (address === undefined)
        throw new GenesisError('KAFKA_RETRIABLE', 'a partition has no leader now', { found: `node ${nodeId}` })
      return BrokerConnection.open(address.host, address.port, this.#cluster, this.#settings)
    })
  }

  /** Closes a broker's connection after it failed, so that the next use opens a new one. */
  async drop(nodeId: number): Promise<void> {
    const broker = this.#open.get(nodeId)
    this.#open.delete(nodeId)
    await closeQuietly(broker)
  }

  /** Closes every connection, and opens no more: what still goes on rejects. Never rejects itself. */
  async close(): Promise<void> {
    this.#closed = true
    const all = [...this.#open.values()]
    this.#open.clear()
    await Promise.all(all.map(closeQuietly))
  }

  async #kept(key: number, open: () => Promise<BrokerConnection>): Promise<BrokerConnection> {
    if (this.#closed) throw new GenesisError('INTERNAL', 'the connections to the brokers are closed')
    const kept = this.#open.get(key)
    if (kept !== undefined) return kept
    const opening = Promise.resolve().then(open)
    this.#keep(key, opening)
    return opening
  }

  #keep(key: number, opening: Promise<BrokerConnection>): void {
    const forget = (): void => {
      if (this.#open.get(key) === opening) this.#open.delete(key)
    }
    opening.then((broker) => broker.connection.once('close', forget), forget)
    this.#open.set(key, opening)
  }
}

/** The key of the bootstrap connection, beside node ids. */
const bootstrapNode = -2

async function closeQuietly(broker: Promise<BrokerConnection> | undefined): Promise<void> {
  await broker?.then((open) => open.close()).catch(() => {})
}
