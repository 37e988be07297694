/**
 * Collects records from encoded batches and frames them into one record batch per partition. Hot: one copy brings the bytes of a batch
 * in, a second puts each record into its frame; no allocation per record, and memory grows with what is
 * staged, not with the number of partitions.
 */
import type { EncodedBatch, EncodedHeaders } from '../../record.js'
import { headerBytes } from './record-batch.js'
import { recordOverhead, singleRecordBatchBytes, writeRecord } from './record-batch-write.js'

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
  /** Part of the stage's memory: invalid after the next `add`. */
  readonly bytes: Buffer
}

const nullKey = 1
const nullValue = 2

export class RecordStage {
  readonly #limits: Readonly<StageLimits>
  // Framed batches occupy [0, frameEnd), staged bytes start at frameEnd: copyWithin needs them in one array.
  #memory = Buffer.alloc(0)
  #frameEnd = 0
  #end = 0
  #count = 0
  // Record i: key from bounds[2i], value from bounds[2i + 1] to ends[i].
  #bounds = new Int32Array(0)
  #ends = new Int32Array(0)
  #partitions = new Int32Array(0)
  #nulls = new Uint8Array(0)
  #timestamps = new Float64Array(0)
  #order = new Int32Array(0)
  // Record i: headers from headers[2i] to headers[2i + 1]. Null until a record has any: unused headers cost nothing.
  #headers: Int32Array | null = null
  readonly #framedBytes: Int32Array
  readonly #counts: Int32Array
  #touched: number[] = []

  constructor(limits: StageLimits) {
    this.#limits = limits
    this.#framedBytes = new Int32Array(limits.partitions)
    this.#counts = new Int32Array(limits.partitions)
  }

  get count(): number {
    return this.#count
  }

  /** Bytes of keys, values and headers. */
  get bytes(): number {
    return this.#end - this.#frameEnd
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
    this.#memory.set(batch.bytes.subarray(start, offsets[2 * to]), this.#end)
    const shift = this.#end - start
    let n = this.#count
    for (let i = from; i < to; i++, n++) {
      this.#bounds[2 * n] = offsets[2 * i] + shift
      this.#bounds[2 * n + 1] = offsets[2 * i + 1] + shift
      this.#ends[n] = offsets[2 * i + 2] + shift
      this.#partitions[n] = partitions[i]
      this.#nulls[n] = nulls(batch, i)
      this.#timestamps[n] = batch.timestamps === undefined ? now : batch.timestamps[i]
    }
    this.#end += offsets[2 * to] - start
    if (headers !== undefined || this.#headers !== null) this.#addHeaders(headers, from, to)
    this.#count = n
    return to
  }

  #addHeaders(headers: EncodedHeaders | undefined, from: number, to: number): void {
    const column = (this.#headers ??= new Int32Array(2 * this.#ends.length))
    const n = this.#count
    if (headers === undefined) {
      column.fill(0, 2 * n, 2 * (n + to - from))
      return
    }
    const { bytes, offsets } = headers
    this.#memory.set(bytes.subarray(offsets[from], offsets[to]), this.#end)
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
    let bytes = this.bytes
    let i = from
    for (; i < length; i++) {
      let size = offsets[2 * i + 2] - offsets[2 * i]
      if (headers !== undefined) size += headers.offsets[i + 1] - headers.offsets[i]
      const partition = partitions[i]
      const staged = this.#counts[partition] as number | undefined
      if (staged === undefined) throw new RangeError(`partition ${partition} of ${this.#limits.partitions}`)
      if (staged === 0) {
        if (singleBatchBytes(batch, i) > soleRecordBytes) break
        if (bytes > 0 && bytes + size > limit) break
        this.#touched.push(partition)
        this.#framedBytes[partition] = headerBytes
      } else if (bytes + size > limit || this.#framedBytes[partition] + size + recordOverhead > batchBytes) break
      this.#framedBytes[partition] += size + recordOverhead
      this.#counts[partition]++
      bytes += size
    }
    return i
  }

  /** Frames everything staged and empties the stage. */
  frame(): FramedRecords[] {
    this.#sort()
    const headers = this.#headers
    const framed: FramedRecords[] = []
    let next = 0
    let at = 0
    for (const partition of this.#touched) {
      const count = this.#counts[partition]
      const start = at
      const baseTimestamp = this.#timestamps[this.#order[next]]
      let maxTimestamp = baseTimestamp
      at += headerBytes
      for (let delta = 0; delta < count; delta++) {
        const i = this.#order[next++]
        const key = this.#bounds[2 * i]
        const value = this.#bounds[2 * i + 1]
        const timestamp = this.#timestamps[i]
        if (timestamp > maxTimestamp) maxTimestamp = timestamp
        const nulls = this.#nulls[i]
        const keyLength = nulls & nullKey ? -1 : value - key
        const valueLength = nulls & nullValue ? -1 : this.#ends[i] - value
        const from = headers === null ? 0 : headers[2 * i]
        at = writeRecord(
          this.#memory,
          at,
          timestamp - baseTimestamp,
          delta,
          key,
          keyLength,
          value,
          valueLength,
          from,
          headers === null ? 0 : headers[2 * i + 1] - from,
        )
      }
      framed.push({ partition, count, baseTimestamp, maxTimestamp, bytes: this.#memory.subarray(start, at) })
      this.#counts[partition] = 0
    }
    this.#touched = []
    this.#count = 0
    this.#end = this.#frameEnd
    return framed
  }

  /** Sorts the records' indices by partition (in #touched order), keeping the order within each. */
  #sort(): void {
    const order = this.#order
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
    for (let i = 0; i < this.#count; i++) order[next[this.#partitions[i]]++] = i
  }

  /** Makes room for `bytes` more bytes and `records` more records, and for framing everything. */
  #reserve(bytes: number, records: number): void {
    const count = this.#count + records
    if (count > this.#ends.length) this.#growColumns(count)
    const staged = this.bytes + bytes
    const frames = staged + count * recordOverhead + this.#touched.length * headerBytes
    if (frames <= this.#frameEnd && this.#frameEnd + staged <= this.#memory.length) return
    this.#growMemory(powerOfTwo(frames), powerOfTwo(staged))
  }

  #growMemory(frames: number, staged: number): void {
    const frameEnd = Math.max(frames, this.#frameEnd)
    const memory = Buffer.allocUnsafeSlow(frameEnd + Math.max(staged, this.#memory.length - this.#frameEnd))
    this.#memory.copy(memory, frameEnd, this.#frameEnd, this.#end)
    const shift = frameEnd - this.#frameEnd
    for (let i = 0; i < this.#count; i++) {
      this.#bounds[2 * i] += shift
      this.#bounds[2 * i + 1] += shift
      this.#ends[i] += shift
    }
    if (this.#headers !== null) for (let i = 0; i < 2 * this.#count; i++) this.#headers[i] += shift
    this.#end += shift
    this.#frameEnd = frameEnd
    this.#memory = memory
  }

  #growColumns(records: number): void {
    const size = powerOfTwo(records)
    this.#bounds = grown(this.#bounds, new Int32Array(2 * size))
    this.#ends = grown(this.#ends, new Int32Array(size))
    this.#partitions = grown(this.#partitions, new Int32Array(size))
    this.#nulls = grown(this.#nulls, new Uint8Array(size))
    this.#timestamps = grown(this.#timestamps, new Float64Array(size))
    this.#order = new Int32Array(size)
    if (this.#headers !== null) this.#headers = grown(this.#headers, new Int32Array(2 * size))
  }
}

function nulls(batch: EncodedBatch, i: number): number {
  const key = !batch.hasKeys || (batch.nullKeys !== undefined && batch.nullKeys[i] === 1) ? nullKey : 0
  return batch.nullValues !== undefined && batch.nullValues[i] === 1 ? key | nullValue : key
}

function singleBatchBytes(batch: EncodedBatch, i: number): number {
  const { offsets } = batch
  const flags = nulls(batch, i)
  const { headers } = batch
  return singleRecordBatchBytes(
    flags & nullKey ? -1 : offsets[2 * i + 1] - offsets[2 * i],
    flags & nullValue ? -1 : offsets[2 * i + 2] - offsets[2 * i + 1],
    headers === undefined ? 0 : headers.offsets[i + 1] - headers.offsets[i],
  )
}

function grown<Column extends Int32Array | Uint8Array | Float64Array>(old: Column, column: Column): Column {
  column.set(old)
  return column
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(atLeast, 32)))
}
