import { valueSchema } from '../../encode/value.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import { createMessageForm } from '../websocket/message-form.js'
import type { WebSocketServerSinkConfig } from './options.js'
import { WebSocketServerSink } from './sink.js'

/** Broadcast clients send nothing. */
const maxMessageBytes = 1_024

export function createWebSocketServerSink({ connector, fields }: SinkPlan<WebSocketServerSinkConfig>): Sink {
  const { endpoint, format, ...options } = connector.sink
  const form = createMessageForm(format, () => valueSchema(connector, fields))
  return new WebSocketServerSink({ ...options, path: endpoint, maxMessageBytes }, form)
}
