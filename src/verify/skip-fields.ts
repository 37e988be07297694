/**
 * Excludes fields that cannot be regenerated from a comparison: wall-clock values. Both sides are decoded and re-encoded
 * without them; that costs a few microseconds a record, only for streams with such fields.
 */
import type { EncodedBatch } from '../record.js'
import { eachBatch } from './each-batch.js'
import type { ExpectedBatch, ExpectedShard, FoundBatch, FoundPartition } from './match/expected-and-found.js'

/** A value's bytes without the excluded fields; unchanged if it cannot be decoded. */
export type StripValue = (value: Uint8Array) => Uint8Array

/** The same, but empty if the value cannot be decoded: a deliberately truncated value has wall-clock fields too. */
export function orNothing(strip: StripValue): StripValue {
  return (value) => {
    const stripped = strip(value)
    return stripped === value ? nothing : stripped
  }
}

const nothing = Buffer.alloc(0)

export function withoutFields(strip: StripValue, shard: ExpectedShard): ExpectedShard {
  const { shard: index, shards, begin, sure, end } = shard
  return {
    shard: index,
    shards,
    begin,
    sure,
    end,
    start: (position) => shard.start(position),
    next: (count): ExpectedBatch => {
      const { records, partitions } = shard.next(count)
      return { records: stripBatch(strip, records), partitions }
    },
  }
}

export function foundWithoutFields(strip: StripValue, partition: FoundPartition): FoundPartition {
  return eachBatch(partition, (batch) => new StrippedBatch(strip, batch))
}

class StrippedBatch implements FoundBatch {
  readonly keyStart = 0
  keyLength = -1
  valueStart = 0
  valueLength = -1
  bytes: Uint8Array = Buffer.alloc(0)

  constructor(
    readonly strip: StripValue,
    readonly batch: FoundBatch,
  ) {}

  get offset(): number {
    return this.batch.offset
  }

  get timestamp(): number | undefined {
    return this.batch.timestamp
  }

  headers(): [name: string, value: Buffer | null][] {
    return this.batch.headers?.() ?? []
  }

  next(): boolean {
    const { batch } = this
    if (!batch.next()) return false
    const { keyStart, keyLength, valueStart, valueLength } = batch
    const key = batch.bytes.subarray(keyStart, keyStart + Math.max(0, keyLength))
    const value =
      valueLength < 0 ? Buffer.alloc(0) : this.strip(batch.bytes.subarray(valueStart, valueStart + valueLength))
    this.bytes = Buffer.concat([key, value])
    this.keyLength = keyLength
    this.valueStart = key.length
    this.valueLength = valueLength < 0 ? -1 : value.length
    return true
  }
}

function stripBatch(strip: StripValue, batch: EncodedBatch): EncodedBatch {
  const { bytes, offsets, length } = batch
  const parts: Uint8Array[] = []
  const moved = new Int32Array(2 * length + 1)
  const append = (part: Uint8Array): number => parts.push(part)
  for (let i = 0; i < length; i++) {
    append(bytes.subarray(offsets[2 * i], offsets[2 * i + 1]))
    const value = bytes.subarray(offsets[2 * i + 1], offsets[2 * i + 2])
    append(batch.nullValues?.[i] === 1 ? value : strip(value))
  }
  parts.forEach((part, index) => (moved[index + 1] = moved[index] + part.length))
  return { ...batch, bytes: Buffer.concat(parts), offsets: moved }
}
