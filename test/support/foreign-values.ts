import { Kafka, logLevel } from 'kafkajs'
import { testCluster } from './kafka.js'

/** The first values of a topic, as another client reads them. */
export async function foreignValues(topic: string, count: number): Promise<Buffer[]> {
  const kafka = new Kafka({ brokers: [...testCluster().brokers], logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId: topic })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const values: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    const eachBatch = ({ batch }: { batch: { messages: { value: Buffer | null }[] } }): Promise<void> => {
      values.push(...batch.messages.map(({ value }) => value ?? Buffer.alloc(0)))
      if (values.length >= count) resolve()
      return Promise.resolve()
    }
    consumer.run({ eachBatch }).catch(reject)
  })
  await consumer.disconnect()
  return values
}
