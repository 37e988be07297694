import { labelNames } from '../encode/disturb/labels.js'
import type { GenesisError } from '../errors.js'
import { assignPartitions } from '../kafka/partitioner.js'
import type { SideRecord } from '../kafka/producer.js'
import { headersOf } from '../kafka/wire/record-headers.js'
import type { EncodedBatch, ShardId } from '../record.js'

/** A disturbed record has it already. */
const { position } = labelNames

/** Where the record was to go. */
export interface Destination {
  readonly topic: string
  readonly partitions: number
  readonly shard: ShardId
}

/**
 * A record that is left out, for the topic of dead letters: its key, value and headers as they are, and the headers that
 * Kafka Connect adds (KIP-298, DeadLetterQueueReporter), texts all of them. It never had an offset: that is -1.
 */
export function deadLetterOf(
  deadLetterTopic: string,
  record: EncodedBatch,
  { topic, partitions, shard }: Destination,
  error: GenesisError,
): SideRecord {
  const { bytes, offsets, hasKeys, nullKeys, nullValues, headers, start } = record
  const assigned = new Int32Array(record.length)
  assignPartitions(record, partitions, assigned)
  const copy = (from: number): Buffer => Buffer.from(bytes.subarray(offsets[from], offsets[from + 1]))
  const own = headers === undefined ? [] : headersOf(headers, 0)
  return {
    topic: deadLetterTopic,
    partition: 0,
    key: hasKeys && nullKeys?.[0] !== 1 ? copy(0) : null,
    value: nullValues?.[0] === 1 ? null : copy(1),
    headers: [
      ...own.map(([name, value]) => [name, Buffer.from(value ?? [])] as const),
      ['__connect.errors.topic', topic],
      ['__connect.errors.partition', String(assigned[0])],
      ['__connect.errors.offset', '-1'],
      ['__connect.errors.connector.name', shard.connector],
      ['__connect.errors.task.id', String(shard.shard)],
      ['__connect.errors.stage', 'KAFKA_PRODUCE'],
      ['__connect.errors.class.name', 'genesis-connect'],
      ['__connect.errors.exception.class.name', error.code],
      ['__connect.errors.exception.message', error.message],
      ['__connect.errors.exception.stacktrace', error.stack ?? error.message],
      ...(own.some(([name]) => name === position) ? [] : ([[position, String(start)]] as const)),
    ],
  }
}
