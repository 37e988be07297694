import type { Encoder } from '#src/encode/encoder.js'
import { GenesisError } from '#src/errors.js'
import type { Generator } from '#src/model/generator.js'
import type { ColumnBatch, Checkpoint, EncodedBatch } from '#src/record.js'
import type { Sink } from '#src/sink/sink.js'

export const fingerprint = 'f00d'

/** Records without fields: only their positions matter. */
export class PositionGenerator implements Generator {
  readonly fields = []
  readonly fingerprint = fingerprint
  position = 0
  readonly capacity: number
  readonly #stride: number

  constructor(capacity: number, stride = 1) {
    this.capacity = capacity
    this.#stride = stride
  }

  start(position: number): void {
    this.position = position
  }

  generate(count: number): ColumnBatch {
    const start = this.position
    this.position += count * this.#stride
    return { fields: [], start, stride: this.#stride, length: count, vectors: [] }
  }
}

/** Every value is its position in eight bytes. The buffer is one and the same, as a real encoder's is. */
export class PositionEncoder implements Encoder {
  readonly #bytes = Buffer.alloc(8 * 1024)
  readonly #offsets = new Int32Array(2 * 1024 + 1)

  prepare(): Promise<void> {
    return Promise.resolve()
  }

  encode({ start, stride, length }: ColumnBatch): EncodedBatch {
    this.#bytes.fill(0xff)
    for (let i = 0; i < length; i++) {
      this.#bytes.writeDoubleLE(start + i * stride, 8 * i)
      this.#offsets[2 * i] = this.#offsets[2 * i + 1] = 8 * i
      this.#offsets[2 * i + 2] = 8 * i + 8
    }
    return { start, stride, length, bytes: this.#bytes, offsets: this.#offsets, hasKeys: false }
  }
}

export function positionsIn(batch: EncodedBatch): number[] {
  return Array.from({ length: batch.length }, (_, i) => batch.bytes.readDoubleLE(batch.offsets[2 * i + 1]))
}

/** What is durable behind a MemorySink; outlives the sink, as a topic outlives its producers. */
export class MemoryStore {
  readonly records: number[] = []
  /** Sizes of the committed transactions. */
  readonly commits: number[] = []
  checkpoint: Checkpoint | null = null
  owner: MemorySink | null = null
}

/** Decides what happens to a call: nothing, or an error, before or after the call has had its effect. */
export type Script = (
  call: 'open' | 'write' | 'commit',
  positions: readonly number[],
) => null | { error: Error; applied: boolean }

/** A sink with committed and uncommitted parts, which fences its predecessors and fails by a script. */
export class MemorySink implements Sink {
  readonly store: MemoryStore
  readonly #script: Script
  #written: number[] | null = null

  constructor(store: MemoryStore, script: Script = () => null) {
    this.store = store
    this.#script = script
  }

  async open(): Promise<Checkpoint | null> {
    if (this.#written !== null) throw new Error('opened twice')
    return this.#call('open', [], () => {
      this.#written = []
      this.store.owner = this
      return this.store.checkpoint
    })
  }

  async write(batch: EncodedBatch): Promise<void> {
    const written = this.#open()
    // The bytes are read late, as a socket would: a buffer that is written anew too early shows.
    await new Promise((resolve) => setImmediate(resolve))
    const positions = positionsIn(batch)
    await this.#call('write', positions, () => void written.push(...positions))
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    const written = this.#open()
    await this.#call('commit', written, () => {
      if (this.store.owner !== this) throw new GenesisError('KAFKA_FENCED', 'another has taken over')
      this.store.records.push(...written)
      this.store.commits.push(written.length)
      this.store.checkpoint = checkpoint
      this.#written = []
    })
  }

  close(): Promise<void> {
    this.#written = null
    return Promise.resolve()
  }

  #open(): number[] {
    if (this.#written === null) throw new Error('not open')
    return this.#written
  }

  async #call<T>(call: 'open' | 'write' | 'commit', positions: readonly number[], effect: () => T): Promise<T> {
    const failure = this.#script(call, positions)
    await new Promise((resolve) => setImmediate(resolve))
    if (failure === null) return effect()
    if (failure.applied) effect()
    throw failure.error
  }
}
