import type { ClusterConnections } from '../cluster-connections.js'
import { protocolFailure } from '../errors.js'
import { GenesisError } from '../../errors.js'
import type { BrokerConnection } from '../platformatic-connection.js'
import { slowBackoff, retryUntil } from './retry-until.js'

const unknownTopic = 3

/** The topic the records were meant for is gone. */
function topicRecreated(topic: string, found: string, expected: string): GenesisError {
  const details = { place: `topic ${topic}`, found: `id ${found}`, expected: `id ${expected}` }
  return new GenesisError('TOPIC_MISSING', 'the topic was deleted and recreated', details)
}

/** Leaders of topic partitions, with an open connection to each. */
export class Leaders {
  readonly #connections: ClusterConnections
  readonly #limitMs: number
  readonly #topics = new Map<string, readonly number[]>()
  readonly #brokers = new Map<number, BrokerConnection>()
  /** Null: topics are identified by name only. */
  readonly #ids: Map<string, string> | null

  /**
   * `limitMs`: maximum wait for a missing leader. `ids`: expected topic ids, by default the first ones seen;
   * 'any': a topic may be recreated.
   */
  constructor(connections: ClusterConnections, limitMs: number, ids: ReadonlyMap<string, string> | 'any' = new Map()) {
    this.#ids = ids === 'any' ? null : new Map(ids)
    this.#connections = connections
    this.#limitMs = limitMs
  }

  /** Whether every leader of these topics is known and connected. */
  knows(topics: readonly string[]): boolean {
    return topics.every((topic) => this.#topics.get(topic)?.every((node) => this.#brokers.get(node)?.usable))
  }

  /** Finds the leaders and connects to them, waiting for elections. Call only with nothing in flight. */
  async find(topics: readonly string[]): Promise<void> {
    await retryUntil(this.#limitMs, slowBackoff, { operation: 'Describe' }, async () => {
      const metadata = await this.#connections.metadata(topics)
      for (const { name, topicId, errorCode, partitions } of metadata.topics) {
        if (errorCode === unknownTopic)
          throw new GenesisError('TOPIC_MISSING', 'the topic does not exist', { place: `topic ${name}` })
        if (errorCode !== 0) throw protocolFailure(errorCode, { topic: name, operation: 'Describe' })
        this.#identify(name, topicId)
        const leaders = partitions.map(({ leaderId }) => leaderId)
        for (const node of new Set(leaders)) this.#brokers.set(node, await this.#connections.broker(node))
        this.#topics.set(name, leaders)
      }
    })
  }

  /** The id the topic must have (KIP-516); null: any, or the broker is older than topic ids. */
  topicId(topic: string): string | null {
    return this.#ids?.get(topic) ?? null
  }

  #identify(topic: string, found: string | null): void {
    if (this.#ids === null || found === null) return
    const expected = this.#ids.get(topic) ?? found
    if (found !== expected) throw topicRecreated(topic, found, expected)
    this.#ids.set(topic, expected)
  }

  /** The leader's node id; TOPIC_MISSING if the topic lacks the partition. */
  of(topic: string, partition: number): number {
    const node = this.#topics.get(topic)?.at(partition)
    if (node !== undefined && partition >= 0) return node
    throw new GenesisError('TOPIC_MISSING', 'the topic has no such partition', {
      place: `topic ${topic}, partition ${partition}`,
      found: `${this.#topics.get(topic)?.length ?? 0} partitions`,
    })
  }

  broker(node: number): BrokerConnection {
    const broker = this.#brokers.get(node)
    if (broker !== undefined) return broker
    throw new GenesisError('KAFKA_RETRIABLE', 'a partition has no leader', { found: `node ${node}` })
  }

  /** All connections to leaders. */
  get brokers(): readonly BrokerConnection[] {
    return [...this.#brokers.values()]
  }
}
