import type { EncodedBatch } from '../../record.js'
import { codecs } from '../codec.js'
import type { SideRecord } from '../producer.js'
import type { TopicRecords } from './produce-window.js'
import { encodeHeaders } from './record-headers.js'
import { RecordStage } from './record-stage.js'

const none = Buffer.alloc(0)

/** Frames records of other topics, one uncompressed batch for each partition: they are few and small. */
export function frameSideRecords(records: readonly SideRecord[], now: number): TopicRecords[] {
  const partitions = new Map<string, SideRecord[]>()
  for (const record of records) {
    const name = `${record.topic}/${record.partition}`
    partitions.set(name, [...(partitions.get(name) ?? []), record])
  }
  return [...partitions.values()].map((same) => {
    const { topic, partition } = same[0]
    const stage = new RecordStage({ partitions: 1, batchBytes: Infinity, bytes: Infinity })
    stage.add(encoded(same), new Int32Array(same.length), 0, now)
    const [framed] = stage.frame()
    return { ...framed, topic, partition, codec: codecs.none }
  })
}

function encoded(records: readonly SideRecord[]): EncodedBatch {
  const offsets = new Int32Array(2 * records.length + 1)
  const headerOffsets = new Int32Array(records.length + 1)
  const parts: Buffer[] = []
  const headers = records.map((record) => (record.headers === undefined ? none : encodeHeaders(record.headers)))
  records.forEach(({ key, value }, i) => {
    parts.push(key ?? none, value ?? none)
    offsets[2 * i + 1] = offsets[2 * i] + (key?.length ?? 0)
    offsets[2 * i + 2] = offsets[2 * i + 1] + (value?.length ?? 0)
    headerOffsets[i + 1] = headerOffsets[i] + headers[i].length
  })
  return {
    start: 0,
    stride: 1,
    length: records.length,
    bytes: Buffer.concat(parts),
    offsets,
    hasKeys: true,
    nullKeys: Uint8Array.from(records, ({ key }) => (key === null ? 1 : 0)),
    nullValues: Uint8Array.from(records, ({ value }) => (value === null ? 1 : 0)),
    ...(headerOffsets[records.length] > 0 && { headers: { bytes: Buffer.concat(headers), offsets: headerOffsets } }),
  }
}
