import { deleteTopicsV6 } from '@platformatic/kafka'
import type { ClusterOptions } from '#src/config/cluster.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'

/** What a measurement has written would be in the way of the next one. Never rejects: the measurement's own error counts. */
export async function deleteTopics(cluster: ClusterOptions, names: readonly string[]): Promise<void> {
  const topics = names.map((name) => ({ name, topicId: null }))
  try {
    const broker = await openAnyBroker(cluster)
    await deleteTopicsV6.api.async(broker.connection, topics, cluster.requestTimeoutMs).finally(() => broker.close())
  } catch {
    // A broker that is gone has no topics either.
  }
}
