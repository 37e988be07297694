/** Avro with an inline schema, in the wire format of a schema registry, exactly once. */
import { KafkaPublisher, StreamingGenerator, SyntheticGenerator } from 'genesis-connect'

const schema = {
  type: 'record',
  name: 'Customer',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'segment', type: { type: 'enum', name: 'Segment', symbols: ['basic', 'standard', 'premium'] } },
    { name: 'lifetime_value', type: 'double' },
  ],
}

const generator = await SyntheticGenerator.load('models/customers.json')
const publisher = new KafkaPublisher({
  bootstrapServers: process.env.KAFKA_BROKERS ?? 'localhost:9092',
  topic: 'example-avro',
  valueSerializer: 'avro',
  avroSchema: schema,
  registry: process.env.SCHEMA_REGISTRY_URL ?? 'http://localhost:8081/apis/ccompat/v7',
  delivery: 'exactly-once',
  // What the position is kept under: run it again, and it goes on after the last record of this run.
  name: 'example-avro',
})

const metrics = await new StreamingGenerator(generator).streamTo(publisher, { batchSize: 500, maxRecords: 2000 })
console.log(`${metrics.totalRecords} records written`)
