import { valueSchema } from '../../encode/value.js'
import type { Checkpoint, EncodedBatch } from '../../record.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import { Broadcast } from './broadcast.js'
import type { ListenerOptions } from './listener.js'
import { createMessageForm, type MessageForm } from '../websocket/message-form.js'
import type { WebSocketServerSinkConfig } from './options.js'

/** Broadcast clients send nothing. */
const maxMessageBytes = 1_024

export function createWebSocketServerSink({ connector, fields }: SinkPlan<WebSocketServerSinkConfig>): Sink {
  const { endpoint, format, ...options } = connector.sink
  const form = createMessageForm(format, () => valueSchema(connector, fields))
  return new WebSocketServerSink({ ...options, path: endpoint, maxMessageBytes }, form)
}

/**
 * Sends a connector's stream to every connected client. The stream is live: a record is done once offered to
 * the clients connected at the time, and the checkpoint lasts as long as the sink.
 */
export class WebSocketServerSink implements Sink {
  readonly #options: ListenerOptions
  readonly #form: MessageForm
  #broadcast: Broadcast | null = null
  #checkpoint: Checkpoint | null = null

  constructor(options: ListenerOptions, form: MessageForm) {
    this.#options = options
    this.#form = form
  }

  async open(): Promise<Checkpoint | null> {
    const broadcast = new Broadcast(this.#options)
    broadcast.begin(this.#form)
    await broadcast.listen()
    this.#broadcast = broadcast
    return this.#checkpoint
  }

  write(batch: EncodedBatch): Promise<void> {
    this.#broadcast?.send(batch)
    return Promise.resolve()
  }

  commit(checkpoint: Checkpoint): Promise<void> {
    this.#checkpoint = checkpoint
    return Promise.resolve()
  }

  async close(): Promise<void> {
    const broadcast = this.#broadcast
    this.#broadcast = null
    await broadcast?.close()
  }
}
