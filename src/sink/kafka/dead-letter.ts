import { labelNames } from '../../encode/faults/labels.js'
import type { GenesisError } from '../../errors.js'
import { assignPartitions } from '../../kafka/partitioner.js'
import type { KafkaAdmin, TopicCreation, TopicDescription } from '../../kafka/admin.js'
import type { ProducerOptions, SideRecord } from '../../kafka/producer.js'
import { headersOf } from '../../kafka/wire/record-headers.js'
import type { EncodedBatch, ShardId } from '../../record.js'

/** Also added to disturbed records. */
const { position } = labelNames

/** In bytes. Enough for records too large for a topic with the default limit. */
const minMaxMessageBytes = 10 << 20
const int32Max = 2 ** 31 - 1

/**
 * The dead letter topic, created if missing and `creation` allows it: one partition, and a size limit above
 * the target's. An existing one is left unchanged. Undefined if none is configured.
 */
export async function ensureDeadLetterTopic(
  admin: KafkaAdmin,
  topic: string | null,
  creation: TopicCreation | null,
  target: TopicDescription,
): Promise<ProducerOptions['deadLetters']> {
  if (topic === null) return undefined
  const config = deadLetterConfig(target)
  const { maxMessageBytes } = await admin.ensureTopic(topic, creation && { ...creation, partitions: 1, config })
  return { topic, maxMessageBytes }
}

/** For dead letter topics created here. */
export function deadLetterConfig({ maxMessageBytes }: TopicDescription): Record<string, string> {
  const bytes = Math.min(Math.max(minMaxMessageBytes, 2 * maxMessageBytes), int32Max)
  return { 'max.message.bytes': String(bytes) }
}

/** Where the record was meant to go. */
export interface Destination {
  readonly topic: string
  readonly partitions: number
  readonly shard: ShardId
}

/**
 * Skipped records for the dead letter topic: key, value and headers unchanged, plus the headers that
 * Kafka Connect adds (KIP-298, DeadLetterQueueReporter), all of them strings. They never had an offset: it is -1.
 */
export function deadLettersOf(
  deadLetterTopic: string,
  batch: EncodedBatch,
  { topic, partitions, shard }: Destination,
  error: GenesisError,
): SideRecord[] {
  const { bytes, offsets, hasKeys, nullKeys, nullValues, headers, start, stride, length } = batch
  const assigned = new Int32Array(length)
  assignPartitions(batch, partitions, assigned)
  const copy = (from: number): Buffer => Buffer.from(bytes.subarray(offsets[from], offsets[from + 1]))
  return Array.from(assigned, (partition, i): SideRecord => {
    const own = headers === undefined ? [] : headersOf(headers, i)
    return {
      topic: deadLetterTopic,
      partition: 0,
      key: hasKeys && nullKeys?.[i] !== 1 ? copy(2 * i) : null,
      value: nullValues?.[i] === 1 ? null : copy(2 * i + 1),
      headers: [
        ...own.map(([name, value]) => [name, Buffer.from(value ?? [])] as const),
        ['__connect.errors.topic', topic],
        ['__connect.errors.partition', String(partition)],
        ['__connect.errors.offset', '-1'],
        ['__connect.errors.connector.name', shard.connector],
        ['__connect.errors.task.id', String(shard.shard)],
        ['__connect.errors.stage', 'KAFKA_PRODUCE'],
        ['__connect.errors.class.name', 'genesis-connect'],
        ['__connect.errors.exception.class.name', error.code],
        ['__connect.errors.exception.message', error.message],
        ['__connect.errors.exception.stacktrace', error.stack ?? error.message],
        ...(own.some(([name]) => name === position) ? [] : ([[position, String(start + i * stride)]] as const)),
      ],
    }
  })
}
