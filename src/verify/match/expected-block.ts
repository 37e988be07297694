import type { EncodedBatch } from '../../record.js'
import type { ExpectedBatch, FoundBatch } from './expected-and-found.js'
import { hashExpected, type RecordHash } from './record-hash.js'

const none: EncodedBatch = {
  start: 0,
  stride: 1,
  length: 0,
  bytes: Buffer.alloc(0),
  offsets: new Int32Array(1),
  hasKeys: false,
}

/**
 * Consecutive records of a shard that wait as bytes, in order in each partition, to be compared with what is found there. Hot code: no
 * allocation per record.
 */
export class ExpectedBlock {
  shard = 0
  /** Its number among all blocks. */
  serial = 0
  /** How many of its records wait. */
  left = 0
  /** What the last `run` took: how many, the indexes of the first and the last, and the offset where the last was found. */
  taken = 0
  first = -1
  last = -1
  lastOffset = -1
  #records = none
  #view: DataView = new DataView(new ArrayBuffer(0))
  #isOwn = false
  #partitions = new Int32Array(0)
  /** Per partition: the first record that waits; per record: the next one of its partition. -1: none. */
  #heads = new Int32Array(0)
  #next = new Int32Array(0)
  readonly #found: FoundView
  /** Memory of its own, reused. */
  #bytes = none.bytes
  #offsets = none.offsets

  constructor(found: FoundView) {
    this.#found = found
  }

  /** Takes over the next records of a shard, whose memory is still the encoder's; `partitions`: how many there are. */
  set(shard: number, serial: number, { records, partitions: of }: ExpectedBatch, partitions: number): void {
    this.shard = shard
    this.serial = serial
    this.#records = records
    this.#isOwn = false
    this.#look(records.bytes)
    if (this.#heads.length !== partitions) this.#heads = new Int32Array(partitions)
    if (this.#next.length < records.length) {
      this.#next = new Int32Array(records.length)
      this.#partitions = new Int32Array(records.length)
    }
    const heads = this.#heads.fill(-1)
    const next = this.#next
    for (let i = records.length - 1; i >= 0; i--) {
      const partition = of[i]
      this.#partitions[i] = partition
      next[i] = heads[partition]
      heads[partition] = i
    }
    this.left = records.length
  }

  /** Copies what is the encoder's, before its next call overwrites it. Returns the bytes newly held. */
  keep(): number {
    if (this.#isOwn) return 0
    const { bytes, offsets, length, nullKeys, nullValues, timestamps } = this.#records
    const size = offsets[2 * length]
    if (this.#bytes.length < size) this.#bytes = Buffer.allocUnsafeSlow(size + (size >> 2))
    if (this.#offsets.length <= 2 * length) this.#offsets = new Int32Array(2 * length + 1)
    bytes.copy(this.#bytes, 0, 0, size)
    this.#offsets.set(offsets.subarray(0, 2 * length + 1))
    this.#records = {
      ...this.#records,
      bytes: this.#bytes,
      offsets: this.#offsets,
      nullKeys: nullKeys?.slice(0, length),
      nullValues: nullValues?.slice(0, length),
      timestamps: timestamps?.slice(0, length),
    }
    this.#look(this.#bytes)
    this.#isOwn = true
    return size
  }

  /** Memory it holds for its records, in bytes. */
  get held(): number {
    return this.#isOwn ? this.#records.offsets[2 * this.#records.length] : 0
  }

  /** The first record of a partition that waits; -1: none. */
  head(partition: number): number {
    return this.#heads[partition]
  }

  /** The position of record i. */
  position(i: number): number {
    return this.#records.start + i * this.#records.stride
  }

  /** Sets `hash` to that of record i. */
  hash(hash: RecordHash, i: number): void {
    hashExpected(hash, this.#partitions[i], this.#records, i)
  }

  /** Whether the batch's current record is the next one of the partition, byte for byte. */
  isNext(partition: number, batch: FoundBatch, timestamps: boolean): boolean {
    const i = this.#heads[partition]
    return i >= 0 && this.#isSame(i, batch, timestamps)
  }

  /** Takes the next record of a partition; returns its index. */
  take(partition: number): number {
    const i = this.#heads[partition]
    this.#heads[partition] = this.#next[i]
    this.left--
    return i
  }

  /**
   * Takes the partition's next records while the batch continues with them, its current record being the first. Returns whether the
   * batch then has another record; it is the current one.
   */
  run(partition: number, batch: FoundBatch, timestamps: boolean): boolean {
    let i = this.#heads[partition]
    let count = 0
    let more = true
    this.first = i
    do {
      this.last = i
      this.lastOffset = batch.offset
      count++
      i = this.#next[i]
      more = batch.next()
    } while (more && i >= 0 && this.#isSame(i, batch, timestamps))
    this.taken = count
    this.left -= count
    this.#heads[partition] = i
    return more
  }

  /** How many of the last run have positions from `sure` on. */
  takenFrom(sure: number): number {
    if (this.position(this.last) < sure) return 0
    let count = 1
    for (let i = this.first; i !== this.last; i = this.#next[i]) if (this.position(i) >= sure) count++
    return count
  }

  /** Visits every record that waits, in order, and empties the block. */
  drain(visit: (i: number, partition: number) => void): void {
    for (let i = 0; i < this.#records.length; i++) {
      const partition = this.#partitions[i]
      const head = this.#heads[partition]
      if (head >= 0 && i >= head) visit(i, partition)
    }
    this.left = 0
    this.#heads.fill(-1)
  }

  #look({ buffer, byteOffset, byteLength }: Uint8Array): void {
    this.#view = new DataView(buffer, byteOffset, byteLength)
  }

  #isSame(i: number, batch: FoundBatch, timestamps: boolean): boolean {
    const records = this.#records
    const { offsets } = records
    const key = offsets[2 * i]
    const value = offsets[2 * i + 1]
    const keyLength = records.hasKeys && records.nullKeys?.[i] !== 1 ? value - key : -1
    const valueLength = records.nullValues?.[i] === 1 ? -1 : offsets[2 * i + 2] - value
    if (batch.keyLength !== keyLength || batch.valueLength !== valueLength) return false
    if (timestamps && batch.timestamp !== records.timestamps?.[i]) return false
    const found = this.#found.of(batch.bytes)
    return (
      areEqual(this.#view, key, found, batch.keyStart, keyLength) &&
      areEqual(this.#view, value, found, batch.valueStart, valueLength)
    )
  }
}

/** A view of the bytes found last. */
export class FoundView {
  #bytes: Uint8Array = none.bytes
  #view: DataView = new DataView(new ArrayBuffer(0))

  of(bytes: Uint8Array): DataView {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    }
    return this.#view
  }
}

// For a few hundred bytes the loop beats a call of Buffer.compare.
function areEqual(a: DataView, aStart: number, b: DataView, bStart: number, length: number): boolean {
  if (length < 8) {
    for (let i = 0; i < length; i++) if (a.getUint8(aStart + i) !== b.getUint8(bStart + i)) return false
    return true
  }
  const aLast = aStart + length - 8
  const bLast = bStart + length - 8
  let i = aStart
  let j = bStart
  for (; i < aLast; i += 8, j += 8) {
    const low = a.getInt32(i, true) ^ b.getInt32(j, true)
    if ((low | (a.getInt32(i + 4, true) ^ b.getInt32(j + 4, true))) !== 0) return false
  }
  // The last eight bytes, some of them again.
  const low = a.getInt32(aLast, true) ^ b.getInt32(bLast, true)
  return (low | (a.getInt32(aLast + 4, true) ^ b.getInt32(bLast + 4, true))) === 0
}
