import type { ColumnBatch, EncodedBatch, Field, Vector } from '../../record.js'
import { Gathered } from '../../model/faults/gathered.js'
import type { Encoder } from '../encoder.js'

/** How a column's value is altered. */
export type Alteration = 'left out' | 'null'

/** The layout of records with a column omitted or null. */
export function alteredFields(fields: readonly Field[], column: number, alteration: Alteration): readonly Field[] {
  if (alteration === 'left out') return fields.filter((_, index) => index !== column)
  const { name, path, type } = fields[column]
  const always: Field = {
    name,
    ...(path && { path }),
    // Any shape will do: no value of it is written.
    type: type.kind === 'list' ? { kind: 'json' } : type,
    nullable: true,
    vector: 'dictionary',
    dictionary: [null],
  }
  return fields.map((field, index) => (index === column ? always : field))
}

/** Encodes all records of a batch that have the same column altered. */
export class Variant {
  readonly #encoder: Encoder
  readonly #fields: readonly Field[]
  readonly #column: number
  readonly #alteration: Alteration
  readonly #gathered = new Gathered()
  #picks = new Int32Array(64)
  #nulls = new Uint16Array(0)
  #count = 0
  #encoded: EncodedBatch | null = null

  /** `encoder`: for `alteredFields` of these fields. */
  constructor(encoder: Encoder, fields: readonly Field[], column: number, alteration: Alteration) {
    this.#encoder = encoder
    this.#fields = alteredFields(fields, column, alteration)
    this.#column = column
    this.#alteration = alteration
  }

  prepare(): Promise<void> {
    return this.#encoder.prepare()
  }

  clear(): void {
    this.#count = 0
  }

  /** Adds record i; returns its index among this variant's records. */
  pick(i: number): number {
    if (this.#count === this.#picks.length) {
      const picks = new Int32Array(2 * this.#count)
      picks.set(this.#picks)
      this.#picks = picks
    }
    this.#picks[this.#count] = i
    return this.#count++
  }

  /** The added records, encoded; valid until the next call. */
  encode(batch: ColumnBatch): EncodedBatch | null {
    if (this.#count === 0) return null
    this.#gathered.clear()
    this.#gathered.add(batch, this.#picks, 0, this.#count, 0)
    const length = this.#count
    const { start, stride } = batch
    this.#encoded = this.#encoder.encode({ fields: this.#fields, start, stride, length, vectors: this.#vectors() })
    return this.#encoded
  }

  /** The result of `encode`. */
  get encoded(): EncodedBatch | null {
    return this.#encoded
  }

  #vectors(): readonly Vector[] {
    const { vectors } = this.#gathered
    if (this.#alteration === 'left out') return vectors.filter((_, index) => index !== this.#column)
    if (this.#nulls.length < this.#count) this.#nulls = new Uint16Array(2 * this.#count)
    const always: Vector = { kind: 'dictionary', codes: this.#nulls }
    return vectors.map((vector, index) => (index === this.#column ? always : vector))
  }
}
