import { containerEncoder } from '../../encode/create.js'
import type { Encoder } from '../../encode/encoder.js'
import { lineEncoder } from '../../encode/lines.js'
import type { AvroSchema } from '../../encode/avro/schema.js'
import type { WebSocketFormat } from './options.js'
import type { EncodedBatch, Field } from '../../record.js'
import { ContainerFraming } from '../framing.js'

/**
 * How encoded records become messages. The values of `json` and `ndjson` are lines, those of `avro` are Avro's binary
 * encoding without a prefix.
 *
 * | format   | message                                                                     |
 * | -------- | --------------------------------------------------------------------------- |
 * | `json`   | text: one record, a JSON object                                             |
 * | `ndjson` | text: a batch, one JSON object a line, each line with its line feed         |
 * | `avro`   | binary: first the header of an Avro object container file, then its blocks, one a batch |
 */
export interface MessageForm {
  readonly isBinary: boolean
  /** What a connection starts with; null: nothing. */
  readonly header: Buffer | null
  /** A batch as messages, valid until the next call or until the batch's buffers are reused. */
  messages(batch: EncodedBatch): Buffer[]
}

const lineFeed = 1

const jsonForm: MessageForm = {
  isBinary: false,
  header: null,
  messages({ bytes, offsets, length }) {
    return Array.from({ length }, (_, i) => bytes.subarray(offsets[2 * i + 1], offsets[2 * i + 2] - lineFeed))
  },
}

const ndjsonForm: MessageForm = {
  isBinary: false,
  header: null,
  messages: ({ bytes, offsets, length }) => [bytes.subarray(offsets[0], offsets[2 * length])],
}

class ContainerForm implements MessageForm {
  readonly isBinary = true
  readonly header: Buffer
  readonly #framing: ContainerFraming

  constructor(schema: AvroSchema) {
    this.#framing = new ContainerFraming(JSON.stringify(schema.json))
    this.header = this.#framing.header
  }

  messages(batch: EncodedBatch): Buffer[] {
    return [this.#framing.frame(batch)]
  }
}

/** `schema`: called for avro only. */
export function createMessageForm(format: WebSocketFormat, schema: () => AvroSchema): MessageForm {
  if (format === 'avro') return new ContainerForm(schema())
  return format === 'json' ? jsonForm : ndjsonForm
}

/** The encoder whose values this format takes. Throws SCHEMA_INVALID or SCHEMA_MISMATCH. */
export function createMessageEncoder(
  format: WebSocketFormat,
  fields: readonly Field[],
  schema: () => AvroSchema,
): Encoder {
  return format === 'avro' ? containerEncoder(fields, schema()) : lineEncoder('json', fields)
}
