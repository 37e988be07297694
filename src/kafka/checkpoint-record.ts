/**
 * The form of a checkpoint in the checkpoint topic, that of Kafka Connect's source offsets: key `["<connector>",{"shard":0}]`
 * (with several sinks `["<connector>",{"shard":0,"sink":"<sink>"}]`), value `{"position":…,"fingerprint":"…","shards":…}`, both JSON; a null value deletes.
 */
import type { Checkpoint, ShardId } from '../record.js'
import { partitionOfKey } from './partitioner.js'
import type { SideRecord } from './producer.js'

/** Whose checkpoint it is: Connect's source partition. */
export type CheckpointSource = Pick<ShardId, 'connector' | 'shard' | 'sink'>

/** The record that makes a checkpoint durable, or (null) deletes it. `partitions`: of the checkpoint topic. */
export function checkpointRecord(
  topic: string,
  partitions: number,
  source: CheckpointSource,
  checkpoint: Checkpoint | null,
): SideRecord & { readonly key: Buffer } {
  const key = checkpointKey(source)
  return {
    topic,
    partition: partitionOfKey(key, 0, key.length, partitions),
    key,
    value:
      checkpoint === null
        ? null
        : Buffer.from(
            JSON.stringify({
              position: checkpoint.position,
              fingerprint: checkpoint.fingerprint,
              shards: checkpoint.shards,
            }),
          ),
  }
}

export function checkpointKey({ connector, shard, sink }: CheckpointSource): Buffer {
  return Buffer.from(JSON.stringify([connector, { shard, ...(sink !== undefined && { sink }) }]))
}

/** The shard that a key names; null for keys of others. */
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

/** Null: it is none. */
export function parseCheckpoint(value: Buffer): Checkpoint | null {
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
  return valid ? { position, fingerprint, shards } : null
}
