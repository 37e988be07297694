import { deleteTopicsV6 } from '@platformatic/kafka'
import type { ClusterOptions } from '#src/config/cluster.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'

/** Deletes a measurement's topics, which would affect the next one. Never rejects: the measurement's own error takes precedence. */
export async function deleteTopics(cluster: ClusterOptions, names: readonly string[]): Promise<void> {
  const topics = names.map((name) => ({ name, topicId: null }))
  try {
    const broker = await openAnyBroker(cluster)
    await deleteTopicsV6.api.async(broker.connection, topics, cluster.requestTimeoutMs).finally(() => broker.close())
  } catch {
    // If the broker is gone, so are its topics.
  }
}
