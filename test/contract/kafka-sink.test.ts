import { createTopic, committedRecords } from '../support/kafka.js'
import { kafkaSinks } from '../support/kafka-sinks.js'
import { sinkContract } from './sink.js'

sinkContract('the Kafka sink', async (t) => {
  const topic = await createTopic(t, { partitions: 1 })
  const { sink } = kafkaSinks(t, { client: 'kafkajs', topic, creation: null })
  return {
    takesOver: true,
    sink,
    committed: async () => (await committedRecords(topic)).map(({ value }) => value ?? ''),
  }
})
