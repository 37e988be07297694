import type { EncodedBatch } from '../../record.js'
import { codecs } from '../codec.js'
import type { SideRecord } from '../producer.js'
import type { TopicRecords } from './produce-window.js'
import { encodeHeaders } from './record-headers.js'
import { RecordStage } from './record-stage.js'

const none = Buffer.alloc(0)

/** Frames a record of another topic, in a batch of its own: however many there are, none is too large for the others. */
export function frameSideRecord(record: SideRecord, now: number): TopicRecords {
  const { topic, partition } = record
  const stage = new RecordStage({ partitions: 1, batchBytes: Infinity, bytes: Infinity })
  stage.add(encoded(record), new Int32Array(1), 0, now)
  const [framed] = stage.frame()
  return { ...framed, topic, partition, codec: codecs.none }
}

function encoded({ key, value, headers = [] }: SideRecord): EncodedBatch {
  const keyEnd = key?.length ?? 0
  const header = headers.length === 0 ? null : encodeHeaders(headers)
  return {
    start: 0,
    stride: 1,
    length: 1,
    bytes: Buffer.concat([key ?? none, value ?? none]),
    offsets: Int32Array.of(0, keyEnd, keyEnd + (value?.length ?? 0)),
    hasKeys: true,
    nullKeys: Uint8Array.of(key === null ? 1 : 0),
    nullValues: Uint8Array.of(value === null ? 1 : 0),
    ...(header !== null && { headers: { bytes: header, offsets: Int32Array.of(0, header.length) } }),
  }
}
