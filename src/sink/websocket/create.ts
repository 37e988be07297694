import { valueSchema } from '../../encode/value.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import { createMessageForm } from './message-form.js'
import type { WebSocketSinkConfig } from './options.js'
import { WebSocketSink } from './sink.js'

/** Deadline of a server's opening handshake. */
const connectTimeoutMs = 10_000

export function createWebSocketSink({ connector, shard, fields, fingerprint }: SinkPlan<WebSocketSinkConfig>): Sink {
  const { url, format, acknowledge, acknowledgeTimeoutMs, bufferBytes } = connector.sink
  return new WebSocketSink({
    connection: { url, headers: {}, connectTimeoutMs, bufferBytes },
    stream: { shard, fingerprint },
    format,
    form: createMessageForm(format, () => valueSchema(connector, fields)),
    isAcknowledged: acknowledge,
    acknowledgeTimeoutMs,
  })
}
