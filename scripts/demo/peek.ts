import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { Consumer, FetchIsolationLevels } from '@platformatic/kafka'
import { logicalTypes } from './logical-types.js'
import type { Stack } from '../stack/stack.js'

/** A record as a consumer sees it. Of a file: its line. */
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
  const consumer = new Consumer({
    clientId: 'peek',
    groupId: `peek-${process.pid}`,
    bootstrapBrokers: brokers.split(','),
    maxBytes: 64 * 1024,
  })
  const found = new Map<string, Peeked[]>(topics.map((topic) => [topic, []]))
  try {
    const stream = await consumer.consume({
      topics: [...topics],
      mode: 'earliest',
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    })
    for await (const { topic, partition, offset, key, value } of stream) {
      signal.throwIfAborted()
      const peeked = found.get(topic) ?? []
      if (peeked.length === count || (peeked.length > 0 && peeked[0].partition !== partition)) continue
      const shown = value[0] === 0 ? JSON.stringify(await registry.decode(value)) : value.toString()
      peeked.push({ partition, offset, key: (key as Buffer | undefined)?.toString() ?? '', value: shown })
      if ([...found.values()].every(({ length }) => length === count)) break
    }
    return found
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
