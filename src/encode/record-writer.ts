import { GenesisError } from '../errors.js'
import type { ColumnBatch, EncodedBatch, Field, Vector } from '../record.js'
import type { Assembled, Unfit } from './assemble.js'
import { assemble } from './assemble.js'
import type { EncodeStep } from './step.js'
import { plainTextOf } from './text-steps.js'

/** How to encode records: steps of the key (null: no key) and of the value. */
export interface RecordPlan {
  readonly fields: readonly Field[]
  readonly key: {
    /** The column whose missing values are null keys; null: there are none. */
    readonly column: number | null
    readonly steps: readonly EncodeStep[]
  } | null
  readonly value: readonly EncodeStep[]
}

/** Writes batches by a plan into one reused buffer, which grows on demand. */
export class RecordWriter {
  private readonly fields: readonly Field[]
  private readonly hasKeys: boolean
  private readonly keyColumn: number | null
  private readonly assembled: Assembled
  private bytes = Buffer.alloc(0)
  private view = new DataView(this.bytes.buffer)
  private offsets = new Int32Array(1)
  private nullKeys: Uint8Array | undefined
  private batch: ColumnBatch | null = null
  private readonly unfit: Unfit = (step, record, value) => {
    const position = this.batch === null ? 0 : this.batch.start + record * this.batch.stride
    throw new GenesisError('SCHEMA_MISMATCH', `the value of record ${position} does not fit`, {
      place: step.place,
      found: plainTextOf(this.fields[step.column].type, value),
      expected: step.fits,
    })
  }

  constructor({ fields, key, value }: RecordPlan) {
    this.fields = fields
    this.hasKeys = key !== null
    this.keyColumn = key?.column ?? null
    this.assembled = assemble(key?.steps ?? null, value)
  }

  write(batch: ColumnBatch): EncodedBatch {
    this.batch = batch
    this.reserve(batch)
    const { start, stride, length, vectors } = batch
    this.assembled.write(this.bytes, this.view, this.offsets, length, vectors, this.unfit)
    const { bytes, offsets, fields, keyColumn, hasKeys } = this
    const encoded = { start, stride, length, bytes, offsets, hasKeys }
    if (keyColumn === null || !fields[keyColumn].nullable) return encoded
    return { ...encoded, nullKeys: this.markNullKeys(batch, keyColumn) }
  }

  /** Makes the buffers large enough for the worst case of the batch, so that writing needs no checks. */
  private reserve({ length, vectors }: ColumnBatch): void {
    let bound = length * this.assembled.recordSize + 64
    for (const { path, growth } of this.assembled.texts) bound += contentAt(vectors, path, length) * growth
    for (const { path, size } of this.assembled.lists) bound += contentAt(vectors, path, length) * size
    if (this.bytes.length < bound) {
      const memory = new ArrayBuffer(Math.ceil(bound * 1.25))
      this.bytes = Buffer.from(memory)
      this.view = new DataView(memory)
    }
    if (this.offsets.length < 2 * length + 1) this.offsets = new Int32Array(2 * length + 1)
  }

  private markNullKeys(batch: ColumnBatch, column: number): Uint8Array {
    if (this.nullKeys === undefined || this.nullKeys.length < batch.length) {
      this.nullKeys = new Uint8Array(batch.length)
    }
    const marks = this.nullKeys
    const vector = batch.vectors[column]
    const dictionary = this.fields[column].dictionary
    for (let i = 0; i < batch.length; i++) {
      if (vector.kind === 'text' || vector.kind === 'list') marks[i] = vector.missing?.[i] ?? 0
      else if (vector.kind === 'number') marks[i] = Number.isNaN(vector.values[i]) ? 1 : 0
      else marks[i] = dictionary?.[vector.codes[i]] === null ? 1 : 0
    }
    return marks
  }
}

/** Bytes of a text vector, or items of a list, in the lists along a path. */
function contentAt(vectors: readonly Vector[], path: readonly number[], length: number): number {
  let [from, to] = [0, length]
  let own = vectors
  for (const column of path) {
    const vector = own[column]
    if (vector.kind !== 'text' && vector.kind !== 'list') return 0
    ;[from, to] = [vector.offsets[from], vector.offsets[to]]
    if (vector.kind === 'list') own = vector.items
  }
  return to - from
}
