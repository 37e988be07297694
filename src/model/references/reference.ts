import { GenesisError } from '../../errors.js'
import type { Field, Vector } from '../../record.js'
import { blockRows } from '../random/block-words.js'
import { PositionDraw, skewDraws, type Skew } from './skew.js'

/** Which columns a record takes from which record of another stream. */
export interface ReferenceShape {
  /** The record's own column for the referenced key. */
  readonly column: string
  /** The key column of the other stream. */
  readonly key: string
  readonly skew: Skew
  /** Only positions of the other stream below this are referenced. */
  readonly among: number
  /** The columns of the other stream to copy, by the record's own column name. */
  readonly copy: Readonly<Record<string, string>>
}

/** Generates records of a stream at any positions. */
export interface Lookup {
  readonly fields: readonly Field[]
  readonly vectors: readonly Vector[]
  readonly fingerprint: string
  begin(): void
  /** Fills the vectors, starting at index `to`, with the records at `count` positions, at most `blockRows`. */
  fillAt(positions: Float64Array, to: number, count: number): void
}

/** Fills columns from another stream's records. */
export class Reference {
  readonly #lookup: Lookup
  readonly #positions: PositionDraw
  readonly #draw: number
  readonly #others = new Float64Array(blockRows)
  readonly #taken: readonly { readonly field: Field; readonly vector: Vector }[]
  /** Everything about the reference that the records depend on. */
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

  /** A record layout and its vectors with the referenced columns, which replace columns of the same name or are appended. */
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

/** The own name and the name in the other stream of each copied column; the key is first. */
export function takenColumns({ column, key, copy }: ReferenceShape): [own: string, other: string][] {
  return [[column, key], ...Object.entries(copy)]
}

/** Throws CONFIG_INVALID if several references, or the key and a copy of one reference, set the same column. */
export function checkDistinct(shapes: readonly ReferenceShape[]): void {
  const taken = new Set<string>()
  for (const [own] of shapes.flatMap(takenColumns)) {
    if (taken.has(own))
      throw new GenesisError('CONFIG_INVALID', 'a column is set twice', {
        place: 'references',
        found: `${own}, twice`,
        expected: 'a unique name for every column and copy',
      })
    taken.add(own)
  }
}

/** Throws CONFIG_INVALID for columns that the other stream does not have, or that differ on every run. `at`: the reference's path. */
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
