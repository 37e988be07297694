import type { ConnectorConfig } from '../../config/connector.js'
import { deliveryName } from '../../config/connector.js'
import type { WorkerConfig } from '../../config/worker.js'
import { openConnector } from '../../connector/open.js'
import { asGenesisError, GenesisError } from '../../errors.js'
import { KafkaAdmin } from '../../kafka/admin.js'
import type { TopicDescription } from '../../kafka/admin.js'
import type { CheckpointTarget, TopicCheckpoint } from '../../kafka/checkpoint-record.js'
import { isSameTopic } from '../../kafka/checkpoint-target.js'
import { ownerOf, readCheckpoints } from '../../kafka/move-checkpoints.js'
import { loadModel } from '../../model/load.js'
import { checkCheckpoint, shardName } from '../check-checkpoint.js'
import { checkTarget } from './check-target.js'
import { deadLetterConfig } from './dead-letter.js'
import { checkTimestampType } from './timestamp-refusal.js'
import { hasRecords } from './topics.js'

const dayMs = 86_400_000
/** Kafka's default. */
const defaultRetentionMs = 7 * dayMs

export interface DeliveryCheck {
  readonly errors: readonly GenesisError[]
  /** Notes that block nothing, one line each. */
  readonly notes: readonly string[]
}

/**
 * Checks, as far as possible in advance, whether a start would resume from the connector's checkpoints and its topics would accept its records. Creates
 * nothing. Only for connectors with a kafka sink that pass `checkOffline`.
 */
export async function checkDelivery(connector: ConnectorConfig, worker: WorkerConfig): Promise<DeliveryCheck> {
  const { topic } = connector
  if (topic === null) throw new GenesisError('INTERNAL', 'a kafka sink without a topic')
  const errors: GenesisError[] = []
  const notes: string[] = []
  const collect = async (check: Promise<unknown>): Promise<void> => {
    await check.catch((error: unknown) => errors.push(asGenesisError(error)))
  }
  const admin = new KafkaAdmin(worker.kafka)
  try {
    const target = await admin.describe(topic)
    await collect(checkCheckpoints(connector, worker, target, notes))
    await collect(checkKeys(connector, target))
    await collect(checkDeadLetters(connector, admin, target, notes))
    await collect(checkTimestamps(connector, target, notes))
  } catch (error) {
    errors.push(asGenesisError(error))
  } finally {
    await admin.close()
  }
  return { errors, notes: notes.map((note) => `${deliveryName(connector)}: ${note}`) }
}

async function checkCheckpoints(
  connector: ConnectorConfig,
  worker: WorkerConfig,
  found: TopicDescription | null,
  notes: string[],
): Promise<void> {
  const { name, sinkName, tasks } = connector
  const topic = connector.topic!
  const checkpoints = await readCheckpoints(ownerOf(connector, worker))
  if (checkpoints.size === 0) return
  const { fingerprint } = await openConnector(connector, { load: loadModel, shard: 0, capacity: 1 })
  const records = found !== null && (await hasRecords(worker.kafka, topic))
  for (const [index, checkpoint] of checkpoints) {
    const shard = { connector: name, ...(sinkName !== null && { sink: sinkName }), shard: index, shards: tasks.max }
    const place = `topic ${worker.checkpoints.topic}: checkpoint of ${shardName(shard)}`
    checkTarget(checkpoint, { group: worker.group.id, topic, found, hasRecords: records }, place)
    checkCheckpoint(checkpoint, fingerprint, shard, place)
  }
  const longest = [...checkpoints.values()].reduce((one, other) => (historyOf(other) > historyOf(one) ? other : one))
  if (found !== null && longest.target !== undefined) notes.push(...partitionNotes(longest.target, found))
}

const historyOf = ({ target }: TopicCheckpoint): number => target?.partitions.length ?? 0

function partitionNotes(target: CheckpointTarget, found: TopicDescription): string[] {
  if (!isSameTopic(target, found)) return []
  const history = target.partitions.map(({ position, partitions }) => `${partitions} from position ${position}`)
  const last = target.partitions.at(-1)!.partitions
  const added = found.partitions > last ? [`${found.partitions} from the next start`] : []
  const all = [...history, ...added]
  if (all.length === 1) return []
  return [
    `partitions were added to topic ${found.topic} (${all.join(', ')}): keys may have moved to another partition; verify allows for it`,
  ]
}

/** A compacted topic rejects records without a key. */
async function checkKeys(connector: ConnectorConfig, found: TopicDescription | null): Promise<void> {
  const { topicCreation, key, topic } = connector
  const created = topicCreation.enabled ? topicCreation.config['cleanup.policy'] : undefined
  const policy = found === null ? created : found.config?.get('cleanup.policy')
  if (policy === undefined || !policy.split(',').some((part) => part.trim() === 'compact')) return
  const refuse = (what: string, was: string, expected: string): never => {
    throw new GenesisError('TOPIC_UNFIT', what, { place: `topic ${topic}`, found: was, expected })
  }
  if (key === null) refuse('a compacted topic takes no records without a key', 'no key', 'key: <column>')
  const { fields } = await openConnector(connector, { load: loadModel, shard: 0, capacity: 1 })
  // A key of several columns is a record, which is never null.
  if (typeof key === 'string' && fields.some(({ name, nullable }) => name === key && nullable)) {
    refuse(
      'a compacted topic rejects records with a missing key',
      `key ${key}, which can be null`,
      'a column without nulls',
    )
  }
}

/** How the topic treats event times: another timestamp type is an error, short retention is a note. */
async function checkTimestamps(
  connector: ConnectorConfig,
  found: TopicDescription | null,
  notes: string[],
): Promise<void> {
  const { timestamp, topic, topicCreation } = connector
  if (timestamp === null) return
  if (found !== null) checkTimestampType(found)
  const config = found?.config ?? new Map(Object.entries(topicCreation.config))
  const retentionMs = Number(config.get('retention.ms') ?? defaultRetentionMs)
  const { fields } = await openConnector(connector, { load: loadModel, shard: 0, capacity: 1 })
  const column = fields.find(({ name }) => name === timestamp)
  const earliest = column?.range?.[0]
  if (column === undefined || earliest === undefined || retentionMs < 0) return
  const earliestMs = earliest * (column.type.kind === 'date' ? dayMs : 1)
  if (earliestMs >= Date.now() - retentionMs) return
  notes.push(
    `topic ${topic} deletes records with a ${timestamp} older than retention.ms (${retentionMs}) soon after they are sent; ${timestamp} starts at ${new Date(earliestMs).toISOString()}`,
  )
}

async function checkDeadLetters(
  { deadLetterTopic, topicCreation }: ConnectorConfig,
  admin: KafkaAdmin,
  target: TopicDescription | null,
  notes: string[],
): Promise<void> {
  if (deadLetterTopic === null) return
  const found = await admin.describe(deadLetterTopic)
  if (found === null && !topicCreation.enabled) {
    throw new GenesisError('TOPIC_MISSING', 'the dead letter topic does not exist', {
      place: `topic ${deadLetterTopic}`,
      remedy: 'Create it, or set topic_creation.enabled: true',
    })
  }
  if (found === null) {
    const config = target === null ? {} : deadLetterConfig(target)
    await admin.checkCreation(deadLetterTopic, { ...topicCreation, partitions: 1, config })
  } else if (target !== null && found.maxMessageBytes <= target.maxMessageBytes) {
    notes.push(
      `a record too large for topic ${target.topic} is also too large for ${deadLetterTopic}, and fails its task: max.message.bytes is ${found.maxMessageBytes}`,
    )
  }
}
