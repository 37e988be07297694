/**
 * Topics of records with headers: headers are compared as part of the record, and the labels of disturbed streams are counted by kind. Only such
 * streams pay for it, and only for records with headers.
 */
import { disturbKinds } from '../config/disturb.js'
import type { DisturbConfig, DisturbKind } from '../config/disturb.js'
import { labelNames } from '../encode/faults/labels.js'
import { encodeHeaders } from '../kafka/wire/record-headers.js'
import { BlockPlan } from '../model/faults/block-plan.js'
import type { EncodedBatch } from '../record.js'
import { eachBatch } from './each-batch.js'
import type { ExpectedBatch, ExpectedShard, FoundBatch, FoundPartition } from './match/expected-and-found.js'

export type KindCounts = Record<DisturbKind, number>

export function noKinds(): KindCounts {
  return Object.fromEntries(disturbKinds.map((kind) => [kind, 0])) as KindCounts
}

/** Counts each kind among a shard's records from its beginning to below position `end`. */
export function countExpected(
  counts: KindCounts,
  config: DisturbConfig,
  { shard, shards, begin }: Pick<ExpectedShard, 'shard' | 'shards' | 'begin'>,
  end: number,
): void {
  const plan = new BlockPlan(config, shard, shards)
  const slots = Math.ceil((end - shard) / shards)
  const byNumber = new Float64Array(disturbKinds.length + 1)
  const first = (begin - shard) / shards
  for (let block = Math.floor(first / plan.slots); block * plan.slots < slots; block++) {
    plan.load(block)
    const last = Math.min(plan.slots, slots - block * plan.slots)
    for (let slot = Math.max(0, first - block * plan.slots); slot < last; slot++) byNumber[plan.kinds[slot]]++
  }
  disturbKinds.forEach((kind, index) => (counts[kind] += byNumber[index + 1]))
}

/** The shard with each record's labels appended to its value, and then whether the value is null: a tombstone is not an empty value. */
export function withLabels(shard: ExpectedShard): ExpectedShard {
  return {
    shard: shard.shard,
    shards: shard.shards,
    begin: shard.begin,
    sure: shard.sure,
    end: shard.end,
    start: (position) => shard.start(position),
    next: (count): ExpectedBatch => {
      const { records, partitions } = shard.next(count)
      return { records: labelled(records), partitions }
    },
  }
}

function labelled(batch: EncodedBatch): EncodedBatch {
  const { bytes, offsets, length, headers, nullValues } = batch
  if (headers === undefined) return batch
  const size = offsets[2 * length] + headers.offsets[length] + length
  const joined = Buffer.allocUnsafe(size)
  const moved = new Int32Array(2 * length + 1)
  const nulls = new Uint8Array(length)
  let to = 0
  for (let i = 0; i < length; i++) {
    to += bytes.copy(joined, to, offsets[2 * i], offsets[2 * i + 1])
    moved[2 * i + 1] = to
    to += bytes.copy(joined, to, offsets[2 * i + 1], offsets[2 * i + 2])
    const hasLabels = headers.offsets[i] < headers.offsets[i + 1]
    const isNull = nullValues?.[i] === 1 ? 1 : 0
    if (hasLabels) {
      to += headers.bytes.copy(joined, to, headers.offsets[i], headers.offsets[i + 1])
      joined[to++] = isNull
    }
    moved[2 * i + 2] = to
    nulls[i] = hasLabels ? 0 : isNull
  }
  return { ...batch, bytes: joined, offsets: moved, nullValues: nulls, headers: undefined }
}

/** The partition with each record's headers appended to its value; counts them in `counts`. */
export function foundWithLabels(partition: FoundPartition, counts: KindCounts): FoundPartition {
  return eachBatch(partition, (batch) => new LabelledBatch(batch, counts))
}

class LabelledBatch implements FoundBatch {
  bytes: Uint8Array
  keyStart = 0
  keyLength = -1
  valueStart = 0
  valueLength = -1

  constructor(
    readonly batch: FoundBatch,
    readonly counts: KindCounts,
  ) {
    this.bytes = batch.bytes
  }

  get offset(): number {
    return this.batch.offset
  }

  get timestamp(): number | undefined {
    return this.batch.timestamp
  }

  next(): boolean {
    const { batch } = this
    if (!batch.next()) return false
    this.bytes = batch.bytes
    this.keyStart = batch.keyStart
    this.keyLength = batch.keyLength
    this.valueStart = batch.valueStart
    this.valueLength = batch.valueLength
    const headers = batch.headers?.() ?? []
    if (headers.length > 0) this.#join(headers)
    return true
  }

  #join(headers: [string, Buffer | null][]): void {
    const { bytes, keyStart, valueStart } = this
    const key = bytes.subarray(keyStart, keyStart + Math.max(0, this.keyLength))
    const value = bytes.subarray(valueStart, valueStart + Math.max(0, this.valueLength))
    const labels = encodeHeaders(headers.map(([name, value]) => [name, value ?? '']))
    this.bytes = Buffer.concat([key, value, labels, Buffer.of(this.valueLength < 0 ? 1 : 0)])
    this.keyStart = 0
    this.valueStart = key.length
    this.valueLength = value.length + labels.length + 1
    const kind = headers.find(([name]) => name === labelNames.kind)?.[1]?.toString()
    if (kind !== undefined && kind in this.counts) this.counts[kind as DisturbKind]++
  }
}
