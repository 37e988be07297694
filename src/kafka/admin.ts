import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigResourceTypes, createTopicsV7, describeConfigsV4 } from './platformatic.js'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import type { BrokerSource } from './broker-source.js'
import { ClusterConnections } from './cluster-connections.js'
import type { TopicMetadata } from './cluster-connections.js'
import { kafkaError, protocolFailure } from './errors.js'
import { tolerant } from './platformatic-connection.js'
import { protocolError } from './protocol-errors.js'

export interface ClusterDescription {
  readonly clusterId: string | null
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[]
}

export interface TopicDescription {
  readonly topic: string
  /** KIP-516; null: the broker is older than topic ids. */
  readonly topicId: string | null
  readonly partitions: number
  /** In bytes; Kafka's default if the user may not see the topic's configuration. */
  readonly maxMessageBytes: number
  /** All effective settings (DescribeConfigs); null if the user may not see them. */
  readonly config: ReadonlyMap<string, string> | null
}

/** How to create a topic. `replicationFactor` -1 is the broker's default. */
export interface TopicCreation {
  readonly partitions: number
  readonly replicationFactor: number
  readonly config: Readonly<Record<string, string>>
}

/** Requirements on an existing topic. Only the given ones are compared. */
export interface TopicExpectation {
  readonly partitions?: number
  readonly config?: Readonly<Record<string, string>>
}

/** The configuration of topics whose last record of a key counts: of checkpoints, and of a group's stores. */
export const compacted = { 'cleanup.policy': 'compact' }

const defaultMaxMessageBytes = 1_048_588
const unknownTopic = 3
const topicExists = 36
const throttlingQuotaExceeded = 89
const pollMs = 50

/** A cluster's topics: inspected and created, never altered. Every call rejects with a GenesisError. */
export class KafkaAdmin {
  readonly #connections: ClusterConnections
  readonly #timeoutMs: number

  constructor(cluster: ClusterOptions, source?: BrokerSource) {
    this.#connections = new ClusterConnections(cluster, source)
    this.#timeoutMs = cluster.requestTimeoutMs
  }

  async cluster(): Promise<ClusterDescription> {
    const { clusterId, brokers } = await this.#connections.metadata([])
    return { clusterId, brokers }
  }

  /** Null if the topic does not exist. */
  async describe(topic: string): Promise<TopicDescription | null> {
    return this.#described(() => this.#metadata(topic))
  }

  /**
   * The topic, created if missing (`creation` null: TOPIC_MISSING) and usable: every partition has a leader. Safe to call
   * concurrently. TOPIC_UNFIT if an existing topic differs from `expected`.
   */
  async ensureTopic(
    topic: string,
    creation: TopicCreation | null,
    expected: TopicExpectation = {},
  ): Promise<TopicDescription> {
    if ((await this.#metadata(topic)) === null) {
      if (creation === null)
        throw new GenesisError('TOPIC_MISSING', 'the topic does not exist', {
          place: `topic ${topic}`,
          remedy: 'Create it, or set topic_creation.enabled: true',
        })
      await this.#create(topic, creation)
    }
    const description = await this.#described<never>(() => this.#withLeaders(topic))
    checkTopic(description, expected)
    return description
  }

  /** Asks the broker whether `ensureTopic` could create the topic, without creating it. */
  async checkCreation(topic: string, creation: TopicCreation): Promise<void> {
    await this.#create(topic, creation, true)
  }

  /** The compacted checkpoint topic. TOPIC_UNFIT if it exists without compaction: checkpoints would expire. */
  ensureCheckpointTopic(topic: string, partitions: number, replicationFactor: number): Promise<TopicDescription> {
    return this.ensureTopic(topic, { partitions, replicationFactor, config: compacted }, { config: compacted })
  }

  /** Never rejects. */
  close(): Promise<void> {
    return this.#connections.close()
  }

  async #metadata(topic: string): Promise<TopicMetadata | null> {
    const found = (await this.#connections.metadata([topic])).topics.at(0)
    if (found === undefined || found.errorCode === unknownTopic) return null
    // A new topic may not have leaders yet.
    if (found.errorCode !== 0 && protocolError(found.errorCode).kind !== 'retriable')
      throw protocolFailure(found.errorCode, { topic, operation: 'Describe' })
    return found
  }

  async #create(
    topic: string,
    { partitions, replicationFactor, config }: TopicCreation,
    validateOnly = false,
  ): Promise<void> {
    let deadline = Date.now() + this.#timeoutMs
    for (;;) {
      const { controllerId } = await this.#connections.metadata([])
      const broker = await (controllerId >= 0 ? this.#connections.broker(controllerId) : this.#connections.any())
      const configs = Object.entries(config).map(([name, value]) => ({ name, value }))
      const request = { name: topic, numPartitions: partitions, replicationFactor, assignments: [], configs }
      const answer = await this.#answer(
        createTopicsV7.api.async(broker.connection, [request], this.#timeoutMs, validateOnly),
        topic,
        'Create',
      )
      const { errorCode, errorMessage } = answer.topics[0]
      if (errorCode === 0 || errorCode === topicExists) return
      // A controller quota (KIP-599) passes by itself; the connection waits.
      if (errorCode === throttlingQuotaExceeded) deadline += answer.throttleTimeMs
      if (protocolError(errorCode).kind !== 'retriable' || Date.now() > deadline)
        throw protocolFailure(errorCode, { topic, operation: 'Create' }, errorMessage)
      await sleep(pollMs)
    }
  }

  async #withLeaders(topic: string): Promise<TopicMetadata> {
    const deadline = Date.now() + this.#timeoutMs
    for (;;) {
      const found = await this.#metadata(topic)
      if (found !== null && found.errorCode === 0 && found.partitions.every(({ leaderId }) => leaderId >= 0))
        return found
      if (Date.now() > deadline)
        throw new GenesisError('KAFKA_RETRIABLE', 'the topic has partitions without a leader', {
          place: `topic ${topic}`,
        })
      await sleep(pollMs)
    }
  }

  /** Asks again while the broker that is asked for the configuration does not know a topic that another one names. */
  async #described<Missing extends null>(
    ask: () => Promise<TopicMetadata | Missing>,
  ): Promise<TopicDescription | Missing> {
    const deadline = Date.now() + this.#timeoutMs
    for (;;) {
      const found = await ask()
      if (found === null) return found
      const config = await this.#config(found.name)
      if (config !== undefined)
        return {
          topic: found.name,
          topicId: found.topicId,
          partitions: found.partitions.length,
          maxMessageBytes: Number(config?.get('max.message.bytes') ?? defaultMaxMessageBytes),
          config,
        }
      if (Date.now() > deadline)
        throw protocolFailure(unknownTopic, { topic: found.name, operation: 'DescribeConfigs' })
      await sleep(pollMs)
    }
  }

  /** Null if it may not be seen; undefined if the broker does not know the topic. */
  async #config(topic: string): Promise<ReadonlyMap<string, string> | null | undefined> {
    const broker = await this.#connections.any()
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: null }
    const answer = await this.#answer(
      describeConfigsV4.api.async(broker.connection, [resource], false, false),
      topic,
      'DescribeConfigs',
    )
    const { errorCode, errorMessage, configs } = answer.results[0]
    if (errorCode === unknownTopic) return undefined
    // Restricted users may write to topics without seeing their configuration.
    if (errorCode !== 0 && protocolError(errorCode).kind === 'authorization') return null
    if (errorCode !== 0) throw protocolFailure(errorCode, { topic, operation: 'DescribeConfigs' }, errorMessage)
    return new Map(configs.map(({ name, value }) => [name, value ?? '']))
  }

  async #answer<T>(answer: Promise<T>, topic: string, operation: 'Create' | 'DescribeConfigs'): Promise<T> {
    try {
      return await tolerant(answer)
    } catch (error) {
      throw kafkaError(error, { topic, operation })
    }
  }
}

/** Throws TOPIC_UNFIT if a topic differs from `expected`. */
export function checkTopic({ topic, partitions, config }: TopicDescription, expected: TopicExpectation): void {
  const place = `topic ${topic}`
  const remedy = 'Existing topics are never altered: alter it yourself, change topic_creation, or choose another topic'
  if (expected.partitions !== undefined && expected.partitions !== partitions)
    throw new GenesisError('TOPIC_UNFIT', 'the topic has a different number of partitions', {
      place,
      found: String(partitions),
      expected: String(expected.partitions),
      remedy,
    })
  for (const [key, value] of Object.entries(expected.config ?? {})) {
    if (config === null) throw protocolFailure(29, { topic, operation: 'DescribeConfigs' })
    const found = config.get(key)
    if (found !== value)
      throw new GenesisError('TOPIC_UNFIT', 'the topic has a different configuration', {
        place,
        found: found === undefined ? `no ${key}` : `${key}=${found}`,
        expected: `${key}=${value}`,
        remedy,
      })
  }
}

/** Throws TOPIC_UNFIT for internal topics of Kafka, a registry or this program. */
export function refuseInternalTopic(topic: string, checkpointTopic: string): void {
  const internal = topic.startsWith('__') || topic === '_schemas' || topic === checkpointTopic
  if (internal)
    throw new GenesisError('TOPIC_UNFIT', 'a connector cannot write to an internal topic', {
      place: `topic ${topic}`,
      remedy: 'Choose a topic for the connector alone',
    })
}
