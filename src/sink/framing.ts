import { createHash } from 'node:crypto'
import { exactJsonText } from '../config/exact-json.js'
import type { ConnectorConfig } from '../config/connector.js'
import { lineEncoder } from '../encode/lines.js'
import type { EncodedBatch, Field } from '../record.js'
import type { FileSinkConfig } from './file/options.js'

/** How encoded records become the bytes of a file. */
export interface Framing {
  /** Identifies the format; a file can only be continued in the same one. */
  readonly form: string
  /** What the file starts with. */
  readonly header: Buffer
  /** A batch's bytes. Valid until the next call or until the batch's own buffers are reused. */
  frame(batch: EncodedBatch): Buffer
}

type Described = Pick<ConnectorConfig, 'name' | 'topic' | 'value' | 'disturb'>

/** The format of a file or byte stream, to match the connector's encoder. Throws SCHEMA_INVALID. */
export async function createFraming(
  connector: Described,
  format: FileSinkConfig['format'],
  fields: readonly Field[],
): Promise<Framing> {
  if (format === 'avro') {
    // Loaded lazily, with Avro's library.
    const { valueSchema } = await import('../encode/value.js')
    return new ContainerFraming(exactJsonText(valueSchema(connector, fields).json))
  }
  return new LineFraming(format, format === 'csv' ? lineEncoder('csv', fields).header() : Buffer.alloc(0))
}

/** Lines: the values include their line feeds, and there are no keys. `header`: with its line feed, or empty. */
export class LineFraming implements Framing {
  readonly form: string
  readonly header: Buffer

  constructor(format: string, header: Buffer) {
    this.header = header
    this.form = `${format}:${digest(header)}`
  }

  frame({ bytes, offsets, length }: EncodedBatch): Buffer {
    return bytes.subarray(offsets[0], offsets[2 * length])
  }
}

/**
 * An Avro object container file (Avro 1.12 specification, "Object Container Files"), codec null, a block per batch; no keys.
 * The sync marker is derived from the schema, not random: continuing the file requires it.
 */
export class ContainerFraming implements Framing {
  readonly form: string
  readonly header: Buffer
  readonly #sync: Buffer
  #buffer = Buffer.alloc(0)

  /** `schema`: the writer's schema as JSON text. */
  constructor(schema: string) {
    this.#sync = createHash('sha256').update('genesis-connect').update(schema).digest().subarray(0, 16)
    const entries = [
      ['avro.codec', 'null'],
      ['avro.schema', schema],
    ]
    this.header = Buffer.concat([
      Buffer.from('Obj\x01', 'latin1'),
      long(entries.length),
      ...entries.flat().map((text) => Buffer.concat([long(Buffer.byteLength(text)), Buffer.from(text)])),
      long(0),
      this.#sync,
    ])
    this.form = `avro:${digest(this.header)}`
  }

  frame({ bytes, offsets, length }: EncodedBatch): Buffer {
    const size = offsets[2 * length] - offsets[0]
    if (this.#buffer.length < size + 64) this.#buffer = Buffer.allocUnsafeSlow(Math.ceil(size * 1.25) + 64)
    const out = this.#buffer
    let at = long(length).copy(out)
    at += long(size).copy(out, at)
    at += bytes.copy(out, at, offsets[0], offsets[2 * length])
    at += this.#sync.copy(out, at)
    return out.subarray(0, at)
  }
}

/** A zigzag variable-length long (Avro 1.12 specification, "Binary Encoding"), for lengths from 0 below 2^52. */
function long(value: number): Buffer {
  const bytes: number[] = []
  let rest = value * 2
  while (rest > 127) {
    bytes.push((rest % 128) | 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Buffer.from(bytes)
}

function digest(header: Buffer): string {
  return createHash('sha256').update(header).digest('hex').slice(0, 16)
}
