/**
 * Format of a checkpoint in the checkpoint topic, that of Kafka Connect's source offsets: key `["<connector>",{"shard":0}]`
 * (with several sinks `["<connector>",{"shard":0,"sink":"<sink>"}]`), value
 * `{"position":…,"fingerprint":"…","shards":…,"group":"…","topic":"…","topic_id":"…","partitions":"0:3,40000:6"}`, both
 * JSON; a null value deletes. Only strings and numbers as values, as for Connect's own offsets. Version 0.1 wrote
 * the first three keys.
 */
import type { Checkpoint, ShardId } from '../record.js'
import { partitionOfKey } from './partitioner.js'
import type { SideRecord } from './producer.js'

/** Owner of the checkpoint: Connect's source partition. */
export type CheckpointSource = Pick<ShardId, 'connector' | 'shard' | 'sink'>

/** The topic's partition count from a position of the stream on. */
export interface PartitionsSince {
  readonly position: number
  readonly partitions: number
}

/** Where the records before a checkpoint went. */
export interface CheckpointTarget {
  /** The worker group that sent them. */
  readonly group: string
  readonly topic: string
  /** KIP-516; null: the broker is older than topic ids. */
  readonly topicId: string | null
  /** In ascending order. Positions before the first are in no topic, or in a predecessor of this one. */
  readonly partitions: readonly PartitionsSince[]
}

/** A stored checkpoint. Without a target, it was written by version 0.1. */
export interface TopicCheckpoint extends Checkpoint {
  readonly target?: CheckpointTarget
}

/** The record that stores a checkpoint, or deletes it (null). `partitions`: of the checkpoint topic. */
export function checkpointRecord(
  topic: string,
  partitions: number,
  source: CheckpointSource,
  checkpoint: TopicCheckpoint | null,
): SideRecord & { readonly key: Buffer } {
  const key = checkpointKey(source)
  return {
    topic,
    partition: partitionOfKey(key, 0, key.length, partitions),
    key,
    value: checkpoint === null ? null : Buffer.from(JSON.stringify(valueOf(checkpoint))),
  }
}

function valueOf({ position, fingerprint, shards, target }: TopicCheckpoint): object {
  if (target === undefined) return { position, fingerprint, shards }
  const { group, topic, topicId } = target
  const partitions = target.partitions.map((since) => `${since.position}:${since.partitions}`).join(',')
  return { position, fingerprint, shards, group, topic, ...(topicId !== null && { topic_id: topicId }), partitions }
}

export function checkpointKey({ connector, shard, sink }: CheckpointSource): Buffer {
  return Buffer.from(JSON.stringify([connector, { shard, ...(sink !== undefined && { sink }) }]))
}

/** The shard of a key; null for foreign keys. */
export function sourceOf(key: Buffer | null): CheckpointSource | null {
  if (key === null) return null
  let parsed: unknown
  try {
    parsed = JSON.parse(key.toString('utf8'))
  } catch {
    return null
  }
  if (!Array.isArray(parsed) || typeof parsed[0] !== 'string') return null
  const source: unknown = parsed[1]
  if (typeof source !== 'object' || source === null) return null
  const { shard, sink } = source as Record<string, unknown>
  if (!Number.isSafeInteger(shard) || (sink !== undefined && typeof sink !== 'string')) return null
  return { connector: parsed[0], shard: shard as number, ...(sink !== undefined && { sink }) }
}

/** Null: not a checkpoint. */
export function parseCheckpoint(value: Buffer): TopicCheckpoint | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(value.toString('utf8'))
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null) return null
  const { position, fingerprint, shards } = parsed as Record<string, unknown>
  const valid =
    typeof position === 'number' &&
    Number.isSafeInteger(position) &&
    position >= 0 &&
    typeof fingerprint === 'string' &&
    typeof shards === 'number' &&
    Number.isSafeInteger(shards) &&
    shards > 0
  if (!valid) return null
  const target = targetOf(parsed as Record<string, unknown>)
  // Hand-written ones have no target and are completed like those of version 0.1; half a target is an error.
  if (target === null) return null
  return { position, fingerprint, shards, ...(target !== undefined && { target }) }
}

/** Undefined: no target given. Null: unreadable. */
function targetOf(value: Record<string, unknown>): CheckpointTarget | undefined | null {
  const { group, topic, topic_id: topicId = null, partitions } = value
  if (group === undefined && topic === undefined && topicId === null && partitions === undefined) return undefined
  if (typeof group !== 'string' || typeof topic !== 'string' || typeof partitions !== 'string') return null
  if (topicId !== null && typeof topicId !== 'string') return null
  if (!/^\d+:[1-9]\d*(,\d+:[1-9]\d*)*$/.test(partitions)) return null
  const history = partitions.split(',').map((since) => {
    const [position, count] = since.split(':').map(Number)
    return { position, partitions: count }
  })
  if (history.some(({ position }, i) => i > 0 && position < history[i - 1].position)) return null
  return { group, topic, topicId, partitions: history }
}
