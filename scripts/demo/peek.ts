import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs'
import type { Stack } from '../stack/stack.js'

/** The first records of a topic, read and decoded by clients that know nothing of this project. */
export async function peekTopic({ brokers, registryUrl }: Stack, topic: string, count: number): Promise<string[]> {
  const registry = new SchemaRegistry({ host: registryUrl })
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: `peek-${process.pid}-${topic}` })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic, fromBeginning: true })
    const lines: string[] = []
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({
        partition,
        message,
      }: {
        partition: number
        message: KafkaMessage
      }): Promise<void> => {
        if (lines.length >= count) return
        const { key, value } = message
        const isAvro = value !== null && value[0] === 0
        const shown = isAvro ? JSON.stringify(await registry.decode(value)) : (value?.toString() ?? 'null')
        lines.push(`${partition}/${message.offset}  ${key === null ? '' : `key ${key.toString()}  `}${shown}`)
        if (lines.length === count) resolve()
      }
      consumer.run({ eachMessage }).catch(reject)
    })
    return lines
  } finally {
    await consumer.disconnect()
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
