import type { Encoder } from '../../encode/encoder.js'
import { GenesisError } from '../../errors.js'
import { openGenerator } from '../../model/open.js'
import { Broadcast } from '../../sink/websocket-server/broadcast.js'
import type { ClientStatus } from '../../sink/websocket-server/client-status.js'
import type { ListenerOptions } from '../../sink/websocket-server/listener.js'
import { OwnStreams } from '../../sink/websocket-server/own-streams.js'
import type { ServerAddress } from '../../sink/websocket-server/server-address.js'
import { createMessageEncoder, createMessageForm } from '../../sink/websocket/message-form.js'
import { recordsOf, type Batch } from '../batch.js'
import { systemClock } from '../../delivery/clock.js'
import { checkOptions, needed } from '../options.js'
import { streamFieldsOf, type Publisher, type StreamInfo } from '../publisher.js'
import { asPublic, asStreamingError } from '../streaming-error.js'
import { modelOf, type SyntheticGenerator } from '../synthetic-generator.js'
import { schemaSource } from './avro-schema.js'
import { checkClientOptions, serverChecks, type WebSocketServerPublisherOptions } from './websocket-server-options.js'

/**
 * A WebSocket server. With a `generator`, each client has its own stream, and requests its position, batch size, rate,
 * conditions and format by query string or first message. Without one, the server is a publisher: all connected
 * clients get the stream that `streamTo` publishes.
 */
export class WebSocketServerPublisher implements Publisher<object> {
  readonly #options: WebSocketServerPublisherOptions
  readonly #server: Broadcast | OwnStreams
  #listening: Promise<ServerAddress> | null = null
  #encoder: Encoder | null = null

  /** Throws OPTION_INVALID; does not listen yet. */
  constructor(options: WebSocketServerPublisherOptions) {
    asPublic(() => {
      checkOptions('WebSocketServerPublisher', options, serverChecks)
      checkOptions('WebSocketServerPublisher', { port: options.port ?? null }, { port: needed })
      checkClientOptions(options)
    })
    this.#options = { ...options }
    const { generator } = options
    const listener = listenerOf(options)
    this.#server = generator === undefined ? new Broadcast(listener) : ownStreams(listener, options, generator)
  }

  /** Resolves to the address once clients can connect. Rejects with SINK_FAILED if the port is in use. */
  async listen(): Promise<ServerAddress> {
    try {
      this.#listening ??= this.#server.listen()
      return await this.#listening
    } catch (error) {
      this.#listening = null
      throw asStreamingError(error)
    }
  }

  /** Called by `streamTo`; listens if `listen` was not called. */
  async open(stream: StreamInfo): Promise<void> {
    const { format = 'json', avroSchema } = this.#options
    const server = this.#broadcast()
    const fields = streamFieldsOf(stream)
    const schema = schemaSource(avroSchema, fields)
    this.#encoder = createMessageEncoder(format, fields, schema)
    server.begin(createMessageForm(format, schema))
    await this.listen()
  }

  /** Called by `streamTo`: offers the batch to every client; slow ones miss it, or are disconnected. */
  publish(batch: Batch<object>): void {
    if (this.#encoder === null) throw new GenesisError('INTERNAL', 'a publisher was used before it was opened')
    this.#broadcast().send(this.#encoder.encode(recordsOf(batch)))
  }

  /** Currently connected clients. */
  clients(): readonly ClientStatus[] {
    return this.#server.clients()
  }

  /** Positions that slow clients missed, including clients that have disconnected. */
  get dropped(): number {
    return this.#server.dropped
  }

  /** Closes all connections and frees the port. Called by `streamTo` at the end of its stream. */
  async close(): Promise<void> {
    if (this.#listening === null) return
    this.#listening = null
    await this.#server.close()
  }

  #broadcast(): Broadcast {
    if (this.#server instanceof Broadcast) return this.#server
    throw new GenesisError('OPTION_INVALID', 'a server with a generator has one stream per client', {
      place: 'WebSocketServerPublisher: generator',
      found: 'a stream shared by all',
      expected: 'no generator, to send one stream to all clients',
    })
  }
}

function listenerOf(options: WebSocketServerPublisherOptions): ListenerOptions {
  return {
    host: options.host ?? '127.0.0.1',
    port: options.port,
    path: options.path ?? '/',
    maxClients: options.maxClients ?? 1000,
    maxMessageBytes: options.maxMessageBytes ?? 4096,
    allowedOrigins: options.allowedOrigins ?? [],
    onSlow: options.onSlow ?? 'drop',
    bufferBytes: options.bufferBytes ?? 1_000_000,
  }
}

function ownStreams(
  listener: ListenerOptions,
  options: WebSocketServerPublisherOptions,
  generator: SyntheticGenerator<object>,
): OwnStreams {
  const model = modelOf(generator)
  const { seed = 0, batchSize = 10, rateLimit = 100, conditions, format = 'json', avroSchema } = options
  const { maxBatchSize = 1000, maxRateLimit = 10_000, maxConditions = 64, firstMessageSeconds = 1 } = options
  return new OwnStreams(
    {
      ...listener,
      defaults: { position: 0, batchSize, rate: rateLimit, maxRecords: null, conditions, format },
      maxBatchSize,
      maxRate: maxRateLimit,
      maxConditions,
      firstMessageMs: firstMessageSeconds * 1000,
      open: (asked) => openGenerator(model, { conditions: asked, seed, capacity: maxBatchSize }),
      schema: schemaSource(avroSchema, model.fields),
    },
    systemClock,
  )
}
