/**
 * Collects records from encoded batches and frames them into one record batch per partition. Hot: one copy brings the bytes of a batch
 * in, a second puts each record into its frame; no allocation per record, and memory grows with what is
 * staged, not with the number of partitions.
 */
import type { EncodedBatch, EncodedHeaders } from '../../record.js'
import { lend, minLentBytes } from '../lent-memory.js'
import { nullKey, nullValue } from './framer.js'
import { headerBytes } from './record-batch.js'
import { recordOverhead, singleRecordBatchBytes } from './record-batch-write.js'
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
  /** Part of the stage's memory: unless it is lent, invalid after the next `add` or `release`. */
  readonly bytes: Buffer
}

export class RecordStage {
  readonly #limits: Readonly<StageLimits>
  /** By default borrowed from the first record until `release`. */
  #memory: StageMemory
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
    return this.#memory.count
  }

  /** Bytes of keys, values and headers. */
  get bytes(): number {
    return this.#memory.stagedBytes
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
    const size = offsets[2 * to] - start
    const memory = this.#reserve(sizeOf(batch, from, to), to - from)
    const { bytes, bounds, partitions: targets, nulls, timestamps, count: first, end } = memory
    const last = first + to - from
    bytes.set(batch.bytes.subarray(start, start + size), end)
    targets.set(partitions.subarray(from, to), first)
    const shift = end - start
    for (let i = 2 * from, n = 2 * first; i <= 2 * to; i++, n++) bounds[n] = offsets[i] + shift
    if (batch.timestamps === undefined) timestamps.fill(now, first, last)
    else timestamps.set(batch.timestamps.subarray(from, to), first)
    if (batch.nullKeys === undefined && batch.nullValues === undefined) nulls.fill(nullsOf(batch, from), first, last)
    else for (let i = from; i < to; i++) nulls[first + i - from] = nullsOf(batch, i)
    memory.end = end + size
    if (headers !== undefined || memory.hasHeaders) this.#addHeaders(headers, from, to)
    memory.count = last
    return to
  }

  #addHeaders(all: EncodedHeaders | undefined, from: number, to: number): void {
    const memory = this.#memory
    if (!memory.hasHeaders) memory.beginHeaders()
    const { headers, count } = memory
    if (all === undefined) {
      headers.fill(0, 2 * count, 2 * (count + to - from))
      return
    }
    const { bytes, offsets } = all
    memory.headersStart -= offsets[to] - offsets[from]
    memory.bytes.set(bytes.subarray(offsets[from], offsets[to]), memory.headersStart)
    const shift = memory.headersStart - offsets[from]
    for (let i = from, at = 2 * count; i < to; i++) {
      headers[at++] = offsets[i] + shift
      headers[at++] = offsets[i + 1] + shift
    }
  }

  /** Counts how many records fit, and reserves their space. */
  #take(batch: EncodedBatch, partitions: Int32Array, from: number): number {
    const { length } = batch
    const { batchBytes, bytes: limit } = this.#limits
    const counts = this.#counts
    const framedBytes = this.#framedBytes
    let { bytes } = this
    for (let i = from; i < length;) {
      const partition = partitions[i]
      const staged = counts[partition] as number | undefined
      if (staged === undefined) throw new RangeError(`partition ${partition} of ${this.#limits.partitions}`)
      let end = i + 1
      if (staged === 0) {
        if (!this.#isRoomForFirst(batch, i, bytes)) return i
        this.#touched.push(partition)
        framedBytes[partition] = headerBytes
      } else {
        // Records without keys come in runs.
        while (end < length && partitions[end] === partition) end++
      }
      const size = sizeOf(batch, i, end)
      const framed = framedBytes[partition] + size + (end - i) * recordOverhead
      if (staged > 0 && (bytes + size > limit || framed > batchBytes))
        return this.#takeSome(batch, partition, i, end, bytes)
      framedBytes[partition] = framed
      counts[partition] = staged + end - i
      bytes += size
      i = end
    }
    return length
  }

  /** For a record of a partition that has none yet, with `bytes` bytes staged. */
  #isRoomForFirst(batch: EncodedBatch, i: number, bytes: number): boolean {
    const { batchBytes, soleRecordBytes = batchBytes, bytes: limit } = this.#limits
    if (singleBatchBytes(batch, i) > soleRecordBytes) return false
    return bytes === 0 || bytes + sizeOf(batch, i, i + 1) <= limit
  }

  /** Takes those of a run that fit into a partition that has some, with `bytes` bytes staged: sizes grow with their number. Not all of them do. */
  #takeSome(batch: EncodedBatch, partition: number, from: number, end: number, bytes: number): number {
    const { bytes: limit, batchBytes } = this.#limits
    const framed = this.#framedBytes[partition]
    let fits = from
    for (let tooMany = end; tooMany - fits > 1;) {
      const middle = (fits + tooMany) >> 1
      const size = sizeOf(batch, from, middle)
      const isRoom = bytes + size <= limit && framed + size + (middle - from) * recordOverhead <= batchBytes
      if (isRoom) fits = middle
      else tooMany = middle
    }
    this.#framedBytes[partition] += sizeOf(batch, from, fits) + (fits - from) * recordOverhead
    this.#counts[partition] += fits - from
    return fits
  }

  /** Frames everything staged and empties the stage. */
  frame(): FramedRecords[] {
    const memory = this.#memory
    const { bytes, timestamps, order, framer } = memory
    const isSorted = this.#touched.length > 1
    if (isSorted) this.#sort()
    const framed: FramedRecords[] = []
    const place = memory.place()
    let { start } = place
    let first = 0
    for (const partition of this.#touched) {
      const count = this.#counts[partition]
      const end = framer.frame(memory, isSorted, first, count, start + headerBytes)
      const frame = bytes.subarray(start, end)
      if (place.loan !== null && frame.length >= minLentBytes) lend(frame, place.loan)
      framed.push({
        partition,
        count,
        baseTimestamp: timestamps[isSorted ? order[first] : first],
        maxTimestamp: framer.maxTimestamp,
        bytes: frame,
      })
      this.#counts[partition] = 0
      first += count
      start = end
    }
    this.#touched = []
    memory.clear()
    return framed
  }

  /** Gives its memory back, unless records are staged: framed batches are then invalid. */
  release(): void {
    if (this.count > 0) return
    giveBackStageMemory(this.#memory)
    this.#memory = noMemory
  }

  /** Drops what is staged, and gives its memory back. */
  discard(): void {
    for (const partition of this.#touched) this.#counts[partition] = 0
    this.#touched = []
    this.#memory.clear()
    this.release()
  }

  /** Sorts the records' indices by partition (in #touched order), keeping the order within each. */
  #sort(): void {
    const { order, partitions, count } = this.#memory
    const next = this.#framedBytes // its sums are not needed any more
    let start = 0
    for (const partition of this.#touched) {
      next[partition] = start
      start += this.#counts[partition]
    }
    for (let i = 0; i < count; i++) order[next[partitions[i]]++] = i
  }

  /** Makes room for `bytes` more bytes and `records` more records, and for framing everything. */
  #reserve(bytes: number, records: number): StageMemory {
    if (this.#memory === noMemory) this.#memory = takeStageMemory()
    const memory = this.#memory
    const frames = this.bytes + bytes + (memory.count + records) * recordOverhead + this.#touched.length * headerBytes
    memory.reserve(records, bytes, frames)
    return memory
  }
}

/** Bytes of keys, values and headers of some records. */
function sizeOf({ offsets, headers }: EncodedBatch, from: number, to: number): number {
  const size = offsets[2 * to] - offsets[2 * from]
  return headers === undefined ? size : size + headers.offsets[to] - headers.offsets[from]
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
