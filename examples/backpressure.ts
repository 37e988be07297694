/** A sink that is slower than the stream: the buffer fills, and then its policy decides. */
import { StreamingGenerator, SyntheticGenerator, type Publisher } from 'genesis-connect'
import { setTimeout as sleep } from 'node:timers/promises'

const generator = await SyntheticGenerator.load('models/customers.json')
const slow: Publisher = { publish: () => sleep(50) }

for (const options of [
  { onBufferFull: 'block' },
  { onBufferFull: 'drop' },
  { onBufferFull: 'drop', dropOldest: true },
] as const) {
  const streamer = new StreamingGenerator(generator, { bufferSize: 100, ...options })
  const metrics = await streamer.streamTo(slow, { batchSize: 20, rateLimit: 2000, maxRecords: 600 })
  const [first] = metrics.gaps
  const where = first === undefined ? 'nowhere' : `first from position ${first.from} up to ${first.to}`
  console.log(`${JSON.stringify(options)}: ${metrics.totalRecords} sent, ${metrics.dropped} dropped, ${where}`)
}
