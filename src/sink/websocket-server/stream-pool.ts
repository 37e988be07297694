import type { WebSocketFormat } from '../websocket/options.js'
import type { AvroSchema } from '../../encode/avro/schema.js'
import type { Encoder } from '../../encode/encoder.js'
import { GenesisError } from '../../errors.js'
import { canonicalConditions } from '../../model/conditions/canonical.js'
import type { Generator } from '../../model/generator.js'
import { frameMessages } from '../websocket/frame.js'
import type { Run } from './member.js'
import { createMessageEncoder, createMessageForm, type MessageForm } from '../websocket/message-form.js'

export interface StreamPoolOptions {
  /** Opens the stream with these conditions. Throws CONDITION_INVALID or CONDITION_UNSATISFIABLE. */
  readonly open: (conditions: unknown) => Generator
  /** Called for avro only. */
  readonly schema: () => AvroSchema
  /** Maximum number of different conditions in use: each costs its own tables. */
  readonly maxConditions: number
}

/** A stream at any position, shared by all clients with the same conditions. */
export class PooledStream {
  users = 0
  readonly key: string
  readonly generator: Generator
  readonly #schema: () => AvroSchema
  readonly #forms = new Map<WebSocketFormat, { encoder: Encoder; form: MessageForm }>()

  constructor(key: string, generator: Generator, schema: () => AvroSchema) {
    this.key = key
    this.generator = generator
    this.#schema = schema
  }

  /** What a connection starts with. Throws SCHEMA_INVALID or SCHEMA_MISMATCH. */
  header(format: WebSocketFormat): Buffer | null {
    return this.#of(format).form.header
  }

  /** The frames of a batch. */
  frames(format: WebSocketFormat, { start, length }: Run): Buffer {
    const { encoder, form } = this.#of(format)
    if (this.generator.position !== start) this.generator.start(start)
    return frameMessages(form.messages(encoder.encode(this.generator.generate(length))), form.isBinary)
  }

  #of(format: WebSocketFormat) {
    let made = this.#forms.get(format)
    if (made === undefined) {
      const { fields } = this.generator
      made = {
        encoder: createMessageEncoder(format, fields, this.#schema),
        form: createMessageForm(format, this.#schema),
      }
      this.#forms.set(format, made)
    }
    return made
  }
}

/** A record depends only on its position, so one generator serves all clients with the same conditions, wherever they are. */
export class StreamPool {
  readonly #options: StreamPoolOptions
  readonly #streams = new Map<string, PooledStream>()

  constructor(options: StreamPoolOptions) {
    this.#options = options
  }

  /** Throws what `open` throws, and OPTION_INVALID if too many different conditions are in use. Must be released. */
  take(conditions: unknown): PooledStream {
    const key = canonicalConditions(conditions)
    let stream = this.#streams.get(key)
    if (stream === undefined) {
      const { open, schema, maxConditions } = this.#options
      if (this.#streams.size >= maxConditions) {
        throw new GenesisError('OPTION_INVALID', 'clients use too many different conditions at the same time', {
          expected: `at most ${maxConditions}`,
          remedy: 'Try again later, or with conditions another client uses',
        })
      }
      stream = new PooledStream(key, open(conditions), schema)
      this.#streams.set(key, stream)
    }
    stream.users++
    return stream
  }

  giveBack(stream: PooledStream): void {
    if (--stream.users === 0) this.#streams.delete(stream.key)
  }
}
