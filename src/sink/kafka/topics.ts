/** The topics of a Kafka sink: that they exist, are usable, and have not been replaced. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClusterOptions } from '../../config/cluster.js'
import { GenesisError } from '../../errors.js'
import { compacted, KafkaAdmin, refuseInternalTopic } from '../../kafka/admin.js'
import type { TopicCreation, TopicDescription, TopicExpectation } from '../../kafka/admin.js'
import type { BrokerSource } from '../../kafka/broker-source.js'
import { kafkaError } from '../../kafka/errors.js'
import type { ProducerOptions } from '../../kafka/producer.js'
import { TopicReader } from '../../kafka/topic-reader.js'
import { ensureDeadLetterTopic } from './dead-letter.js'

/** How long to keep asking: a broker may not have heard yet of a topic created by another. */
const unheardMs = 3_000
const pollMs = 100

export interface TopicsPlan {
  readonly topic: string
  /** Null: the topic must exist. */
  readonly creation: TopicCreation | null
  readonly checkpoints: { readonly topic: string; readonly partitions: number; readonly replicationFactor: number }
  /** Topic for skipped records; null or absent: none. Created if `creation` allows it. */
  readonly deadLetterTopic?: string | null
}

export interface SinkTopics extends Pick<ProducerOptions, 'deadLetters'> {
  readonly target: TopicDescription
  readonly checkpointTopic: TopicDescription
  /** Whether the target already had a record, from anyone. */
  readonly hadRecords: boolean
}

export interface TopicsBefore {
  /** Null: it does not exist. */
  readonly target: TopicDescription | null
  readonly checkpointTopic: TopicDescription | null
  readonly hadRecords: boolean
}

/**
 * Creates what is missing. `inspect` sees the state before anything is created, and throws if it should not be. Throws
 * CHECKPOINT_INVALID if the checkpoint topic is gone and the target has records, and KAFKA_RETRIABLE if a topic is deleted
 * after `inspect` has seen it.
 */
export async function prepareTopics(
  cluster: ClusterOptions,
  plan: TopicsPlan,
  inspect: (before: TopicsBefore) => Promise<void>,
  shared?: BrokerSource,
): Promise<SinkTopics> {
  const { topic, creation, checkpoints, deadLetterTopic = null } = plan
  refuseInternalTopic(topic, checkpoints.topic)
  if (deadLetterTopic !== null) refuseInternalTopic(deadLetterTopic, checkpoints.topic)
  const admin = new KafkaAdmin(cluster, shared)
  try {
    // In this order: a sibling that commits first has created the checkpoint topic before the target has records.
    const found = await admin.describe(topic)
    const hadRecords = found !== null && (await hasRecords(cluster, topic, shared))
    const foundCheckpoints = await admin.describe(checkpoints.topic)
    if (hadRecords && foundCheckpoints === null) throw checkpointsLost(plan)
    await inspect({ target: found, checkpointTopic: foundCheckpoints, hadRecords })
    const expected = { config: creation?.config ?? {} }
    const checkpointTopic =
      foundCheckpoints === null
        ? await admin.ensureCheckpointTopic(checkpoints.topic, checkpoints.partitions, checkpoints.replicationFactor)
        : await stillThere(admin, checkpoints.topic, { config: compacted })
    const target =
      found === null ? await admin.ensureTopic(topic, creation, expected) : await stillThere(admin, topic, expected)
    const deadLetters = await ensureDeadLetterTopic(admin, deadLetterTopic, creation, target)
    return { target, checkpointTopic, deadLetters, hadRecords }
  } catch (error) {
    throw kafkaError(error)
  } finally {
    await admin.close()
  }
}

/** What was inspected is not created again: an empty topic in its place would hide that its records are gone. */
async function stillThere(admin: KafkaAdmin, topic: string, expected: TopicExpectation): Promise<TopicDescription> {
  try {
    return await admin.ensureTopic(topic, null, expected)
  } catch (error) {
    if (!(error instanceof GenesisError) || error.code !== 'TOPIC_MISSING') throw error
    throw new GenesisError('KAFKA_RETRIABLE', 'the topic was deleted while the connector was starting', {
      place: `topic ${topic}`,
      cause: error,
    })
  }
}

/** The topic, looked for until every broker must have heard of it; null: it does not exist. */
export async function findTopic(
  cluster: ClusterOptions,
  topic: string,
  shared?: BrokerSource,
): Promise<TopicDescription | null> {
  const admin = new KafkaAdmin(cluster, shared)
  try {
    for (const deadline = Date.now() + unheardMs; ;) {
      const found = await admin.describe(topic)
      if (found !== null || Date.now() > deadline) return found
      await sleep(pollMs)
    }
  } finally {
    await admin.close()
  }
}

/** Whether the topic ever had a record, from anyone. */
export async function hasRecords(cluster: ClusterOptions, topic: string, shared?: BrokerSource): Promise<boolean> {
  const reader = new TopicReader(cluster, topic, undefined, shared)
  try {
    return (await reader.ranges()).some(({ end }) => end > 0)
  } finally {
    await reader.close()
  }
}

function checkpointsLost({ topic, checkpoints }: TopicsPlan): GenesisError {
  return new GenesisError('CHECKPOINT_INVALID', 'the checkpoint topic is missing, but the target has records', {
    place: `topic ${checkpoints.topic}`,
    found: `no such topic, but records in topic ${topic}`,
    expected: 'the checkpoint topic that covers these records',
    remedy: `Restore it; or, if the records come from something else, create it empty with cleanup.policy=compact`,
  })
}
