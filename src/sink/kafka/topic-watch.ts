import type { ClusterOptions } from '../../config/cluster.js'
import { GenesisError } from '../../errors.js'
import type { TopicDescription } from '../../kafka/admin.js'
import type { BrokerSource } from '../../kafka/broker-source.js'
import { ClusterConnections } from '../../kafka/cluster-connections.js'

/** Ms between two checks: one request each, per task. */
const intervalMs = 10_000

/**
 * Checks now and then, while records are sent, whether topics are still the same: one deleted and recreated
 * between two requests would take the rest of the stream without an error.
 */
export class TopicWatch {
  readonly #cluster: ClusterOptions
  readonly #shared: BrokerSource | undefined
  readonly #topics: readonly Pick<TopicDescription, 'topic' | 'topicId'>[]
  readonly #now: () => number
  #lookedAt: number
  #changed: GenesisError | null = null

  constructor(
    cluster: ClusterOptions,
    topics: readonly Pick<TopicDescription, 'topic' | 'topicId'>[],
    shared?: BrokerSource,
    now: () => number = () => performance.now(),
  ) {
    this.#cluster = cluster
    this.#shared = shared
    this.#topics = topics
    this.#now = now
    this.#lookedAt = now()
  }

  /** Starts a check if it is due. Throws KAFKA_RETRIABLE if an earlier one found another topic: reopening says which. */
  look(): void {
    if (this.#changed !== null) throw this.#changed
    if (this.#now() - this.#lookedAt < intervalMs) return
    this.#lookedAt = this.#now()
    void this.#compare()
  }

  async #compare(): Promise<void> {
    const connections = new ClusterConnections(this.#cluster, this.#shared)
    try {
      const { topics } = await connections.metadata(this.#topics.map(({ topic }) => topic))
      for (const { topic, topicId } of this.#topics) {
        const found = topics.find(({ name }) => name === topic)?.topicId ?? null
        if (topicId === null || found === null || found === topicId) continue
        this.#changed = new GenesisError('KAFKA_RETRIABLE', 'the topic was deleted and recreated', {
          place: `topic ${topic}`,
          found: `id ${found}`,
          expected: `id ${topicId}`,
        })
      }
    } catch {
      // The producer's next request will run into whatever is unavailable now.
    } finally {
      await connections.close()
    }
  }
}
