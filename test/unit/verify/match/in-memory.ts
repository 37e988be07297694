import type { ExpectedBatch, ExpectedShard, FoundBatch, FoundPartition } from '#src/verify/match/expected-and-found.js'

/** A record as text; the tests' streams and topics are made of these. */
export interface TextRecord {
  readonly key: string | null
  readonly value: string | null
}

export interface TestStream {
  record(position: number): TextRecord
  partition(position: number): number
}

export function shardsOf(
  stream: TestStream,
  ends: readonly number[],
  sure = ends,
  begins = ends.map((_, shard) => shard),
): ExpectedShard[] {
  return ends.map((end, shard) => new TestShard(stream, shard, ends.length, end, sure[shard], begins[shard]))
}

class TestShard implements ExpectedShard {
  #position: number
  #last: ExpectedBatch | null = null

  constructor(
    readonly stream: TestStream,
    readonly shard: number,
    readonly shards: number,
    readonly end: number,
    readonly sure: number,
    readonly begin: number,
  ) {
    this.#position = begin
  }

  start(position: number): void {
    this.#position = position
  }

  next(count: number): ExpectedBatch {
    if (this.#last !== null) overwrite(this.#last)
    const start = this.#position
    const positions = Array.from({ length: count }, (_, i) => start + i * this.shards)
    this.#position = start + count * this.shards
    const records = positions.map((position) => this.stream.record(position))
    const { bytes, offsets } = joined(records)
    this.#last = {
      records: {
        start,
        stride: this.shards,
        length: count,
        bytes,
        offsets,
        hasKeys: true,
        nullKeys: Uint8Array.from(records, ({ key }) => (key === null ? 1 : 0)),
        nullValues: Uint8Array.from(records, ({ value }) => (value === null ? 1 : 0)),
      },
      partitions: Int32Array.from(positions, (position) => this.stream.partition(position)),
    }
    return this.#last
  }
}

/** As an encoder does with its memory when it is called again. */
function overwrite({ records, partitions }: ExpectedBatch): void {
  records.bytes.fill('!')
  records.offsets.fill(0)
  records.nullKeys?.fill(1)
  records.nullValues?.fill(1)
  partitions.fill(0)
}

/** A topic of some partitions, each read in batches of `batch` records. */
export function topicOf(
  logs: readonly (readonly TextRecord[])[],
  batch = 7,
  starts: readonly number[] = [],
): FoundPartition[] {
  return logs.map((log, partition) => ({
    partition,
    start: starts[partition] ?? 0,
    batches: batchesOf(log, batch, starts[partition] ?? 0),
  }))
}

async function* batchesOf(log: readonly TextRecord[], size: number, start: number): AsyncGenerator<FoundBatch, void> {
  for (let at = 0; at < log.length; at += size) {
    yield await Promise.resolve(new TestBatch(log.slice(at, at + size), start + at))
  }
}

class TestBatch implements FoundBatch {
  readonly bytes: Buffer
  readonly #offsets: Int32Array
  #index = -1

  constructor(
    readonly records: readonly TextRecord[],
    readonly base: number,
  ) {
    const { bytes, offsets } = joined(records)
    this.bytes = bytes
    this.#offsets = offsets
  }

  get offset(): number {
    return this.base + this.#index
  }
  get keyStart(): number {
    return this.#offsets[2 * this.#index]
  }
  get keyLength(): number {
    return this.records[this.#index].key === null ? -1 : this.valueStart - this.keyStart
  }
  get valueStart(): number {
    return this.#offsets[2 * this.#index + 1]
  }
  get valueLength(): number {
    const { value } = this.records[this.#index]
    return value === null ? -1 : this.#offsets[2 * this.#index + 2] - this.valueStart
  }

  next(): boolean {
    this.#index++
    return this.#index < this.records.length
  }
}

function joined(records: readonly TextRecord[]): { bytes: Buffer; offsets: Int32Array } {
  const parts = records.flatMap(({ key, value }) => [Buffer.from(key ?? ''), Buffer.from(value ?? '')])
  const offsets = new Int32Array(parts.length + 1)
  parts.forEach((part, index) => (offsets[index + 1] = offsets[index] + part.length))
  return { bytes: Buffer.concat(parts), offsets }
}
