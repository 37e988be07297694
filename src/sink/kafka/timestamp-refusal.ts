import { GenesisError } from '../../errors.js'
import type { TopicDescription } from '../../kafka/admin.js'

/** Throws TOPIC_UNFIT if the topic replaces all timestamps by the broker's append time. */
export function checkTimestampType({ topic, config }: TopicDescription): void {
  const found = config?.get('message.timestamp.type')
  if (found !== 'LogAppendTime') return
  throw new GenesisError('TOPIC_UNFIT', 'the topic does not keep the timestamps of records', {
    place: `topic ${topic}`,
    found: `message.timestamp.type=${found}`,
    expected: 'message.timestamp.type=CreateTime',
    remedy: 'Alter the topic, choose another one, or remove timestamp',
  })
}

/** Says whose timestamps the broker refused: the connector's column or this machine's clock. */
export function namedTimestamps(thrown: unknown, fromColumn: boolean): unknown {
  if (!(thrown instanceof GenesisError) || thrown.code !== 'KAFKA_REJECTED') return thrown
  if (!thrown.details.found?.startsWith('INVALID_TIMESTAMP')) return thrown
  const what = fromColumn
    ? "the broker refuses the times of the connector's timestamp column"
    : "the broker refuses the time of this machine's clock"
  const remedy = fromColumn
    ? "Raise the topic's message.timestamp.before.max.ms or message.timestamp.after.max.ms, or choose another column for timestamp, or none"
    : 'Set the clock of this machine or of the brokers'
  return new GenesisError('KAFKA_REJECTED', what, { ...thrown.details, remedy, cause: thrown })
}
