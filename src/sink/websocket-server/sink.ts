import type { Checkpoint, EncodedBatch } from '../../record.js'
import type { Sink } from '../sink.js'
import { Broadcast } from './broadcast.js'
import type { ListenerOptions } from './listener.js'
import type { MessageForm } from '../websocket/message-form.js'

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
