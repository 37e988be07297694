import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { Consumer, FetchIsolationLevels } from '@platformatic/kafka'
import { logicalTypes } from './logical-types.js'
import type { Stack } from '../stack/stack.js'

/** The first records of a topic, read and decoded by clients that know nothing of this project. */
export async function peekTopic({ brokers, registryUrl }: Stack, topic: string, count: number): Promise<string[]> {
  const registry = new SchemaRegistry({ host: registryUrl }, { [SchemaType.AVRO]: { logicalTypes } })
  const consumer = new Consumer({
    clientId: 'peek',
    groupId: `peek-${process.pid}-${topic}`,
    bootstrapBrokers: brokers.split(','),
  })
  try {
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'earliest',
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    })
    const lines: string[] = []
    for await (const { partition, offset, key, value } of stream) {
      const shown = value[0] === 0 ? JSON.stringify(await registry.decode(value)) : value.toString()
      lines.push(
        `${partition}/${offset}  ${(key as Buffer | undefined) === undefined || key.length === 0 ? '' : `key ${key.toString()}  `}${shown}`,
      )
      if (lines.length === count) break
    }
    return lines
  } finally {
    await new Promise<void>((resolve) => consumer.close(true, () => resolve()))
  }
}

/** The first lines of a file. */
export async function peekFile(path: string, count: number): Promise<string[]> {
  const lines: string[] = []
  const input = createReadStream(path)
  for await (const line of createInterface({ input })) {
    lines.push(line)
    if (lines.length === count) break
  }
  input.destroy()
  return lines
}
