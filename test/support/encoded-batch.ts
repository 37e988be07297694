import { encodeHeaders } from '#src/kafka/wire/record-headers.js'
import type { EncodedBatch, EncodedHeaders } from '#src/record.js'

export interface TestRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly timestamp: number
  readonly partition: number
  readonly headers?: readonly (readonly [name: string, value: string | Buffer])[]
}

/** These records as an encoder would hand them over. */
export function encodedBatch(records: readonly TestRecord[]): { batch: EncodedBatch; partitions: Int32Array } {
  const offsets = new Int32Array(2 * records.length + 1)
  records.forEach(({ key, value }, i) => {
    offsets[2 * i + 1] = offsets[2 * i] + (key?.length ?? 0)
    offsets[2 * i + 2] = offsets[2 * i + 1] + (value?.length ?? 0)
  })
  const batch: EncodedBatch = {
    start: 0,
    stride: 1,
    length: records.length,
    bytes: Buffer.concat(records.flatMap(({ key, value }) => [key ?? Buffer.alloc(0), value ?? Buffer.alloc(0)])),
    offsets,
    hasKeys: records.some(({ key }) => key !== null),
    nullKeys: Uint8Array.from(records, ({ key }) => (key === null ? 1 : 0)),
    nullValues: Uint8Array.from(records, ({ value }) => (value === null ? 1 : 0)),
    timestamps: Float64Array.from(records, ({ timestamp }) => timestamp),
    ...(records.some(({ headers }) => headers !== undefined) ? { headers: encodedHeaders(records) } : {}),
  }
  return { batch, partitions: Int32Array.from(records, ({ partition }) => partition) }
}

function encodedHeaders(records: readonly TestRecord[]): EncodedHeaders {
  const blocks = records.map(({ headers }) => (headers === undefined ? Buffer.alloc(0) : encodeHeaders(headers)))
  const offsets = new Int32Array(records.length + 1)
  blocks.forEach(({ length }, i) => (offsets[i + 1] = offsets[i] + length))
  return { bytes: Buffer.concat(blocks), offsets }
}
