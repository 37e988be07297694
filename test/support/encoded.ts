import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import type { EncodedBatch } from '#src/record.js'

/** JSON to a topic without keys, but for what is given. */
export function encodedConnector(
  value: Partial<EncodedConnector['value']> = {},
  more: Partial<EncodedConnector> = {},
): EncodedConnector {
  return {
    name: 'c',
    topic: 'my-topic',
    key: null,
    keyFormat: 'string',
    value: {
      format: 'json',
      column: null,
      schema: null,
      autoRegister: true,
      useLatest: false,
      subject: null,
      schemaReferences: [],
      normalize: false,
      subjectStrategy: 'topic',
      envelope: 'none',
      tombstones: true,
      ...value,
    },
    sink: { type: 'kafka' },
    disturb: null,
    timestamp: null,
    ...more,
  }
}

/** Copies of the values of an encoded batch. */
export function valuesOf({ bytes, offsets, length }: EncodedBatch): Buffer[] {
  return Array.from({ length }, (_, i) => Buffer.from(bytes.subarray(offsets[2 * i + 1], offsets[2 * i + 2])))
}

/** Copies of the keys of an encoded batch; null where the key is null. */
export function keysOf({ bytes, offsets, length, nullKeys }: EncodedBatch): (Buffer | null)[] {
  return Array.from({ length }, (_, i) =>
    nullKeys?.[i] === 1 ? null : Buffer.from(bytes.subarray(offsets[2 * i], offsets[2 * i + 1])),
  )
}
