import type { EncodedBatch } from '../../record.js'
import { codecs } from '../codec.js'
import type { SideRecord } from '../producer.js'
import type { TopicRecords } from './produce-window.js'
import { RecordStage } from './record-stage.js'

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
  const parts: Buffer[] = []
  records.forEach(({ key, value }, i) => {
    parts.push(key, value ?? Buffer.alloc(0))
    offsets[2 * i + 1] = offsets[2 * i] + key.length
    offsets[2 * i + 2] = offsets[2 * i + 1] + (value?.length ?? 0)
  })
  return {
    start: 0,
    stride: 1,
    length: records.length,
    bytes: Buffer.concat(parts),
    offsets,
    hasKeys: true,
    nullValues: Uint8Array.from(records, ({ value }) => (value === null ? 1 : 0)),
  }
}
