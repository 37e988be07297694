import { createMessageForm } from '#src/sink/websocket/message-form.js'
import { WebSocketSink } from '#src/sink/websocket/sink.js'
import { startReceiver } from '../support/websocket-receiver.js'
import { sinkContract } from './sink.js'

const noSchema = (): never => {
  throw new Error('json has no schema')
}

sinkContract('the acknowledged WebSocket sink', async (t) => {
  const receiver = await startReceiver(t)
  return {
    takesOver: true,
    sink: () => {
      const sink = new WebSocketSink({
        connection: { url: receiver.url, headers: {}, connectTimeoutMs: 5_000, bufferBytes: 10_000 },
        stream: { shard: { connector: 'c', shard: 0, shards: 1 }, fingerprint: 'f00d' },
        format: 'json',
        form: createMessageForm('json', noSchema),
        isAcknowledged: true,
        acknowledgeTimeoutMs: 5_000,
      })
      t.after(() => sink.close())
      return sink
    },
    committed: () => Promise.resolve(receiver.committed.map((message) => `${message.toString()}\n`)),
  }
})
