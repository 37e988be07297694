import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import { KafkaAdmin } from '../kafka/admin.js'
import { CheckpointReader, markersMs } from '../kafka/checkpoint-reader.js'
import type { PartitionsSince, TopicCheckpoint } from '../kafka/checkpoint-record.js'
import { ClusterConnections } from '../kafka/cluster-connections.js'
import { describeTransaction, transactionalIdOf } from '../kafka/fencing.js'
import { TopicReader } from '../kafka/topic-reader.js'
import type { PartitionRange } from '../kafka/topic-reader.js'
import { committedBehind, decisionsBehind } from '../kafka/undecided.js'
import type { Blocker, Decisions } from '../kafka/undecided.js'
import { checkTarget } from '../sink/kafka/check-target.js'
import type { Delivered, DeliveredPartition, UnreadableRecords } from './delivered.js'
import type { FoundBatch } from './match/expected-and-found.js'

const pollMs = 250

export interface TopicOptions {
  /** How long to wait for an open transaction that blocks committed records. */
  readonly waitMs: number
  readonly signal?: AbortSignal
  /** Called repeatedly while waiting, with what is waited for. */
  readonly onWait?: (blocker: Omit<UnreadableRecords, 'records'>, waitedMs: number) => void
}

/** A topic as a read_committed consumer sees it, now or once its open transactions have ended. */
export async function openTopic(
  { name, sinkName, topic }: ConnectorConfig,
  worker: WorkerConfig,
  options: TopicOptions,
): Promise<Delivered> {
  if (topic === null) throw new GenesisError('INTERNAL', 'a kafka sink without a topic')
  // The reader would wait for a broker to return; at the start, an unreachable one is more likely a mistake.
  const admin = new KafkaAdmin(worker.kafka)
  const description = await admin.describe(topic).finally(() => admin.close())
  const reader = new TopicReader(worker.kafka, topic)
  const checkpoints = new CheckpointReader(worker.kafka, worker.checkpoints.topic)
  // Once for all readings: an abandoned transaction holds up none of them.
  const deadline = performance.now() + markersMs
  const read = (): Promise<ReadonlyMap<number, TopicCheckpoint>> =>
    checkpoints.settled(name, sinkName ?? undefined, {
      waitMs: deadline - performance.now(),
      signal: options.signal,
    })
  const place = `topic ${worker.checkpoints.topic}: connector ${name}`
  for (const [, checkpoint] of await read()) {
    // Whichever group sent them, the records are here or not.
    const group = checkpoint.target?.group ?? worker.group.id
    checkTarget(checkpoint, { group, topic, found: description, hasRecords: true }, place)
  }
  if (description === null) {
    throw new GenesisError('TOPIC_MISSING', 'the topic does not exist', { place: `connector ${name}, topic ${topic}` })
  }
  const now = [{ position: 0, partitions: description.partitions }]
  const historyOf = ({ target }: TopicCheckpoint): readonly PartitionsSince[] => target?.partitions ?? now
  return {
    target: `topic ${topic}`,
    checkpoints: read,
    partitions: async () => {
      const { ranges, blocked } = await readable(reader, worker, options)
      const unreadable = blocked.map(({ records }) => records)
      const partitions = ranges.map((range): DeliveredPartition => {
        const { partition, start, stableEnd, end } = range
        const own = blocked.find((one) => one.records.partition === partition)
        return {
          partition,
          start,
          end: own === undefined ? stableEnd : end,
          count: (own === undefined ? stableEnd : end) - start,
          batches: batchesOf(reader, range, own),
        }
      })
      return { partitions, unreadable }
    },
    placement: (checkpoint) => (checkpoint === undefined ? now : historyOf(checkpoint)),
    close: () => reader.close(),
  }
}

interface Blocked {
  readonly decisions: Decisions
  /** Counted while reading. */
  readonly records: { -readonly [K in keyof UnreadableRecords]: UnreadableRecords[K] }
}

/** Waits until the topic's current contents can be read, or the time is up. */
async function readable(
  reader: TopicReader,
  worker: WorkerConfig,
  { waitMs, signal, onWait }: TopicOptions,
): Promise<{ ranges: readonly PartitionRange[]; blocked: readonly Blocked[] }> {
  const began = performance.now()
  const first = await reader.ranges()
  const described = new Map<string, Omit<UnreadableRecords, 'records'>>()
  for (let ranges = first; ; ranges = await reader.ranges()) {
    const blocked: Blocked[] = []
    for (const range of ranges) {
      if (range.stableEnd >= (first.at(range.partition)?.end ?? 0)) continue
      const decisions = await decisionsBehind(reader, range)
      const { blocker, committed } = decisions
      // Only its own records follow it: nobody misses them.
      if (blocker === null || committed === 0) continue
      const key = `${range.partition} ${blocker.offset}`
      const found = described.get(key) ?? (await describe(worker, range.partition, blocker))
      described.set(key, found)
      blocked.push({ decisions, records: { ...found, records: 0 } })
    }
    const waitedMs = performance.now() - began
    if (blocked.length === 0 || waitedMs >= waitMs) return { ranges, blocked }
    onWait?.(blocked[0].records, waitedMs)
    await sleep(Math.min(pollMs, waitMs - waitedMs), undefined, { signal })
  }
}

async function describe(
  worker: WorkerConfig,
  partition: number,
  { producerId, offset, timestamp }: Blocker,
): Promise<Omit<UnreadableRecords, 'records'>> {
  const connections = new ClusterConnections(worker.kafka)
  const limitMs = worker.kafka.requestTimeoutMs
  try {
    const transactionalId = await transactionalIdOf(connections, producerId, limitMs)
    const found = transactionalId === null ? null : await describeTransaction(connections, transactionalId, limitMs)
    const isOpen = found !== null && found.producerId === producerId && found.startedAt >= 0
    return {
      partition,
      offset,
      producerId: String(producerId),
      transactionalId,
      since: isOpen ? found.startedAt : timestamp,
      timeoutMs: isOpen ? found.timeoutMs : null,
    }
  } finally {
    await connections.close()
  }
}

async function* batchesOf(
  reader: TopicReader,
  range: PartitionRange,
  blocked: Blocked | undefined,
): AsyncGenerator<FoundBatch, void, undefined> {
  const { partition, start, stableEnd } = range
  yield* reader.read({ partition, start, end: stableEnd }, 'committed')
  if (blocked === undefined) return
  for await (const batch of committedBehind(reader, range, blocked.decisions)) {
    blocked.records.records += batch.header.count
    yield batch
  }
}
