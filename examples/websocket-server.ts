// Gives every client a stream of its own: node build/examples/websocket-server.js [port]
//   ws://localhost:8765/?batch_size=10&rate=100&conditions={"segment":"premium"}
import { SyntheticGenerator, WebSocketServerPublisher } from 'genesis-connect'

const generator = await SyntheticGenerator.load('models/customers.json')
const server = new WebSocketServerPublisher({ port: Number(process.argv[2] ?? 8765), path: '/', generator })
console.log(`Listening on ${(await server.listen()).url}`)
process.once('SIGINT', () => void server.close())
