/** Rates: fixed, in a shape, at random times, and as high as the sink's latency allows. */
import { StreamingGenerator, SyntheticGenerator, type Publisher } from 'genesis-connect'

const generator = await SyntheticGenerator.load('models/customers.json')
const streamer = new StreamingGenerator(generator)
const nowhere: Publisher = { publish: () => undefined }

// Exact over time and independent of the batch size.
const fixed = await streamer.streamTo(nowhere, { rateLimit: 1000, batchSize: 50, maxRecords: 500 })
console.log(`fixed: ${fixed.totalRecords} records`)

// A day and a night in a second, at the random times of a Poisson process.
const waves = await streamer.streamTo(nowhere, {
  rateLimit: 1000,
  shape: { type: 'sine', amplitude: 0.9, periodSeconds: 86_400, speed: 86_400 },
  arrivals: 'poisson',
  maxRecords: 500,
})
console.log(`day and night: ${waves.totalRecords} records`)

// Finds out what the sink can take; at most 95 % of the acknowledgements in 100 ms.
const adaptive = await streamer.streamTo(nowhere, { adaptiveRate: true, targetLatencyMs: 100, maxRecords: 200 })
console.log(`adaptive: ${adaptive.totalRecords} records`)
