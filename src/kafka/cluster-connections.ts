import { metadataV10, metadataV11, metadataV12, metadataV9 } from './platformatic.js'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { kafkaError } from './errors.js'
import { OwnConnections } from './broker-source.js'
import type { BrokerSource } from './broker-source.js'
import { openAnyBroker, tolerant } from './platformatic-connection.js'
import type { BrokerConnection } from './platformatic-connection.js'
import { topicIdOf } from './wire/topic-id.js'

export interface ClusterMetadata {
  readonly clusterId: string | null
  readonly controllerId: number
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
  readonly topics: readonly TopicMetadata[]
}

export interface TopicMetadata {
  readonly name: string
  /** KIP-516, as kafka-topics prints it; null: the broker is older than topic ids. */
  readonly topicId: string | null
  /** Protocol error code; 3 is a topic that does not exist. */
  readonly errorCode: number
  readonly isInternal: boolean
  /** In order of partition number. `leaderId` is -1 while there is no leader. */
  readonly partitions: readonly {
    readonly partition: number
    readonly errorCode: number
    readonly leaderId: number
    readonly replicas: number
  }[]
}

/** Connections to the brokers of one cluster, one per broker, opened on first use. */
export class ClusterConnections {
  readonly #cluster: ClusterOptions
  readonly #source: BrokerSource
  readonly #open = new Map<number, Promise<BrokerConnection>>()
  readonly #connected = new Set<BrokerConnection>()
  readonly #closing = new AbortController()
  #addresses = new Map<number, { host: string; port: number }>()

  constructor(cluster: ClusterOptions, source: BrokerSource = new OwnConnections(cluster)) {
    this.#cluster = cluster
    this.#source = source
  }

  /** When any broker was last heard on these connections, by `performance.now()`; 0: never. */
  get heardAt(): number {
    return Math.max(0, ...[...this.#connected].map(({ connection }) => connection.heardAt))
  }

  /** Asks any broker. Never auto-creates topics. */
  async metadata(topics: readonly string[]): Promise<ClusterMetadata> {
    const broker = await this.any()
    const opening = this.#open.get(bootstrapNode)
    const api = broker.choose(metadataV9.api, metadataV10.api, metadataV11.api, metadataV12.api)
    let answer
    try {
      answer = await tolerant(api.async(broker.connection, [...topics], false, false))
    } catch (error) {
      await this.drop(bootstrapNode)
      throw kafkaError(error, { broker: `${broker.host}:${broker.port}`, operation: 'Describe' })
    }
    this.#addresses = new Map(answer.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]))
    // Reuse the bootstrap connection if the broker is listed under the same address.
    const asked = answer.brokers.find(({ host, port }) => host === broker.host && port === broker.port)
    if (asked !== undefined && opening !== undefined && opening === this.#open.get(bootstrapNode))
      if (!this.#open.has(asked.nodeId)) this.#open.set(asked.nodeId, opening)
    return {
      clusterId: answer.clusterId ?? null,
      controllerId: answer.controllerId,
      brokers: answer.brokers.map(({ nodeId, host, port }) => ({ nodeId, host, port })),
      topics: answer.topics.map(({ name, errorCode, isInternal, partitions, ...since10 }) => ({
        name: name ?? '',
        topicId: 'topicId' in since10 ? topicIdOf(since10.topicId) : null,
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

  /** Any broker: the first bootstrap broker that answers, until its connection breaks. */
  any(): Promise<BrokerConnection> {
    return this.#usable(bootstrapNode, () =>
      openAnyBroker(this.#cluster, (host, port) => this.#source.open(host, port, this.#closing.signal)),
    )
  }

  /** The broker with a node id of the latest metadata. */
  broker(nodeId: number): Promise<BrokerConnection> {
    return this.#usable(nodeId, () => {
      const address = this.#addresses.get(nodeId)
      if (address === undefined)
        throw new GenesisError('KAFKA_RETRIABLE', 'a partition has no leader', { found: `node ${nodeId}` })
      return this.#source.open(address.host, address.port, this.#closing.signal).catch((error: unknown) => {
        this.#closing.signal.throwIfAborted()
        throw unreachable(kafkaError(error), nodeId)
      })
    })
  }

  /** Drops a broker's failed connection, so that the next use opens a new one. */
  async drop(nodeId: number): Promise<void> {
    const dropped = this.#open.get(nodeId)
    // The bootstrap connection may also serve a node.
    for (const [key, open] of this.#open) if (open === dropped || key === nodeId) this.#open.delete(key)
    if (dropped !== undefined) await this.#giveBack([dropped])
  }

  /** Releases every connection, also those that are still opening, and opens no more: pending calls reject. Never rejects itself. */
  async close(): Promise<void> {
    this.#closing.abort(new GenesisError('INTERNAL', 'the connections to the brokers are closed'))
    const all = [...this.#open.values()]
    this.#open.clear()
    await this.#giveBack(all)
  }

  async #usable(key: number, open: () => Promise<BrokerConnection>): Promise<BrokerConnection> {
    for (;;) {
      this.#closing.signal.throwIfAborted()
      const kept = this.#open.get(key)
      const opening = kept ?? this.#opening(key, open)
      const broker = await opening
      if (kept === undefined || broker.usable) return broker
      if (this.#open.get(key) === kept) await this.drop(key)
    }
  }

  #opening(key: number, open: () => Promise<BrokerConnection>): Promise<BrokerConnection> {
    const opening = Promise.resolve().then(open)
    this.#open.set(key, opening)
    opening.then(
      (broker) => this.#open.get(key) === opening && this.#connected.add(broker),
      () => this.#open.get(key) === opening && this.#open.delete(key),
    )
    return opening
  }

  async #giveBack(all: readonly Promise<BrokerConnection>[]): Promise<void> {
    // Release each as often as it was opened: a pool may hand out the same connection twice, and counts both.
    const opened = await Promise.allSettled(new Set(all))
    const brokers = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    for (const broker of brokers) this.#connected.delete(broker)
    await Promise.all(brokers.map((broker) => this.#source.close(broker)))
  }
}

/** Key of the bootstrap connection, next to the node ids. */
const bootstrapNode = -2

/** The user gave the bootstrap address, but the cluster gave this one. */
function unreachable(error: GenesisError, nodeId: number): GenesisError {
  if (!['KAFKA_UNREACHABLE', 'KAFKA_TIMEOUT', 'KAFKA_REJECTED'].includes(error.code)) return error
  return new GenesisError('KAFKA_UNREACHABLE', 'a broker does not answer at its advertised address', {
    place: `${error.details.place ?? 'broker'} (node ${nodeId})`,
    found: error.details.found ?? error.message,
    remedy: 'Check that the broker is up and its advertised.listeners are reachable from here',
    cause: error,
  })
}
