import {
  SyntheticGenerator,
  StreamingGenerator,
  KafkaPublisher,
  StreamingMetrics,
  RetryPolicy,
  StreamingError,
} from 'genesis-connect'

const generator = await SyntheticGenerator.load('models/customers.json')
const streamer = new StreamingGenerator(generator, {
  bufferSize: 5000,
  onBufferFull: 'block',
  onError: 'retry',
  retryPolicy: new RetryPolicy({ maxRetries: 3, backoffFactor: 2, maxBackoffSeconds: 60 }),
})
const publisher = new KafkaPublisher({
  bootstrapServers: process.env.KAFKA_BROKERS ?? 'kafka:9092',
  topic: 'synthetic-customers',
  valueSerializer: 'json',
  acks: 'all',
  compression: 'gzip',
})
const metrics = new StreamingMetrics()
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
try {
  await streamer.streamTo(publisher, {
    batchSize: 100,
    intervalSeconds: 0.5,
    maxRecords: 100_000,
    conditions: { status: 'active' },
    metricsCollector: metrics,
    signal: stop.signal,
  })
} catch (error) {
  if (!(error instanceof StreamingError)) throw error
  console.error(`Streaming failed: ${error.message}`)
  process.exitCode = 1
} finally {
  console.log(`Total records sent: ${metrics.totalRecords}`)
  console.log(`Average rate: ${metrics.averageRate.toFixed(1)} records/sec`)
}
