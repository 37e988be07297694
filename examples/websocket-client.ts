// Sends records to a WebSocket server, 10 every 0.1 s: node build/examples/websocket-client.js [ws://host:port]
import { StreamingError, StreamingGenerator, SyntheticGenerator, WebSocketPublisher } from 'genesis-connect'

const generator = await SyntheticGenerator.load('models/customers.json')
const streamer = new StreamingGenerator(generator)
const publisher = new WebSocketPublisher({ uri: process.argv[2] ?? 'ws://localhost:8765', format: 'json' })
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
try {
  const metrics = await streamer.streamTo(publisher, {
    batchSize: 10,
    intervalSeconds: 0.1,
    maxRecords: 100,
    signal: stop.signal,
  })
  console.log(`Total records sent: ${metrics.totalRecords}`)
} catch (error) {
  if (!(error instanceof StreamingError)) throw error
  console.error(`Streaming failed: ${error.message}`)
  process.exitCode = 1
}
