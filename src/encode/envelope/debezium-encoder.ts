/**
 * Events of entities in Debezium's envelope: what a row was, what it is, and what happened. Hot: rows are encoded by the batch and then
 * copied; nothing is allocated per record.
 */
import { GenesisError } from '../../errors.js'
import type { ColumnBatch, EncodedBatch } from '../../record.js'
import type { Encoder } from '../encoder.js'
import type { RecordWriter } from '../record-writer.js'

/** How an envelope is written around the bytes of rows. */
export interface EnvelopeForm {
  /** Before a row that is there, and in the place of one that is not: first of `before`, then of `after`. */
  readonly before: readonly [present: Buffer, absent: Buffer]
  readonly after: readonly [present: Buffer, absent: Buffer]
  /** Up to the time in `source`. */
  readonly source: Buffer
  /** From there to the second time, by kind of change: create, update, delete. */
  readonly ops: readonly Buffer[]
  readonly end: Buffer
  writeTime(bytes: Uint8Array, at: number, ms: number): number
}

const [created, , deleted, tombstone] = [0, 1, 2, 3]
/** Of a time in either form. */
const timeBytes = 20

export class DebeziumEncoder implements Encoder {
  readonly #keyed: Encoder
  readonly #rows: RecordWriter
  readonly #form: () => Promise<EnvelopeForm>
  #prepared: EnvelopeForm | null = null
  #bytes = Buffer.alloc(0)
  #offsets = new Int32Array(1)
  #nullValues = new Uint8Array(0)

  /** `keyed`: keys and bare rows; `rows`: bare rows alone. `form` may ask the registry. */
  constructor(keyed: Encoder, rows: RecordWriter, form: () => Promise<EnvelopeForm>) {
    this.#keyed = keyed
    this.#rows = rows
    this.#form = form
  }

  async prepare(): Promise<void> {
    await this.#keyed.prepare()
    this.#prepared ??= await this.#form()
  }

  encode(batch: ColumnBatch): EncodedBatch {
    const form = this.#prepared
    const { changes, length } = batch
    if (form === null) throw new GenesisError('INTERNAL', 'an encoder was used before it was prepared')
    if (changes?.before === undefined) throw new GenesisError('INTERNAL', 'a batch without what was before')
    const after = this.#keyed.encode(batch)
    const before = this.#rows.write({ ...batch, vectors: changes.before })
    this.#reserve(form, length, after.offsets[2 * length] + before.offsets[2 * length])
    const [bytes, offsets, nullValues] = [this.#bytes, this.#offsets, this.#nullValues]
    let at = 0
    let tombstones = 0
    for (let i = 0; i < length; i++) {
      const kind = changes.kinds[i]
      const time = changes.times[i]
      offsets[2 * i] = at
      at = copied(bytes, at, after.bytes, after.offsets[2 * i], after.offsets[2 * i + 1])
      offsets[2 * i + 1] = at
      nullValues[i] = kind === tombstone ? 1 : 0
      tombstones += nullValues[i]
      if (kind === tombstone) continue
      at = put(bytes, at, form.before[kind === created ? 1 : 0])
      if (kind !== created) at = copied(bytes, at, before.bytes, before.offsets[2 * i + 1], before.offsets[2 * i + 2])
      at = put(bytes, at, form.after[kind === deleted ? 1 : 0])
      if (kind !== deleted) at = copied(bytes, at, after.bytes, after.offsets[2 * i + 1], after.offsets[2 * i + 2])
      at = put(bytes, at, form.source)
      const timeAt = at
      at = form.writeTime(bytes, at, time)
      const timeEnd = at
      at = put(bytes, at, form.ops[kind])
      bytes.copyWithin(at, timeAt, timeEnd)
      at = put(bytes, at + timeEnd - timeAt, form.end)
    }
    offsets[2 * length] = at
    return { ...after, bytes, offsets, ...(tombstones > 0 && { nullValues }) }
  }

  #reserve({ before, after, source, ops, end }: EnvelopeForm, length: number, rows: number): void {
    const parts = [...before, ...after, source, ...ops, end]
    const size = rows + length * (parts.reduce((sum, part) => sum + part.length, 0) + 2 * timeBytes)
    if (this.#bytes.length < size) this.#bytes = Buffer.allocUnsafeSlow(Math.ceil(size * 1.25))
    if (this.#offsets.length < 2 * length + 1) this.#offsets = new Int32Array(2 * length + 1)
    if (this.#nullValues.length < length) this.#nullValues = new Uint8Array(length)
  }
}

/** Constants: nothing is allocated. Returns the end. */
function put(bytes: Buffer, at: number, constant: Buffer): number {
  bytes.set(constant, at)
  return at + constant.length
}

/** Moving a few bytes is faster than creating a view of them. Returns the end. */
function copied(bytes: Buffer, at: number, source: Buffer, from: number, to: number): number {
  if (to - from > 48) return at + source.copy(bytes, at, from, to)
  for (let i = from; i < to; i++) bytes[at++] = source[i]
  return at
}
