import { deleteTopicsV6 } from '@platformatic/kafka'
import type { ClusterOptions } from '#src/config/cluster.js'
import { openAnyBroker } from '#src/kafka/platformatic-connection.js'

/** What a measurement has written would be in the way of the next one. */
export async function deleteTopics(cluster: ClusterOptions, names: readonly string[]): Promise<void> {
  const broker = await openAnyBroker(cluster)
  const topics = names.map((name) => ({ name, topicId: null }))
  await deleteTopicsV6.api.async(broker.connection, topics, cluster.requestTimeoutMs).catch(() => {})
  await broker.close()
}
