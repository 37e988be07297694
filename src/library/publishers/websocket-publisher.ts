import { createMessageEncoder, createMessageForm } from '../../sink/websocket/message-form.js'
import { webSocketSpec } from '../../sink/websocket/options.js'
import { WebSocketSink } from '../../sink/websocket/sink.js'
import type { Encoder } from '../../encode/encoder.js'
import { GenesisError } from '../../errors.js'
import { recordsOf, slice, type Batch } from '../batch.js'
import { checksOf } from '../option-table.js'
import { checkOptions, needed, numberAbove, textOption, textOrObject, type Check } from '../options.js'
import { streamFieldsOf, type Publisher, type StreamInfo } from '../publisher.js'
import { asPublic } from '../streaming-error.js'
import { schemaSource } from './avro-schema.js'

/** Which server a WebSocketPublisher sends to, and in what form. */
export interface WebSocketPublisherOptions {
  /** ws:// or wss://. A user name and password in it are sent as basic authentication. */
  readonly uri: string
  /**
   * json (the default): one message per record. ndjson: one message per batch, one object per line. avro: binary
   * messages that together form an Avro object container file.
   */
  readonly format?: 'json' | 'ndjson' | 'avro'
  /** For avro: the schema itself, or the path of an .avsc file. @default derived from the model */
  readonly avroSchema?: object | string
  /**
   * Whether the server sends back the last position (docs/websocket.md). A batch is then published once that arrives
   * and resent if it does not, and a stream resumes at the server's position. Otherwise a batch is published once
   * handed to the operating system. @default false
   */
  readonly acknowledge?: boolean
  /**
   * With acknowledge: the name under which the server stores the position. @default derived from model, conditions and
   * seed
   */
  readonly name?: string
  /** Headers of the handshake, such as Authorization. */
  readonly headers?: Readonly<Record<string, string>>
  /** Maximum bytes waiting to be sent. @default 1 MB */
  readonly bufferBytes?: number
  /** Maximum wait for a connection. @default 10 */
  readonly connectTimeoutSeconds?: number
  /** Maximum wait for an acknowledgement. @default 30 */
  readonly acknowledgeTimeoutSeconds?: number
}

const checks: Readonly<Record<keyof WebSocketPublisherOptions, Check>> = {
  ...checksOf(webSocketSpec.options, 'uri', 'format', 'acknowledge', 'acknowledgeTimeoutSeconds', 'bufferBytes'),
  avroSchema: textOrObject,
  name: textOption,
  headers: {
    expected: 'an object of strings',
    accepts: (value) =>
      typeof value === 'object' && value !== null && Object.values(value).every((item) => typeof item === 'string'),
  },
  connectTimeoutSeconds: numberAbove(0),
}

/** A stream that the publisher was opened for. */
interface Opened {
  readonly info: StreamInfo
  readonly encoder: Encoder
  readonly sink: WebSocketSink
}

/**
 * Publishes to a WebSocket server. When a connection breaks, it reconnects and resends the current batch according to
 * the stream's retry policy.
 */
export class WebSocketPublisher implements Publisher<object> {
  readonly #options: WebSocketPublisherOptions
  #stream: Opened | null = null
  #connected = false
  /** Everything below this position was published. */
  #published = 0

  /** Throws OPTION_INVALID; does not connect. */
  constructor(options: WebSocketPublisherOptions) {
    asPublic(() => {
      checkOptions('WebSocketPublisher', options, checks)
      checkOptions('WebSocketPublisher', { uri: options.uri ?? null }, { uri: needed })
    })
    this.#options = { ...options }
  }

  /** Rejects with WEBSOCKET_UNREACHABLE or WEBSOCKET_REFUSED, and with avro SCHEMA_INVALID or SCHEMA_MISMATCH. */
  async open(info: StreamInfo): Promise<number> {
    this.#published = info.from
    this.#stream = this.#make(info)
    this.#published = Math.max(info.from, await this.#connect(this.#stream))
    return this.#published
  }

  async publish(batch: Batch<object>): Promise<void> {
    if (this.#stream === null) throw new GenesisError('INTERNAL', 'a publisher was used before it was opened')
    const { sink, encoder, info } = this.#stream
    let records = recordsOf(batch)
    const end = records.start + records.length
    if (!this.#connected) {
      // It may have arrived after all: send only the rest.
      const taken = (await this.#connect(this.#stream)) - records.start
      if (taken >= records.length) {
        this.#published = end
        return
      }
      if (taken > 0) records = slice(records, taken, records.length)
    }
    try {
      await sink.write(encoder.encode(records))
      await sink.commit({ position: end, fingerprint: info.fingerprint, shards: 1 })
      this.#published = end
    } catch (error) {
      await this.#disconnect(sink)
      throw error
    }
  }

  async close(): Promise<void> {
    if (this.#stream !== null) await this.#disconnect(this.#stream.sink)
  }

  #make(info: StreamInfo): Opened {
    const { uri, format = 'json', avroSchema, acknowledge = false, headers = {}, bufferBytes = 1e6 } = this.#options
    const { connectTimeoutSeconds = 10, acknowledgeTimeoutSeconds = 30 } = this.#options
    const { fingerprint } = info
    const name = this.#options.name ?? fingerprint.slice(0, 16)
    const fields = streamFieldsOf(info)
    const schema = schemaSource(avroSchema, fields)
    const sink = new WebSocketSink({
      connection: { url: uri, headers, connectTimeoutMs: connectTimeoutSeconds * 1000, bufferBytes },
      stream: { shard: { connector: name, shard: 0, shards: 1 }, fingerprint },
      format,
      form: createMessageForm(format, schema),
      isAcknowledged: acknowledge,
      acknowledgeTimeoutMs: acknowledgeTimeoutSeconds * 1000,
    })
    return { info, encoder: createMessageEncoder(format, fields, schema), sink }
  }

  /** Resolves to the server's position, or to what was published before if it reports none. */
  async #connect({ sink, info }: Opened): Promise<number> {
    try {
      const checkpoint = await sink.open()
      const position = checkpoint?.position ?? (this.#options.acknowledge ? info.from : this.#published)
      if (checkpoint !== null && checkpoint.fingerprint !== info.fingerprint) {
        throw invalid('the server has another stream under this name', checkpoint.fingerprint, info.fingerprint)
      }
      if (position < this.#published) {
        throw invalid('the server lost records it had acknowledged', position, this.#published)
      }
      this.#connected = true
      return position
    } catch (error) {
      await this.#disconnect(sink)
      throw error
    }
  }

  #disconnect(sink: WebSocketSink): Promise<void> {
    this.#connected = false
    return sink.close()
  }
}

function invalid(what: string, found: string | number, expected: string | number): GenesisError {
  return new GenesisError('CHECKPOINT_INVALID', what, { found: String(found), expected: String(expected) })
}
