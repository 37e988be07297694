/** Finds a shard's previous owner by the transactional ids the cluster knows. */
import type { ClusterOptions } from '../../config/cluster.js'
import type { BrokerSource } from '../../kafka/broker-source.js'
import { ClusterConnections } from '../../kafka/cluster-connections.js'
import { kafkaError } from '../../kafka/errors.js'
import { describeTransaction, fenceIds } from '../../kafka/fencing.js'
import { earlierTransactionalId, transactionalId } from '../../kafka/transactional-id.js'
import type { ShardId } from '../../record.js'

/**
 * Fences a worker of version 0.1, whose ids had another form. Without a checkpoint of that version, only if the cluster knows such
 * an id: it may be about to write its first one.
 */
export function fenceEarlierId(
  cluster: ClusterOptions,
  group: string,
  shard: ShardId,
  isKnown: boolean,
  shared?: BrokerSource,
): Promise<void> {
  const id = earlierTransactionalId(group, shard)
  return withConnections(cluster, shared, async (connections) => {
    const limitMs = cluster.requestTimeoutMs
    if (isKnown || (await describeTransaction(connections, id, limitMs)) !== null)
      await fenceIds(connections, [id], limitMs)
  })
}

/**
 * Whether the shard's last transaction was committed, as far as the cluster remembers (`transactional.id.expiration.ms`, a week by
 * default): each one has a checkpoint. Opening the sink resets this. Ids of version 0.1 are skipped: they may be someone else's.
 */
export function isCheckpointLost(
  cluster: ClusterOptions,
  group: string,
  shard: ShardId,
  shared?: BrokerSource,
): Promise<boolean> {
  return withConnections(cluster, shared, async (connections) => {
    const found = await describeTransaction(connections, transactionalId(group, shard), cluster.requestTimeoutMs)
    return found?.state === 'CompleteCommit'
  })
}

async function withConnections<T>(
  cluster: ClusterOptions,
  shared: BrokerSource | undefined,
  work: (connections: ClusterConnections) => Promise<T>,
): Promise<T> {
  const connections = new ClusterConnections(cluster, shared)
  try {
    // Needed for the coordinators' addresses.
    await connections.metadata([])
    return await work(connections)
  } catch (error) {
    throw kafkaError(error)
  } finally {
    await connections.close()
  }
}
