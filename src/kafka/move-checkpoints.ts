/** Changes checkpoints from outside their (fenced) tasks: `genesis reset`, and Connect's offsets over REST. */
import type { ClusterOptions } from '../config/cluster.js'
import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import type { ShardId } from '../record.js'
import { KafkaAdmin } from './admin.js'
import { CheckpointReader } from './checkpoint-reader.js'
import type { KeptCheckpoint } from './checkpoint-reader.js'
import { checkpointRecord } from './checkpoint-record.js'
import type { TopicCheckpoint } from './checkpoint-record.js'
import { ClusterConnections } from './cluster-connections.js'
import { createProducer } from './create-producer.js'
import { kafkaError } from './errors.js'
import { describeTransaction, fenceIds } from './fencing.js'
import { earlierTransactionalId, transactionalId } from './transactional-id.js'

/** Owner of the checkpoints: all shards of a connector's delivery to one sink. */
export interface CheckpointOwner {
  readonly cluster: ClusterOptions
  readonly checkpoints: { readonly topic: string; readonly partitions: number; readonly replicationFactor: number }
  /** The connector's worker group (`group.id`). */
  readonly group: string
  readonly connector: string
  /** Absent: the connector has one sink. */
  readonly sink?: string
  /** Current tasks.max. */
  readonly shards: number
}

/** The owner of the checkpoints of a connector's delivery to one sink. */
export function ownerOf({ name, sinkName, tasks }: ConnectorConfig, worker: WorkerConfig): CheckpointOwner {
  return {
    cluster: worker.kafka,
    checkpoints: worker.checkpoints,
    group: worker.group.id,
    connector: name,
    ...(sinkName !== null && { sink: sinkName }),
    shards: tasks.max,
  }
}

/** A shard and its checkpoint, before and after. */
export interface MovedCheckpoint {
  readonly shard: number
  /** Null: there was none. */
  readonly from: TopicCheckpoint | null
  /** Null: deleted; the shard restarts from its beginning. */
  readonly to: TopicCheckpoint | null
}

/**
 * Decides a shard's new checkpoint. Called for every shard of `owner.shards` and every other that has one. `current`:
 * null if there is none; 'corrupt' if unreadable. May reject; nothing is changed then.
 */
export type NextCheckpoint = (
  shard: number,
  current: TopicCheckpoint | 'corrupt' | null,
) => Promise<TopicCheckpoint | null>

/**
 * Fences whatever runs a shard (its task ends with KAFKA_FENCED), then writes and deletes the checkpoints in one
 * transaction, then fences again. Also fences the id of version 0.1, and in the group named by the checkpoint.
 * KAFKA_FENCED: a worker started the connector meanwhile; whether before or after the change is unknown.
 * Rejects with GenesisErrors only.
 */
export async function moveCheckpoints(owner: CheckpointOwner, next: NextCheckpoint): Promise<MovedCheckpoint[]> {
  const { cluster, checkpoints, connector, sink } = owner
  const limitMs = cluster.requestTimeoutMs
  const connections = new ClusterConnections(cluster)
  try {
    const { partitions } = await ensureTopic(owner)
    // Needed for the coordinators' addresses.
    await connections.metadata([])
    const reader = new CheckpointReader(cluster, checkpoints.topic)
    const ids = await idsToFence(connections, owner, await reader.kept(connector, sink))
    await fenceIds(connections, ids, limitMs)
    const { moved, records } = await plan(owner, partitions, await reader.kept(connector, sink), next)
    if (records.length > 0) {
      const producer = await createProducer('wire', cluster, {
        topic: checkpoints.topic,
        partitions,
        transactionalId: transactionalId(owner.group, shardOf(owner, 0)),
        transactionTimeoutMs: 10_000,
        compression: 'none',
        maxMessageBytes: 1_000_000,
      })
      try {
        await producer.init()
        await producer.commit(records)
      } finally {
        await producer.close()
      }
    }
    // A worker started in between has read the old checkpoint. Also leaves the ids without a committed transaction.
    await fenceIds(connections, ids, limitMs)
    confirm(owner, moved, await reader.kept(connector, sink))
    return moved
  } catch (error) {
    throw kafkaError(error)
  } finally {
    await connections.close()
  }
}

/** Checkpoints of a connector's delivery to one sink, by shard. Empty if there is no checkpoint topic. */
export function readCheckpoints({
  cluster,
  checkpoints,
  connector,
  sink,
}: CheckpointOwner): Promise<ReadonlyMap<number, TopicCheckpoint>> {
  return new CheckpointReader(cluster, checkpoints.topic).settled(connector, sink)
}

async function ensureTopic({ cluster, checkpoints }: CheckpointOwner): Promise<{ readonly partitions: number }> {
  const admin = new KafkaAdmin(cluster)
  try {
    return await admin.ensureCheckpointTopic(checkpoints.topic, checkpoints.partitions, checkpoints.replicationFactor)
  } finally {
    await admin.close()
  }
}

function shardOf({ connector, sink, shards }: CheckpointOwner, shard: number): ShardId {
  return { connector, ...(sink !== undefined && { sink }), shard, shards }
}

/** The ids of this group, plus those of other groups and version 0.1 that the cluster knows. */
async function idsToFence(
  connections: ClusterConnections,
  owner: CheckpointOwner,
  kept: readonly KeptCheckpoint[],
): Promise<string[]> {
  const { group } = owner
  const shards = new Set(Array.from({ length: owner.shards }, (_, shard) => shard))
  const groups = new Set([group])
  for (const { shard, checkpoint } of kept) {
    shards.add(shard)
    if (checkpoint?.target !== undefined) groups.add(checkpoint.target.group)
  }
  const all = [...shards].map((shard) => shardOf(owner, shard))
  const own = all.map((shard) => transactionalId(group, shard))
  const others = all.flatMap((shard) =>
    [...groups].flatMap((name) => [
      earlierTransactionalId(name, shard),
      ...(name === group ? [] : [transactionalId(name, shard)]),
    ]),
  )
  const known = await Promise.all(
    others.map((id) => describeTransaction(connections, id, owner.cluster.requestTimeoutMs)),
  )
  return [...own, ...others.filter((_, i) => known[i] !== null)]
}

/** The records to write, and their effect. */
async function plan(
  owner: CheckpointOwner,
  partitions: number,
  kept: readonly KeptCheckpoint[],
  next: NextCheckpoint,
): Promise<{ moved: MovedCheckpoint[]; records: ReturnType<typeof checkpointRecord>[] }> {
  const { topic } = owner.checkpoints
  const moved: MovedCheckpoint[] = []
  const records: ReturnType<typeof checkpointRecord>[] = []
  const shards = new Set([
    ...Array.from({ length: owner.shards }, (_, shard) => shard),
    ...kept.map((one) => one.shard),
  ])
  for (const shard of [...shards].sort((a, b) => a - b)) {
    const all = kept.filter((one) => one.shard === shard)
    const empty = checkpointRecord(topic, partitions, shardOf(owner, shard), null)
    const own = all.find(({ partition }) => partition === empty.partition) ?? all.at(0)
    const from = own?.checkpoint ?? null
    const to = await next(shard, own !== undefined && from === null ? 'corrupt' : from)
    if (to !== null) records.push(checkpointRecord(topic, partitions, shardOf(owner, shard), to))
    // Otherwise one written when the topic had fewer partitions would resurface.
    for (const { partition } of all)
      if (to === null || partition !== empty.partition) records.push({ ...empty, partition })
    if (own !== undefined || to !== null) moved.push({ shard, from, to })
  }
  return { moved, records }
}

function confirm(owner: CheckpointOwner, moved: readonly MovedCheckpoint[], kept: readonly KeptCheckpoint[]): void {
  for (const { shard, to } of moved) {
    const now = kept.find((one) => one.shard === shard)?.checkpoint ?? null
    if (now?.position === to?.position && now?.fingerprint === to?.fingerprint) continue
    throw new GenesisError('KAFKA_FENCED', 'a worker started the connector meanwhile', {
      place: `topic ${owner.checkpoints.topic}: connector ${owner.connector}, shard ${shard}`,
      found: now === null ? 'no checkpoint' : `position ${now.position}`,
      expected: to === null ? 'no checkpoint' : `position ${to.position}`,
      remedy: 'Stop the connector everywhere, then retry',
    })
  }
}
