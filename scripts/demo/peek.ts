import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { Consumer, FetchIsolationLevels } from '@platformatic/kafka'
import { logicalTypes } from './logical-types.js'
import type { Stack } from '../stack/stack.js'

/** A record as a consumer sees it. For a file: its line. */
export interface Peeked {
  readonly partition: number | null
  readonly offset: bigint | number
  readonly key: string
  readonly value: string
}

/** The first records of each topic, read and decoded by clients that know nothing of this project. */
export async function peekTopics(
  { brokers, registryUrl }: Stack,
  topics: readonly string[],
  count: number,
  signal: AbortSignal,
): Promise<Map<string, Peeked[]>> {
  const registry = new SchemaRegistry({ host: registryUrl }, { [SchemaType.AVRO]: { logicalTypes } })
  // One consumer per topic: a shared one would read much of a large topic before reaching the others.
  const entries = topics.map(async (topic): Promise<[string, Peeked[]]> => {
    return [topic, await peekTopic(brokers.split(','), registry, topic, count, signal)]
  })
  return new Map(await Promise.all(entries))
}

/** The first records of whichever partition answers first. */
async function peekTopic(
  bootstrapBrokers: string[],
  registry: SchemaRegistry,
  topic: string,
  count: number,
  signal: AbortSignal,
): Promise<Peeked[]> {
  const groupId = `peek-${topic}-${process.pid}`
  const consumer = new Consumer({ clientId: 'peek', groupId, bootstrapBrokers, maxBytes: 64 * 1024 })
  const peeked: Peeked[] = []
  try {
    const isolationLevel = FetchIsolationLevels.READ_COMMITTED
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', isolationLevel })
    for await (const { partition, offset, key, value } of stream) {
      signal.throwIfAborted()
      if (peeked.length > 0 && peeked[0].partition !== partition) continue
      const shown = value[0] === 0 ? JSON.stringify(await registry.decode(value)) : value.toString()
      peeked.push({ partition, offset, key: (key as Buffer | undefined)?.toString() ?? '', value: shown })
      if (peeked.length === count) break
    }
    return peeked
  } finally {
    await new Promise<void>((resolve) => consumer.close(true, () => resolve()))
  }
}

/** The first lines of a file. */
export async function peekFile(path: string, count: number): Promise<Peeked[]> {
  const lines: Peeked[] = []
  const input = createReadStream(path)
  for await (const value of createInterface({ input })) {
    lines.push({ partition: null, offset: lines.length, key: '', value })
    if (lines.length === count) break
  }
  input.destroy()
  return lines
}
