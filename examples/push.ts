/** Push mode: batches go to a Kafka topic until there have been enough. */
import { KafkaPublisher, StreamingGenerator, SyntheticGenerator } from 'genesis-connect'
import type { Customers } from './customers.js'

const generator = await SyntheticGenerator.load<Customers>('models/customers.json')
const streamer = new StreamingGenerator(generator)
const publisher = new KafkaPublisher({
  bootstrapServers: process.env.KAFKA_BROKERS ?? 'localhost:9092',
  topic: 'example-push',
  valueSerializer: 'json',
  key: 'id',
  acks: 'all',
  compression: 'gzip',
})

const metrics = await streamer.streamTo(publisher, { batchSize: 100, intervalSeconds: 0.1, maxBatches: 5 })
console.log(`${metrics.totalRecords} records in ${metrics.batchesSent} batches`)
