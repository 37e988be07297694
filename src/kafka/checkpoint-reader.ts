/** Reads checkpoints from the compacted topic; checkpoint-record.ts defines their format. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '../config/cluster.js'
import { GenesisError } from '../errors.js'
import { checkpointKey, parseCheckpoint, sourceOf } from './checkpoint-record.js'
import type { CheckpointSource, TopicCheckpoint } from './checkpoint-record.js'
import { partitionOfKey } from './partitioner.js'
import { sharedRuns } from './shared-runs.js'
import { TopicReader, type PartitionRange } from './topic-reader.js'
import { TransactionFilter } from './wire/transaction-filter.js'

/** Markers of an acknowledged commit are milliseconds away. */
export const markersMs = 3_000
export const markersPollMs = 20

interface Entry {
  readonly value: Buffer | null
  readonly partition: number
  readonly offset: number
}

/** A live (not deleted) entry of the topic. */
export interface KeptCheckpoint {
  readonly shard: number
  readonly partition: number
  /** Null: unreadable. */
  readonly checkpoint: TopicCheckpoint | null
}

interface Shards {
  readonly connector: string
  /** Null: the connector has one sink. */
  readonly sink: string | null
  readonly entries: Map<number, Entry>
}

/** Progress in one partition: everything below offset `next` has been read. */
interface Tail {
  next: number
  /** Latest entry that was not aborted, by connector (and sink) and shard. Null value: deleted. */
  readonly decided: Map<string, Shards>
  readonly filter: TransactionFilter<{ readonly source: CheckpointSource; readonly entry: Entry }>
}

/**
 * Reads a checkpoint topic. Never waits for another shard's transaction, and ignores undecided and aborted ones.
 * One reader serves any number of tasks: it resumes where it last stopped, and concurrent
 * calls share the next read. It holds connections only while reading.
 */
export class CheckpointReader {
  readonly #cluster: ClusterOptions
  readonly #topic: string
  #tails: Tail[] = []
  /** Id of the topic the tails belong to; null: unknown. */
  #topicId: string | null = null
  /** Reads up to the end of the topic as of the call. */
  readonly #readToEnd = sharedRuns(() => this.#read())

  constructor(cluster: ClusterOptions, topic: string) {
    this.#cluster = cluster
    this.#topic = topic
  }

  /**
   * A shard's checkpoint, including everything committed before the call. CHECKPOINT_INVALID, naming partition and offset, if
   * it is corrupt, or in a partition its key no longer maps to because partitions were added to the topic: the stream
   * would restart without it. `sink`: which one, if the connector has several.
   */
  async shard(connector: string, shard: number, sink?: string): Promise<TopicCheckpoint | null> {
    await this.#readToEnd()
    return this.#checkpoint({ connector, shard, sink })
  }

  /** Checkpoints of all shards of a connector (one sink of it, if it has several). Throws as `shard` does. */
  async connector(connector: string, sink?: string): Promise<ReadonlyMap<number, TopicCheckpoint>> {
    await this.#readToEnd()
    const checkpoints = new Map<number, TopicCheckpoint>()
    const id = idOf({ connector, sink })
    const shards = new Set(this.#tails.flatMap(({ decided }) => [...(decided.get(id)?.entries.keys() ?? [])]))
    for (const shard of [...shards].sort((a, b) => a - b)) {
      const checkpoint = this.#checkpoint({ connector, shard, sink })
      if (checkpoint !== null) checkpoints.set(shard, checkpoint)
    }
    return checkpoints
  }

  /**
   * Whether the last read found a checkpoint of the connector (one sink of it) whose transaction has no marker yet: brokers acknowledge a
   * commit before they write its markers (KIP-98), so it may be committed.
   */
  isUndecided(connector: string, sink?: string): boolean {
    const id = idOf({ connector, sink })
    return this.#tails.some(({ filter }) => filter.undecided.some(({ source }) => idOf(source) === id))
  }

  /**
   * Like `connector`, for readers that do not fence the stream first: also waits for the markers of a commit that was just acknowledged,
   * for at most `waitMs`; those of an abandoned transaction may never come. Empty if the topic does not exist: no worker has ever committed.
   */
  async settled(
    connector: string,
    sink?: string,
    { waitMs = markersMs, signal }: { readonly waitMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<ReadonlyMap<number, TopicCheckpoint>> {
    const deadline = performance.now() + waitMs
    try {
      for (;;) {
        const found = await this.connector(connector, sink)
        if (!this.isUndecided(connector, sink) || performance.now() >= deadline) return found
        await sleep(markersPollMs, undefined, { signal })
      }
    } catch (error) {
      if (error instanceof GenesisError && error.code === 'TOPIC_MISSING') return new Map()
      throw error
    }
  }

  /** Names of a connector's sinks that have checkpoints; null: a connector with a single sink. */
  async sinks(connector: string): Promise<(string | null)[]> {
    await this.#readToEnd()
    const all = this.#tails.flatMap(({ decided }) => [...decided.values()])
    const own = all.filter((one) => one.connector === connector)
    const kept = own.filter(({ entries }) => [...entries.values()].some(({ value }) => value !== null))
    return [...new Set(kept.map(({ sink }) => sink))]
  }

  /** Everything stored for a connector (one sink of it), by shard and partition, readable or not. */
  async kept(connector: string, sink?: string): Promise<readonly KeptCheckpoint[]> {
    await this.#readToEnd()
    const id = idOf({ connector, sink })
    return this.#tails.flatMap(({ decided }) =>
      [...(decided.get(id)?.entries ?? [])].flatMap(([shard, { partition, value }]) =>
        value === null ? [] : [{ shard, partition, checkpoint: parseCheckpoint(value) }],
      ),
    )
  }

  #checkpoint(source: CheckpointSource): TopicCheckpoint | null {
    const key = checkpointKey(source)
    const id = idOf(source)
    const { shard } = source
    const own = partitionOfKey(key, 0, key.length, this.#tails.length)
    const entry = this.#tails[own].decided.get(id)?.entries.get(shard)
    if (entry !== undefined) return this.#parsed(entry, shard)
    for (const { decided } of this.#tails) {
      const strayed = decided.get(id)?.entries.get(shard)
      if (strayed !== undefined && strayed.value !== null) throw this.#strayed(strayed, own)
    }
    return null
  }

  async #read(): Promise<void> {
    const reader = new TopicReader(this.#cluster, this.#topic)
    try {
      const ranges = await reader.ranges()
      const topicId = await reader.topicId()
      const fits = ({ end }: PartitionRange, i: number): boolean => end >= (this.#tails[i]?.next ?? 0)
      // A topic with another id or a smaller size was recreated.
      const isSame = topicId === this.#topicId && this.#tails.length <= ranges.length && ranges.every(fits)
      if (!isSame) this.#tails = []
      this.#topicId = topicId
      for (let i = this.#tails.length; i < ranges.length; i++) this.#tails.push(emptyTail())
      await Promise.all(ranges.map((range, i) => advance(this.#tails[i], reader, range)))
    } catch (error) {
      // A partial read cannot be resumed.
      this.#tails = []
      throw error
    } finally {
      await reader.close()
    }
  }

  #strayed({ value, partition, offset }: Entry, expected: number): GenesisError {
    return new GenesisError('CHECKPOINT_INVALID', 'a checkpoint is in the wrong partition', {
      place: `topic ${this.#topic}, partition ${partition}, offset ${offset}`,
      found: value?.toString('utf8', 0, 200),
      expected: `partition ${expected}: partitions were added to the topic after it was written`,
      remedy: `Move it: genesis reset --keep-position; or write the same key and value to partition ${expected}`,
    })
  }

  #parsed({ value, partition, offset }: Entry, shard: number): TopicCheckpoint | null {
    if (value === null) return null
    const checkpoint = parseCheckpoint(value)
    if (checkpoint === null || checkpoint.position % checkpoint.shards !== shard % checkpoint.shards)
      throw new GenesisError('CHECKPOINT_INVALID', 'a checkpoint is corrupt', {
        place: `topic ${this.#topic}, partition ${partition}, offset ${offset}`,
        found: value.toString('utf8', 0, 200),
        expected: `{"position":…,"fingerprint":"…","shards":…} of shard ${shard}`,
        remedy: 'Restart the stream: genesis reset; or write a correct checkpoint',
      })
    return checkpoint
  }
}

function emptyTail(): Tail {
  return { next: 0, decided: new Map(), filter: new TransactionFilter() }
}

/**
 * Reads up to the end offset as of the start, uncommitted, and lets the markers decide: a
 * read_committed reader would block on the first open transaction of any shard in the partition.
 */
async function advance(tail: Tail, reader: TopicReader, { partition, start, end }: PartitionRange): Promise<void> {
  const from = Math.max(tail.next, start)
  for await (const batch of reader.read({ partition, start: from, end }, 'uncommitted'))
    tail.filter.take(
      batch,
      (record) => {
        const source = sourceOf(record.key())
        if (source === null) return null
        const value = record.value()
        return {
          source,
          entry: { value: value === null ? null : Buffer.from(value), partition, offset: record.offset },
        }
      },
      ({ source, entry }) => decide(tail, source, entry),
    )
  tail.next = end
}

function decide({ decided }: Tail, source: CheckpointSource, entry: Entry): void {
  const { connector, shard, sink = null } = source
  const id = idOf(source)
  const shards = decided.get(id) ?? { connector, sink, entries: new Map<number, Entry>() }
  const known = shards.entries.get(shard)
  // The last one in the log wins. Its marker may follow a later record: commits are acknowledged before markers are written.
  if (known === undefined || known.offset < entry.offset) shards.entries.set(shard, entry)
  decided.set(id, shards)
}

function idOf({ connector, sink }: Pick<CheckpointSource, 'connector' | 'sink'>): string {
  return JSON.stringify([connector, sink ?? null])
}
