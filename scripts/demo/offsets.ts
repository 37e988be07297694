import { Kafka, logLevel } from 'kafkajs'
import type { Stack } from '../stack/stack.js'

/** The end offsets of a topic's partitions. */
export async function offsetsOf({ brokers }: Stack, topics: readonly string[]): Promise<Map<string, number[]>> {
  const admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const found = new Map<string, number[]>()
    for (const topic of topics) {
      const partitions = await admin.fetchTopicOffsets(topic)
      found.set(
        topic,
        partitions.sort((a, b) => a.partition - b.partition).map(({ high }) => Number(high)),
      )
    }
    return found
  } finally {
    await admin.disconnect()
  }
}
