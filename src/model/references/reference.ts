import { GenesisError } from '../../errors.js'
import type { Field, Vector } from '../../record.js'
import { blockRows } from '../random/block-words.js'
import { PositionDraw, skewDraws, type Skew } from './skew.js'

/** What a record takes from a record of another stream. */
export interface ReferenceShape {
  /** The record's own column that gets the other's key. */
  readonly column: string
  /** The other stream's column that is the key. */
  readonly key: string
  readonly skew: Skew
  /** Positions of the other stream below this are referenced. */
  readonly among: number
  /** The record's own columns by name, and the columns of the other stream that they copy. */
  readonly copy: Readonly<Record<string, string>>
}

/** Makes records of a stream at any of its positions. */
export interface Lookup {
  readonly fields: readonly Field[]
  readonly vectors: readonly Vector[]
  readonly fingerprint: string
  begin(): void
  /** Fills the vectors from index `to` on with the records of `count` positions, at most `blockRows`. */
  fillAt(positions: Float64Array, to: number, count: number): void
}

/** Fills columns with those of another stream's records. */
export class Reference {
  readonly #lookup: Lookup
  readonly #positions: PositionDraw
  readonly #draw: number
  readonly #others = new Float64Array(blockRows)
  readonly #taken: readonly { readonly field: Field; readonly vector: Vector }[]
  /** What the stream of records depends on. */
  readonly identity: unknown

  constructor(shape: ReferenceShape, lookup: Lookup, takeDraws: (count: number) => number) {
    this.#lookup = lookup
    this.#positions = new PositionDraw(shape.skew, shape.among)
    this.#draw = takeDraws(skewDraws)
    this.#taken = takenColumns(shape).map(([name, other]) => {
      const index = lookup.fields.findIndex((field) => field.name === other)
      return { field: { ...lookup.fields[index], name }, vector: lookup.vectors[index] }
    })
    this.identity = [lookup.fingerprint, shape.skew, shape.among, takenColumns(shape)]
  }

  /** A record layout and its vectors with the columns from the other stream: replacing columns of the same name, or appended. */
  added(fields: readonly Field[], vectors: readonly Vector[]): { fields: Field[]; vectors: Vector[] } {
    const all = { fields: [...fields], vectors: [...vectors] }
    for (const { field, vector } of this.#taken) {
      const own = fields.findIndex(({ name }) => name === field.name)
      const at = own < 0 ? all.fields.length : own
      all.fields[at] = field
      all.vectors[at] = vector
    }
    return all
  }

  begin(): void {
    this.#lookup.begin()
  }

  draw(words: Int32Array, positions: Float64Array, to: number, count: number): void {
    this.#positions.draw(words, this.#draw, positions, this.#others, count)
    this.#lookup.fillAt(this.#others, to, count)
  }
}

/** Own name and the other stream's name of each column that is copied; the key first. */
export function takenColumns({ column, key, copy }: ReferenceShape): [own: string, other: string][] {
  return [[column, key], ...Object.entries(copy)]
}

/** Throws if several references, or the key and a copy of one reference, set the same column. */
export function checkDistinct(shapes: readonly ReferenceShape[]): void {
  const taken = new Set<string>()
  for (const [own] of shapes.flatMap(takenColumns)) {
    if (taken.has(own))
      throw new GenesisError('CONFIG_INVALID', 'one column is given two values', {
        place: 'references',
        found: `${own}, twice`,
        expected: 'a unique name for every column and copy',
      })
    taken.add(own)
  }
}

/** Throws for columns that the other stream does not have, or that differ on every run. `at` is the reference's path. */
export function checkTaken(
  shape: ReferenceShape,
  at: string,
  fields: readonly Field[],
  unrepeatable: ReadonlySet<string>,
): void {
  const names = fields.map(({ name }) => name).filter((name) => !unrepeatable.has(name))
  takenColumns(shape).forEach(([own, other], index) => {
    if (names.includes(other)) return
    const place = index === 0 ? `${at}.key` : `${at}.copy.${own}`
    if (unrepeatable.has(other))
      throw new GenesisError('CONFIG_INVALID', 'the time of generation differs on every run', {
        place,
        found: other,
        expected: `one of ${names.join(', ')}`,
      })
    throw new GenesisError('CONFIG_INVALID', 'not a column of the referenced stream', {
      place,
      found: other,
      expected: `one of ${names.join(', ')}`,
    })
  })
}
