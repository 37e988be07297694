/** Avro object container files (Avro 1.12 specification, "Object Container Files"), uncompressed. */
import { createHash } from 'node:crypto'
import type { EncodedBatch } from '../../record.js'
import { writeLong } from '../binary.js'

export interface AvroContainer {
  /** What the file begins with. */
  header(): Buffer
  /** A block of a batch's values, which must be without keys and without the registry's prefix. Empty for an empty batch. */
  block(batch: EncodedBatch): Buffer
}

/** `schema`: its JSON value. `sync`: the file's 16-byte marker. */
export function avroContainer({ schema, sync }: { schema: unknown; sync: Uint8Array }): AvroContainer {
  return {
    header: () =>
      Buffer.concat([
        Buffer.from('Obj\x01', 'latin1'),
        // One block of a map with two entries, then its end.
        long(2),
        text('avro.schema'),
        text(JSON.stringify(schema)),
        text('avro.codec'),
        text('null'),
        long(0),
        sync,
      ]),
    block: ({ bytes, offsets, length }) => {
      if (length === 0) return Buffer.alloc(0)
      const values = bytes.subarray(offsets[0], offsets[2 * length])
      return Buffer.concat([long(length), long(values.length), values, sync])
    },
  }
}

/** A sync marker that depends only on the stream: the same file comes out when it is made again. */
export function syncMarker(fingerprint: string): Buffer {
  return createHash('sha256').update(`avro sync marker of ${fingerprint}`).digest().subarray(0, 16)
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([long(bytes.length), bytes])
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(10)
  return bytes.subarray(0, writeLong(bytes, 0, value, 1))
}
