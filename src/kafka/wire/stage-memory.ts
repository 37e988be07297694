import { Loan } from '../lent-memory.js'
import type { Columns, Framer } from './framer.js'
import { plainFramer } from './framer.js'
import { createSimdFramer, spareBytes, type SimdFramer } from './simd-framer.js'

interface Shape {
  /** Of the columns. */
  readonly records: number
  /** For frames, twice if large. */
  readonly frameEnd: number
  /** Behind it, for staged bytes. */
  readonly room: number
}

/** When a memory gets a framer of its own, and how. */
export interface MemoryOptions {
  /** Bytes from which on it is large. @default smallBytes */
  readonly largeBytes?: number
  /** Null: it stays plain. @default createSimdFramer */
  readonly createFramer?: () => SimdFramer | null
}

/**
 * What a stage holds its records in. A producer borrows it while it collects records; many producers of a thread, of which few write at a
 * time, need only a few. Once it is large, it is the memory of WebAssembly.
 */
export class StageMemory implements Columns {
  /**
   * Framed batches occupy [0, frameEnd), of large memory one half at a time. Keys and values are staged from frameEnd on, headers up to the
   * end: the framer needs them in one array.
   */
  bytes: Buffer = Buffer.alloc(0)
  frameEnd = 0
  bounds = new Int32Array(0)
  partitions = new Int32Array(0)
  nulls = new Uint8Array(0)
  timestamps = new Float64Array(0)
  order = new Int32Array(0)
  headers = new Int32Array(0)
  hasHeaders = false
  /** Of staged records. */
  count = 0
  /** Of staged keys and values. */
  end = 0
  /** Where staged headers begin. */
  headersStart = 0
  #framer: SimdFramer | null = null
  /** Of the first half; null: there are no halves. */
  #loan: Loan | null = null
  readonly #options: Required<MemoryOptions>

  constructor({ largeBytes = smallBytes, createFramer = createSimdFramer }: MemoryOptions = {}) {
    this.#options = { largeBytes, createFramer }
  }

  get framer(): Framer {
    return this.#framer ?? plainFramer
  }

  /** Bytes of keys, values and headers. */
  get stagedBytes(): number {
    return this.end - this.frameEnd + this.bytes.length - this.headersStart
  }

  /**
   * Where frames go, and the loan to lend them for; null: they may be overwritten soon. Only the first half is ever lent; the second is not
   * even touched unless a socket is slow.
   */
  place(): { readonly start: number; readonly loan: Loan | null } {
    const loan = this.#loan
    return loan === null || loan.isFree ? { start: 0, loan } : { start: this.frameEnd / 2, loan: null }
  }

  clear(): void {
    this.count = 0
    this.end = this.frameEnd
    this.headersStart = this.bytes.length
    this.hasHeaders = false
  }

  /** Makes room for so many more records of `bytes` bytes, and for frames of `frames` bytes. May replace everything, with the same contents. */
  reserve(records: number, bytes: number, frames: number): void {
    const count = this.count + records
    const staged = this.stagedBytes + bytes
    const frameRoom = this.#loan === null ? this.frameEnd : this.frameEnd / 2
    const room = this.bytes.length - this.frameEnd
    const lacksRecords = count > this.nulls.length
    const lacksBytes = frames + spareBytes > frameRoom || staged > room
    if (!lacksRecords && !lacksBytes) return
    const shape: Shape = {
      records: lacksRecords ? powerOfTwo(count) : this.nulls.length,
      frameEnd: Math.max(powerOfTwo(frames + spareBytes), frameRoom),
      room: Math.max(powerOfTwo(staged), room),
    }
    if (shape.frameEnd + shape.room > this.#options.largeBytes) this.#makeLarge(atLeast(wholeShape, shape))
    else {
      if (lacksRecords) this.#moveColumns(this, newColumns(shape.records, this.headers.length > 0))
      if (lacksBytes) this.#moveBytes(this.bytes, Buffer.allocUnsafeSlow(shape.frameEnd + shape.room), shape.frameEnd)
    }
  }

  #makeLarge({ records, frameEnd, room }: Shape): void {
    // Columns are of 32 bits: what is huge has no second place, and is not lent.
    const isHuge = 2 * frameEnd + room > 2 ** 31
    const shape = { records, frameEnd: isHuge ? frameEnd : 2 * frameEnd, room }
    // What is lent must not move: whoever uses it keeps it alive, and this goes elsewhere.
    const isLent = this.#loan?.isFree === false
    const framer = isHuge ? null : ((isLent ? null : this.#framer) ?? this.#options.createFramer())
    if (framer !== null && this.#moveInto(framer, shape)) this.#framer = framer
    else {
      this.#framer = null
      this.#moveColumns(this, newColumns(records, this.headers.length > 0))
      this.#moveBytes(this.bytes, Buffer.allocUnsafeSlow(shape.frameEnd + room), shape.frameEnd)
    }
    this.#loan = isHuge ? null : new Loan()
  }

  /** For a stage's first headers: without any, they cost nothing. */
  beginHeaders(): void {
    if (this.headers.length === 0) this.headers = new Int32Array(2 * this.nulls.length)
    this.headers.fill(0, 0, 2 * this.count)
    this.hasHeaders = true
  }

  #moveInto(framer: SimdFramer, shape: Shape): boolean {
    const { length } = this.bytes
    const isInside = this.bytes.buffer === framer.memory
    const columns = this.#copiedColumns()
    if (!framer.reserve(columnsEnd(shape) + spareBytes)) return false
    const { memory } = framer
    // Behind all bytes, old and new.
    this.#moveColumns(columns, columnsIn(memory, shape))
    const bytes = Buffer.from(memory, 0, shape.frameEnd + shape.room)
    this.#moveBytes(isInside ? Buffer.from(memory, 0, length) : this.bytes, bytes, shape.frameEnd)
    return true
  }

  #copiedColumns(): StagedColumns {
    const { bounds, partitions, nulls, timestamps, headers, count } = this
    return {
      bounds: bounds.slice(0, 2 * count + 1),
      partitions: partitions.slice(0, count),
      nulls: nulls.slice(0, count),
      timestamps: timestamps.slice(0, count),
      headers: headers.slice(0, 2 * count),
    }
  }

  #moveColumns(from: StagedColumns, to: StagedColumns & Pick<StageMemory, 'order'>): void {
    const { count } = this
    to.bounds.set(from.bounds.subarray(0, 2 * count + 1))
    to.partitions.set(from.partitions.subarray(0, count))
    to.nulls.set(from.nulls.subarray(0, count))
    to.timestamps.set(from.timestamps.subarray(0, count))
    if (this.hasHeaders) to.headers.set(from.headers.subarray(0, 2 * count))
    this.bounds = to.bounds
    this.partitions = to.partitions
    this.nulls = to.nulls
    this.timestamps = to.timestamps
    this.headers = to.headers
    this.order = to.order
  }

  /** `from` and `to` may begin at the same place: nothing moves down. */
  #moveBytes(from: Buffer, to: Buffer, frameEnd: number): void {
    const { count, bounds, headers } = this
    const headersShift = to.length - from.length
    to.set(from.subarray(this.headersStart, from.length), this.headersStart + headersShift)
    if (this.hasHeaders) for (let i = 0; i < 2 * count; i++) headers[i] += headersShift
    this.headersStart += headersShift
    const shift = frameEnd - this.frameEnd
    to.set(from.subarray(this.frameEnd, this.end), frameEnd)
    if (count > 0) for (let i = 0; i <= 2 * count; i++) bounds[i] += shift
    this.end += shift
    this.frameEnd = frameEnd
    this.bytes = to
  }
}

type StagedColumns = Pick<StageMemory, 'bounds' | 'partitions' | 'nulls' | 'timestamps' | 'headers'>

function newColumns(records: number, withHeaders: boolean): StagedColumns & Pick<StageMemory, 'order'> {
  return {
    bounds: new Int32Array(2 * records + 1),
    partitions: new Int32Array(records),
    nulls: new Uint8Array(records),
    timestamps: new Float64Array(records),
    order: new Int32Array(records),
    headers: new Int32Array(withHeaders ? 2 * records : 0),
  }
}

/** Behind the bytes; addresses are multiples of their entries' size. */
function columnsIn(memory: ArrayBuffer, shape: Shape): StagedColumns & Pick<StageMemory, 'order'> {
  const { records } = shape
  let end = shape.frameEnd + shape.room
  const next = (bytes: number): number => (end += bytes) - bytes
  return {
    timestamps: new Float64Array(memory, next(8 * records), records),
    headers: new Int32Array(memory, next(8 * records), 2 * records),
    partitions: new Int32Array(memory, next(4 * records), records),
    order: new Int32Array(memory, next(4 * records), records),
    bounds: new Int32Array(memory, next(8 * records + 4), 2 * records + 1),
    nulls: new Uint8Array(memory, next(records), records),
  }
}

function columnsEnd({ records, frameEnd, room }: Shape): number {
  return frameEnd + room + (8 + 8 + 4 + 4 + 8 + 1) * records + 4
}

/**
 * Once memory needs more than this, it grows at one go to what most ever need. Pages that are never written take no memory, but glibc
 * would keep more for itself in every thread's pool after a larger block was freed (M_MMAP_THRESHOLD in mallopt(3)).
 */
const smallBytes = 1 << 19
const wholeShape: Shape = { records: 1 << 14, frameEnd: 1 << 21, room: 1 << 20 }

/** Nobody's. */
export const noMemory = new StageMemory()

/** Kept for the next one: more would be needed only if as many producers collected records at the same time. */
const maxFree = 4

const free: StageMemory[] = []

/** Of this thread; to be returned with `giveBackStageMemory`, or left to the garbage collector. */
export function takeStageMemory(): StageMemory {
  return free.pop() ?? new StageMemory()
}

export function giveBackStageMemory(memory: StageMemory): void {
  if (memory !== noMemory && free.length < maxFree) free.push(memory)
}

function atLeast(least: Shape, { records, frameEnd, room }: Shape): Shape {
  return {
    records: Math.max(records, least.records),
    frameEnd: Math.max(frameEnd, least.frameEnd),
    room: Math.max(room, least.room),
  }
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(atLeast, 32)))
}
