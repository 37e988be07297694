/**
 * The layout of a record batch, magic 2 (KIP-98; org.apache.kafka.common.record.DefaultRecordBatch). All big-endian:
 *
 *      0 base offset            int64      27 base timestamp      int64
 *      8 batch length           int32      35 max timestamp       int64
 *     12 partition leader epoch int32      43 producer id         int64
 *     16 magic                  int8       51 producer epoch      int16
 *     17 CRC-32C of 21…         uint32     53 base sequence       int32
 *     21 attributes             int16      57 record count        int32
 *     23 last offset delta      int32      61 records, compressed as a whole
 */
export const headerBytes = 61

export const at = {
  baseOffset: 0,
  batchLength: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  recordCount: 57,
} as const

/** Bits of the attributes; bits 0 to 2 are the codec. */
export const attribute = { logAppendTime: 8, transactional: 16, control: 32 } as const

/** The producer of a record batch (KIP-98). */
export interface ProducerIdentity {
  readonly id: bigint
  readonly epoch: number
}

/** Sequence numbers run from 0 to 2^31 - 1 and wrap around to 0 (DefaultRecordBatch.incrementSequence). */
export function advanceSequence(sequence: number, by: number): number {
  return sequence > 0x7fffffff - by ? by - (0x7fffffff - sequence) - 1 : sequence + by
}
