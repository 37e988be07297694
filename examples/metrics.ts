/** Metrics may be read at any time, also while the stream goes on. */
import { StreamingGenerator, StreamingMetrics, SyntheticGenerator } from 'genesis-connect'

const generator = await SyntheticGenerator.load('models/customers.json')
const metrics = new StreamingMetrics()

const report = setInterval(() => {
  console.log(`${metrics.totalRecords} records, ${metrics.recordsPerSecond.toFixed(0)} a second`)
}, 250)
try {
  const streamer = new StreamingGenerator(generator)
  await streamer.streamTo(
    { publish: () => undefined },
    { rateLimit: 1000, maxRecords: 1000, metricsCollector: metrics },
  )
} finally {
  clearInterval(report)
}
console.log(`average rate ${metrics.averageRate.toFixed(0)} after ${metrics.warmUp.seconds.toFixed(2)} s of warm-up`)
console.log(`p95 of the acknowledgements ${metrics.latencyMs.p95.toFixed(2)} ms, ${metrics.errors} errors`)
