import { valueSchema } from '../../encode/value.js'
import { GenesisError } from '../../errors.js'
import type { Checkpoint, EncodedBatch } from '../../record.js'
import type { SinkPlan } from '../plan.js'
import type { Sink } from '../sink.js'
import { askCheckpoint, commitTo, type Stream } from './acknowledgement.js'
import { type ConnectionOptions, WebSocketConnection } from './connection.js'
import { createMessageForm, type MessageForm } from './message-form.js'
import type { WebSocketFormat, WebSocketSinkConfig } from './options.js'

/** Deadline of a server's opening handshake. */
const connectTimeoutMs = 10_000

export interface WebSocketSinkOptions {
  readonly connection: ConnectionOptions
  readonly stream: Stream
  readonly format: WebSocketFormat
  readonly form: MessageForm
  /** Whether the server stores the checkpoint and reports it back. */
  readonly isAcknowledged: boolean
  readonly acknowledgeTimeoutMs: number
}

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

/**
 * Sends to a WebSocket server, which stores the checkpoint in acknowledged mode: what it has acknowledged is delivered,
 * and the rest is resent after a failure. Otherwise a record counts as delivered once this machine's
 * network has it, and the checkpoint lasts as long as the sink: records in flight may be lost when a connection breaks.
 *
 * It does not reconnect: a failure ends the sink, and its owner reopens it.
 */
export class WebSocketSink implements Sink {
  readonly #options: WebSocketSinkOptions
  #connection: WebSocketConnection | null = null
  #checkpoint: Checkpoint | null = null

  constructor(options: WebSocketSinkOptions) {
    this.#options = options
  }

  async open(): Promise<Checkpoint | null> {
    const { connection: options, stream, format, form, isAcknowledged, acknowledgeTimeoutMs } = this.#options
    const connection = await WebSocketConnection.connect(options)
    this.#connection = connection
    if (isAcknowledged) this.#checkpoint = await askCheckpoint(connection, stream, format, acknowledgeTimeoutMs)
    if (form.header !== null) await connection.send([form.header], true)
    return this.#checkpoint
  }

  async write(batch: EncodedBatch): Promise<void> {
    const { form } = this.#options
    // Copied, because messages wait in the connection after this resolves.
    const messages = form.messages(batch).map((message) => Buffer.from(message))
    await this.#opened().send(messages, form.isBinary)
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    const connection = this.#opened()
    if (this.#options.isAcknowledged) await commitTo(connection, checkpoint, this.#options.acknowledgeTimeoutMs)
    else await connection.flushed()
    this.#checkpoint = checkpoint
  }

  async close(): Promise<void> {
    const connection = this.#connection
    this.#connection = null
    await connection?.close()
  }

  #opened(): WebSocketConnection {
    if (this.#connection === null) throw new GenesisError('INTERNAL', 'the sink is not open')
    return this.#connection
  }
}
