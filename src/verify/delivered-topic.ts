import type { ConnectorConfig } from '../config/connector.js'
import type { WorkerConfig } from '../config/worker.js'
import { GenesisError } from '../errors.js'
import { KafkaAdmin } from '../kafka/admin.js'
import { CheckpointReader, markersMs } from '../kafka/checkpoint-reader.js'
import type { PartitionsSince, TopicCheckpoint } from '../kafka/checkpoint-record.js'
import { TopicReader } from '../kafka/topic-reader.js'
import type { PartitionRange } from '../kafka/topic-reader.js'
import { committedBehind } from '../kafka/undecided.js'
import { checkTarget } from '../sink/kafka/check-target.js'
import type { Delivered, DeliveredPartition } from './delivered.js'
import type { FoundBatch } from './match/expected-and-found.js'
import { readable, type Blocked, type TopicOptions } from './readable.js'

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
      const { ranges, blocked } = await readable(reader, worker, options, deadline)
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
