import type { EncodedBatch } from '../../record.js'
import { codecs } from '../codec.js'
import type { SideRecord } from '../producer.js'
import type { TopicRecords } from './produce-window.js'
import { encodeHeaders } from './record-headers.js'
import { RecordStage } from './record-stage.js'
import { StageMemory } from './stage-memory.js'

const none = Buffer.alloc(0)

/** A record without its target. */
export type PlainRecord = Pick<SideRecord, 'key' | 'value' | 'headers'>

/** Frames a record for another topic in its own batch, so that the number of side records never makes a batch too large. */
export function frameSideRecord(record: SideRecord, now: number): TopicRecords {
  const { topic, partition } = record
  // Never large: it would take one of the few framers from a producer, for a single record.
  const memory = new StageMemory({ largeBytes: Infinity })
  const stage = new RecordStage({ partitions: 1, batchBytes: Infinity, bytes: Infinity }, memory)
  stage.add(encodeRecords([record]), new Int32Array(1), 0, now)
  const [framed] = stage.frame()
  return { ...framed, topic, partition, codec: codecs.none }
}

/** A few records as a batch; large batches come from an encoder. */
export function encodeRecords(records: readonly PlainRecord[]): EncodedBatch {
  const offsets = new Int32Array(2 * records.length + 1)
  records.forEach(({ key, value }, i) => {
    offsets[2 * i + 1] = offsets[2 * i] + (key?.length ?? 0)
    offsets[2 * i + 2] = offsets[2 * i + 1] + (value?.length ?? 0)
  })
  return {
    start: 0,
    stride: 1,
    length: records.length,
    bytes: Buffer.concat(records.flatMap(({ key, value }) => [key ?? none, value ?? none])),
    offsets,
    hasKeys: true,
    nullKeys: Uint8Array.from(records, ({ key }) => (key === null ? 1 : 0)),
    nullValues: Uint8Array.from(records, ({ value }) => (value === null ? 1 : 0)),
    ...(records.some(({ headers }) => headers !== undefined && headers.length > 0) && { headers: headersOf(records) }),
  }
}

function headersOf(records: readonly PlainRecord[]): NonNullable<EncodedBatch['headers']> {
  const all = records.map(({ headers = [] }) => (headers.length === 0 ? none : encodeHeaders(headers)))
  const offsets = new Int32Array(records.length + 1)
  all.forEach(({ length }, i) => (offsets[i + 1] = offsets[i] + length))
  return { bytes: Buffer.concat(all), offsets }
}
