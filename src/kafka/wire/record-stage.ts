/**
 * Collects records from encoded batches and frames them into one record batch per partition. Hot: one copy brings the bytes of a batch
 * in, a second puts each record into its frame; no allocation per record, and memory grows with what is
 * staged, not with the number of partitions.
 */
import type { EncodedBatch, EncodedHeaders } from '../../record.js'
import { headerBytes } from './record-batch.js'
import { recordOverhead, singleRecordBatchBytes, writeRecord } from './record-batch-write.js'
import { giveBackStageMemory, noMemory, takeStageMemory } from './stage-memory.js'
import type { StageMemory } from './stage-memory.js'

export interface StageLimits {
  readonly partitions: number
  /** Maximum size of a record batch with several records. */
  readonly batchBytes: number
  /** Maximum size of a record batch with one record (max.message.bytes). Default: batchBytes. */
  readonly soleRecordBytes?: number
  /** Maximum bytes of keys, values and headers to hold; a larger record is staged alone. May change. */
  bytes: number
}

/** A framed batch with its header still unwritten: `bytes` starts with room for it. */
export interface FramedRecords {
  readonly partition: number
  readonly count: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  /** Part of the stage's memory: invalid after the next `add` or `release`. */
  readonly bytes: Buffer
}

const nullKey = 1
const nullValue = 2

export class RecordStage {
  readonly #limits: Readonly<StageLimits>
  /** By default borrowed from the first record until `release`. */
  #memory: StageMemory
  #end = 0
  #count = 0
  /** Of a staged record. */
  #hasHeaders = false
  readonly #framedBytes: Int32Array
  readonly #counts: Int32Array
  #touched: number[] = []

  /** `memory`: only for this stage. */
  constructor(limits: StageLimits, memory = noMemory) {
    this.#limits = limits
    this.#memory = memory
    this.#framedBytes = new Int32Array(limits.partitions)
    this.#counts = new Int32Array(limits.partitions)
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of keys, values and headers. */
  get bytes(): number {
    return this.#end - this.#memory.frameEnd
  }

  /** The partitions with staged records. */
  get partitions(): readonly number[] {
    return this.#touched
  }

  /**
   * Takes records from `from` on, as many as the limits allow; returns the index of the first one not taken.
   * If that is `from` with nothing staged, that record alone exceeds the size limit of a record batch.
   * `now`: the timestamp of records without one.
   */
  add(batch: EncodedBatch, partitions: Int32Array, from: number, now: number): number {
    const to = this.#take(batch, partitions, from)
    if (to === from) return from
    const { offsets, headers } = batch
    const start = offsets[2 * from]
    const ofHeaders = headers === undefined ? 0 : headers.offsets[to] - headers.offsets[from]
    this.#reserve(offsets[2 * to] - start + ofHeaders, to - from)
    const { bytes, bounds, ends, partitions: targets, nulls, timestamps } = this.#memory
    bytes.set(batch.bytes.subarray(start, offsets[2 * to]), this.#end)
    const shift = this.#end - start
    const first = this.#count
    let n = first
    for (let i = from; i < to; i++, n++) {
      bounds[2 * n] = offsets[2 * i] + shift
      bounds[2 * n + 1] = offsets[2 * i + 1] + shift
      ends[n] = offsets[2 * i + 2] + shift
      targets[n] = partitions[i]
    }
    if (batch.timestamps === undefined) timestamps.fill(now, first, n)
    else for (let i = from; i < to; i++) timestamps[first + i - from] = batch.timestamps[i]
    if (batch.nullKeys === undefined && batch.nullValues === undefined) nulls.fill(nullsOf(batch, from), first, n)
    else for (let i = from; i < to; i++) nulls[first + i - from] = nullsOf(batch, i)
    this.#end += offsets[2 * to] - start
    if (headers !== undefined || this.#hasHeaders) this.#addHeaders(headers, from, to)
    this.#count = n
    return to
  }

  #addHeaders(headers: EncodedHeaders | undefined, from: number, to: number): void {
    const memory = this.#memory
    const n = this.#count
    if (memory.headers.length < memory.bounds.length) memory.growHeaders(n)
    if (!this.#hasHeaders) memory.headers.fill(0, 0, 2 * n)
    this.#hasHeaders = true
    const column = memory.headers
    if (headers === undefined) {
      column.fill(0, 2 * n, 2 * (n + to - from))
      return
    }
    const { bytes, offsets } = headers
    memory.bytes.set(bytes.subarray(offsets[from], offsets[to]), this.#end)
    const shift = this.#end - offsets[from]
    for (let i = from, at = 2 * n; i < to; i++) {
      column[at++] = offsets[i] + shift
      column[at++] = offsets[i + 1] + shift
    }
    this.#end += offsets[to] - offsets[from]
  }

  /** Counts how many records fit, and reserves their space. */
  #take(batch: EncodedBatch, partitions: Int32Array, from: number): number {
    const { offsets, length, headers } = batch
    const { batchBytes, soleRecordBytes = batchBytes, bytes: limit } = this.#limits
    const counts = this.#counts
    const framedBytes = this.#framedBytes
    let bytes = this.bytes
    let i = from
    for (; i < length; i++) {
      let size = offsets[2 * i + 2] - offsets[2 * i]
      if (headers !== undefined) size += headers.offsets[i + 1] - headers.offsets[i]
      const partition = partitions[i]
      const staged = counts[partition] as number | undefined
      if (staged === undefined) throw new RangeError(`partition ${partition} of ${this.#limits.partitions}`)
      if (staged === 0) {
        if (singleBatchBytes(batch, i) > soleRecordBytes) break
        if (bytes > 0 && bytes + size > limit) break
        this.#touched.push(partition)
        framedBytes[partition] = headerBytes
      } else if (bytes + size > limit || framedBytes[partition] + size + recordOverhead > batchBytes) break
      framedBytes[partition] += size + recordOverhead
      counts[partition] = staged + 1
      bytes += size
    }
    return i
  }

  /** Frames everything staged and empties the stage. */
  frame(): FramedRecords[] {
    this.#sort()
    const { bytes, bounds, ends, nulls, timestamps, order, headers } = this.#memory
    const hasHeaders = this.#hasHeaders
    const framed: FramedRecords[] = []
    let next = 0
    let at = 0
    for (const partition of this.#touched) {
      const count = this.#counts[partition]
      const start = at
      const baseTimestamp = timestamps[order[next]]
      let maxTimestamp = baseTimestamp
      at += headerBytes
      for (let delta = 0; delta < count; delta++) {
        const i = order[next++]
        const key = bounds[2 * i]
        const value = bounds[2 * i + 1]
        const timestamp = timestamps[i]
        if (timestamp > maxTimestamp) maxTimestamp = timestamp
        const isNull = nulls[i]
        const keyLength = isNull & nullKey ? -1 : value - key
        const valueLength = isNull & nullValue ? -1 : ends[i] - value
        const from = hasHeaders ? headers[2 * i] : 0
        at = writeRecord(
          bytes,
          at,
          timestamp - baseTimestamp,
          delta,
          key,
          keyLength,
          value,
          valueLength,
          from,
          hasHeaders ? headers[2 * i + 1] - from : 0,
        )
      }
      framed.push({ partition, count, baseTimestamp, maxTimestamp, bytes: bytes.subarray(start, at) })
      this.#counts[partition] = 0
    }
    this.#touched = []
    this.#count = 0
    this.#hasHeaders = false
    this.#end = this.#memory.frameEnd
    return framed
  }

  /** Gives its memory back, unless records are staged: framed batches are then invalid. */
  release(): void {
    if (this.#count > 0) return
    giveBackStageMemory(this.#memory)
    this.#memory = noMemory
    this.#end = 0
  }

  /** Sorts the records' indices by partition (in #touched order), keeping the order within each. */
  #sort(): void {
    const { order, partitions } = this.#memory
    if (this.#touched.length === 1) {
      for (let i = 0; i < this.#count; i++) order[i] = i
      return
    }
    const next = this.#framedBytes // its sums are not needed any more
    let start = 0
    for (const partition of this.#touched) {
      next[partition] = start
      start += this.#counts[partition]
    }
    for (let i = 0; i < this.#count; i++) order[next[partitions[i]]++] = i
  }

  /** Makes room for `bytes` more bytes and `records` more records, and for framing everything. */
  #reserve(bytes: number, records: number): void {
    if (this.#memory === noMemory) {
      this.#memory = takeStageMemory()
      this.#end = this.#memory.frameEnd
    }
    const memory = this.#memory
    const count = this.#count + records
    if (count > memory.ends.length) memory.growColumns(count, this.#count)
    const staged = this.bytes + bytes
    const frames = staged + count * recordOverhead + this.#touched.length * headerBytes
    if (frames <= memory.frameEnd && memory.frameEnd + staged <= memory.bytes.length) return
    this.#end += memory.growBytes(frames, staged, this.#end, this.#count, this.#hasHeaders)
  }
}

function nullsOf(batch: EncodedBatch, i: number): number {
  const key = !batch.hasKeys || (batch.nullKeys !== undefined && batch.nullKeys[i] === 1) ? nullKey : 0
  return batch.nullValues !== undefined && batch.nullValues[i] === 1 ? key | nullValue : key
}

function singleBatchBytes(batch: EncodedBatch, i: number): number {
  const { offsets } = batch
  const flags = nullsOf(batch, i)
  const { headers } = batch
  return singleRecordBatchBytes(
    flags & nullKey ? -1 : offsets[2 * i + 1] - offsets[2 * i],
    flags & nullValue ? -1 : offsets[2 * i + 2] - offsets[2 * i + 1],
    headers === undefined ? 0 : headers.offsets[i + 1] - headers.offsets[i],
  )
}
