import { toRows } from '../model/rows.js'
import { disturbKinds } from '../config/disturb.js'
import type { DisturbKind } from '../config/disturb.js'
import type { ColumnBatch, Faults, Value, Vector } from '../record.js'

/**
 * The default row type: column names to values; dates are ISO 8601 strings, missing values null. Lists and nested
 * records, in models of schemas, are arrays and objects: use your own type to describe them.
 */
export type AnyRow = Record<string, Value>

/** A deliberate fault. */
export interface RowFault {
  readonly kind: DisturbKind
  readonly position: number
}

/** The columns behind a batch, for publishers that need no row objects. */
export let recordsOf: <Row extends object>(batch: Batch<Row>) => ColumnBatch
/** A batch that owns its memory. */
export let makeBatch: <Row extends object>(records: ColumnBatch) => Batch<Row>

/**
 * Consecutive records of a stream, as row objects: the record at index i has position `position + i`. Can be iterated
 * repeatedly and stays valid as long as it is held. Row objects are created on first access.
 */
export class Batch<Row extends object = AnyRow> implements Iterable<Row> {
  /** Position of the first record in the stream. */
  readonly position: number
  readonly length: number
  /** Column names, in order. */
  readonly columns: readonly string[]
  readonly #records: ColumnBatch
  #rows: Row[] | null = null

  /** Created by streams. */
  private constructor(records: ColumnBatch) {
    this.#records = records
    this.position = records.start
    this.length = records.length
    this.columns = records.fields.map(({ name }) => name)
  }

  /**
   * The deliberate fault of the record at each index; null: none. Its position is that in the undisturbed stream.
   * Empty if the stream is not disturbed.
   */
  get faults(): readonly (RowFault | null)[] {
    const { faults, length } = this.#records
    if (faults === undefined) return []
    return Array.from({ length }, (_, i) =>
      faults.kinds[i] === 0 ? null : { kind: disturbKinds[faults.kinds[i] - 1], position: faults.positions[i] },
    )
  }

  /** The rows, in order. */
  [Symbol.iterator](): Iterator<Row> {
    return this.toJSON().values()
  }

  /** The rows as an array, for JSON.stringify. Always the same array. */
  toJSON(): Row[] {
    // The caller chooses the row type; the layout is the model's.
    this.#rows ??= toRows(this.#records) as Row[]
    return this.#rows
  }

  static {
    recordsOf = (batch) => batch.#records
    makeBatch = <R extends object>(records: ColumnBatch) => new Batch<R>(records)
  }
}

/** Copies records that would otherwise change when their generator goes on. */
export function snapshot(records: ColumnBatch): ColumnBatch {
  const { vectors, length, faults } = records
  return {
    ...records,
    vectors: vectors.map((vector) => copyOf(vector, length)),
    ...(faults !== undefined && { faults: faultsFrom(faults, 0, length) }),
  }
}

/** The records from index `from` up to, but excluding, `to`; they share memory with the batch. */
export function slice(records: ColumnBatch, from: number, to: number): ColumnBatch {
  return {
    ...records,
    start: records.start + from * records.stride,
    length: to - from,
    vectors: records.vectors.map((vector) => part(vector, from, to)),
    ...(records.faults !== undefined && { faults: faultsFrom(records.faults, from, to) }),
  }
}

function faultsFrom({ kinds, positions, draws }: Faults, from: number, to: number): Faults {
  return { kinds: kinds.slice(from, to), positions: positions.slice(from, to), draws: draws.slice(from, to) }
}

function copyOf(vector: Vector, length: number): Vector {
  switch (vector.kind) {
    case 'dictionary':
      return { kind: 'dictionary', codes: vector.codes.slice(0, length) }
    case 'number':
      return { kind: 'number', values: vector.values.slice(0, length), codes: vector.codes?.slice(0, length) }
    case 'text': {
      const offsets = vector.offsets.slice(0, length + 1)
      return {
        kind: 'text',
        // From 0, so that the offsets stay valid.
        bytes: Uint8Array.prototype.slice.call(vector.bytes, 0, offsets[length]),
        offsets,
        missing: vector.missing?.slice(0, length),
      }
    }
    case 'list':
      return {
        kind: 'list',
        offsets: vector.offsets.slice(0, length + 1),
        items: vector.items.map((item) => copyOf(item, vector.offsets[length])),
        missing: vector.missing?.slice(0, length),
      }
  }
}

function part(vector: Vector, from: number, to: number): Vector {
  switch (vector.kind) {
    case 'dictionary':
      return { kind: 'dictionary', codes: vector.codes.subarray(from, to) }
    case 'number':
      return { kind: 'number', values: vector.values.subarray(from, to), codes: vector.codes?.subarray(from, to) }
    case 'text':
      return {
        kind: 'text',
        bytes: vector.bytes,
        offsets: vector.offsets.subarray(from, to + 1),
        missing: vector.missing?.subarray(from, to),
      }
    case 'list':
      return {
        kind: 'list',
        offsets: vector.offsets.subarray(from, to + 1),
        items: vector.items,
        missing: vector.missing?.subarray(from, to),
      }
  }
}
