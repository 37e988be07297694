/**
 * Checkpoints in a compacted topic, in Kafka Connect's form of source offsets: key `["<connector>",{"shard":0}]`, value
 * `{"position":…,"fingerprint":"…","shards":…}`, both JSON; a null value deletes.
 */
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import type { Checkpoint, ShardId } from '../record.js'
import { partitionOfKey } from './partitioner.js'
import type { SideRecord } from './producer.js'
import { TopicReader } from './topic-reader.js'
import type { RecordCursor } from './wire/record-batch-read.js'

interface Entry {
  readonly value: Buffer | null
  readonly partition: number
  readonly offset: number
}

/** The record that makes a checkpoint durable, or (null) deletes it. `partitions`: of the checkpoint topic. */
export function checkpointRecord(
  topic: string,
  partitions: number,
  { connector, shard }: Pick<ShardId, 'connector' | 'shard'>,
  checkpoint: Checkpoint | null,
): SideRecord {
  const key = checkpointKey(connector, shard)
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

/** Reads a checkpoint topic. Never waits for another shard's transaction, and takes nothing from an undecided or aborted one. */
export class CheckpointReader {
  readonly #topic: string
  readonly #reader: TopicReader

  constructor(cluster: ClusterOptions, topic: string) {
    this.#topic = topic
    this.#reader = new TopicReader(cluster, topic)
  }

  /**
   * The checkpoint of one shard. CHECKPOINT_INVALID, naming partition and offset, if it is corrupt, or in a partition that
   * is not its key's any more because the topic was given more of them: without it the stream would begin again.
   */
  async shard(connector: string, shard: number): Promise<Checkpoint | null> {
    const key = checkpointKey(connector, shard)
    const ranges = await this.#reader.ranges()
    const partition = partitionOfKey(key, 0, key.length, ranges.length)
    const wanted = key.toString('latin1')
    const entries = await this.#latest(ranges[partition], (candidate) => candidate === wanted)
    const entry = entries.get(wanted)
    if (entry !== undefined) return this.#parsed(entry, shard)
    for (const other of ranges) {
      if (other.partition === partition) continue
      const strayed = (await this.#latest(other, (candidate) => candidate === wanted)).get(wanted)
      if (strayed !== undefined && strayed.value !== null) throw this.#strayed(strayed, partition)
    }
    return null
  }

  /** The checkpoints of all shards of a connector. */
  async connector(connector: string): Promise<ReadonlyMap<number, Checkpoint>> {
    const ranges = await this.#reader.ranges()
    const isOfConnector = (key: string): boolean => shardOf(key, connector) !== null
    const checkpoints = new Map<number, Checkpoint>()
    for (const entries of await Promise.all(ranges.map((range) => this.#latest(range, isOfConnector))))
      for (const [key, entry] of entries) {
        const shard = shardOf(key, connector)
        const checkpoint = shard === null ? null : this.#parsed(entry, shard)
        if (shard !== null && checkpoint !== null) checkpoints.set(shard, checkpoint)
      }
    return checkpoints
  }

  /** Never rejects. */
  close(): Promise<void> {
    return this.#reader.close()
  }

  /**
   * The last decided entry of each wanted key below the end offset as it is now. Read uncommitted, with the
   * markers deciding: a read_committed reader waits at the first open transaction of any shard in the partition.
   */
  async #latest(
    range: { partition: number; start: number; end: number },
    wanted: (key: string) => boolean,
  ): Promise<Map<string, Entry>> {
    const decided = new Map<string, Entry>()
    const undecided = new Map<bigint, Map<string, Entry>>()
    for await (const batch of this.#reader.read(range, 'uncommitted')) {
      const { producerId, transactional, control } = batch.header
      if (control) {
        if (isCommit(batch)) for (const [key, entry] of undecided.get(producerId) ?? []) decided.set(key, entry)
        undecided.delete(producerId)
        continue
      }
      while (batch.next()) {
        const key = batch.key()?.toString('latin1')
        if (key === undefined || !wanted(key)) continue
        const value = batch.value()
        const entry = {
          value: value === null ? null : Buffer.from(value),
          partition: range.partition,
          offset: batch.offset,
        }
        if (!transactional) {
          decided.set(key, entry)
          continue
        }
        const open = undecided.get(producerId) ?? new Map<string, Entry>()
        undecided.set(producerId, open.set(key, entry))
      }
    }
    return decided
  }

  #strayed({ value, partition, offset }: Entry, expected: number): GenesisError {
    return new GenesisError('CHECKPOINT_INVALID', 'a checkpoint is in a partition that is not its own', {
      place: `topic ${this.#topic}, partition ${partition}, offset ${offset}`,
      found: value?.toString('utf8', 0, 200),
      expected: `it in partition ${expected}: partitions were added to the topic after it was written`,
      remedy: `Write the same key and value to partition ${expected}`,
    })
  }

  #parsed({ value, partition, offset }: Entry, shard: number): Checkpoint | null {
    if (value === null) return null
    const checkpoint = parse(value)
    if (checkpoint === null || checkpoint.position % checkpoint.shards !== shard % checkpoint.shards)
      throw new GenesisError('CHECKPOINT_INVALID', 'a checkpoint is corrupt', {
        place: `topic ${this.#topic}, partition ${partition}, offset ${offset}`,
        found: value.toString('utf8', 0, 200),
        expected: `{"position":…,"fingerprint":"…","shards":…} of shard ${shard}`,
        remedy: 'Write the right checkpoint, or a null value to start the shard at its beginning',
      })
    return checkpoint
  }
}

function checkpointKey(connector: string, shard: number): Buffer {
  return Buffer.from(JSON.stringify([connector, { shard }]))
}

/** The shard of a key of this connector; null for any other key. `key` holds bytes as latin1. */
function shardOf(key: string, connector: string): number | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(Buffer.from(key, 'latin1').toString('utf8'))
  } catch {
    return null
  }
  if (!Array.isArray(parsed) || parsed[0] !== connector) return null
  const source: unknown = parsed[1]
  if (typeof source !== 'object' || source === null || !('shard' in source)) return null
  return Number.isSafeInteger(source.shard) ? (source.shard as number) : null
}

function parse(value: Buffer): Checkpoint | null {
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

/** KIP-98: a marker's key is a version and a type, int16 each; 1 is commit, 0 abort. */
function isCommit(marker: RecordCursor): boolean {
  const key = marker.next() ? marker.key() : null
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 1
}
