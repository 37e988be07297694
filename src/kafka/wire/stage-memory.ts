/**
 * What a stage holds its records in. A producer borrows it while it collects records; many producers of a thread, of which few write at a
 * time, need only a few.
 */
export class StageMemory {
  /** Framed batches occupy [0, frameEnd), staged bytes start at frameEnd: copyWithin needs them in one array. */
  bytes = Buffer.alloc(0)
  frameEnd = 0
  /** Record i: key from bounds[2i], value from bounds[2i + 1] to ends[i]. */
  bounds = new Int32Array(0)
  ends = new Int32Array(0)
  partitions = new Int32Array(0)
  nulls = new Uint8Array(0)
  timestamps = new Float64Array(0)
  /** The records' indices by partition; meaningful while framing. */
  order = new Int32Array(0)
  /** Record i: headers from headers[2i] to headers[2i + 1]. Empty until a record has any: unused headers cost nothing. */
  headers = new Int32Array(0)

  /** Room for as many records; keeps the first `count`. */
  growColumns(records: number, count: number): void {
    const size = powerOfTwo(records)
    this.bounds = grown(this.bounds, new Int32Array(2 * size), 2 * count)
    this.ends = grown(this.ends, new Int32Array(size), count)
    this.partitions = grown(this.partitions, new Int32Array(size), count)
    this.nulls = grown(this.nulls, new Uint8Array(size), count)
    this.timestamps = grown(this.timestamps, new Float64Array(size), count)
    this.order = new Int32Array(size)
    if (this.headers.length > 0) this.growHeaders(count)
  }

  /** Room for the headers of as many records as the other columns have; keeps those of the first `count`. */
  growHeaders(count: number): void {
    this.headers = grown(this.headers, new Int32Array(this.bounds.length), 2 * count)
  }

  /** Room for frames of `frames` bytes before `staged` staged bytes; moves those of the first `count` records. Returns by how far. */
  growBytes(frames: number, staged: number, end: number, count: number, hasHeaders: boolean): number {
    const least = powerOfTwo(frames) + powerOfTwo(staged) > smallBytes ? wholeRoom : 0
    const frameEnd = Math.max(powerOfTwo(frames), this.frameEnd, least)
    const room = Math.max(powerOfTwo(staged), this.bytes.length - this.frameEnd, least)
    const bytes = Buffer.allocUnsafeSlow(frameEnd + room)
    this.bytes.copy(bytes, frameEnd, this.frameEnd, end)
    const shift = frameEnd - this.frameEnd
    for (let i = 0; i < count; i++) {
      this.bounds[2 * i] += shift
      this.bounds[2 * i + 1] += shift
      this.ends[i] += shift
    }
    if (hasHeaders) for (let i = 0; i < 2 * count; i++) this.headers[i] += shift
    this.frameEnd = frameEnd
    this.bytes = bytes
    return shift
  }
}

/**
 * Once memory needs more than this, it grows at one go to what most ever need. Pages that are never written take no memory, but glibc
 * would keep more for itself in every thread's pool after a larger block was freed (M_MMAP_THRESHOLD in mallopt(3)).
 */
const smallBytes = 1 << 19
/** For frames, and as much for staged bytes. */
const wholeRoom = 1 << 20

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

function grown<Column extends Int32Array | Uint8Array | Float64Array>(
  old: Column,
  column: Column,
  count: number,
): Column {
  column.set(old.subarray(0, count))
  return column
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(atLeast, 32)))
}
