import { GenesisError } from '../errors.js'
import { listed } from './listed.js'
import type { Matching } from './match-columns.js'

interface Mismatch {
  readonly path: string
  readonly error: GenesisError
}

/** What does not fit between a schema and a layout: all of it, for one error. */
export class Mismatches {
  readonly #found: Mismatch[]

  /** `place`: the schema, or the list in it that is spoken of. */
  constructor(
    readonly place: string,
    found: Mismatch[] = [],
  ) {
    this.#found = found
  }

  /** `path`: the field's, from the place; '': the place itself. */
  add(path: string, what: string, details: { found?: string; expected: string; remedy?: string }): void {
    const error = new GenesisError('SCHEMA_MISMATCH', what, { place: this.at(path), ...details })
    this.#found.push({ path, error })
  }

  /** The columns, by their names, that match several nested fields. */
  addAmbiguous({ ambiguous }: Matching, names: readonly string[]): void {
    for (const [column, paths] of ambiguous) {
      this.add(paths[0], 'several nested fields match one column by name', {
        found: `column ${names[column]}, which fits ${listed(paths)}`,
        expected: `columns named by path, such as ${paths[0]}`,
      })
    }
  }

  at(path: string): string {
    return path === '' ? this.place : `${this.place}: field ${path}`
  }

  /** The same, for what is inside a field: `items` says what of it, as `[]`. */
  inside(path: string, items: string): Mismatches {
    return new Mismatches(`${this.place}: field ${path}${items}`, this.#found)
  }

  /** Throws SCHEMA_MISMATCH, with every mismatch in `details.all`, if there are any. */
  throwIfAny(): void {
    if (this.#found.length === 0) return
    const all = this.#found.map(({ error }) => error)
    if (all.length === 1) throw new GenesisError('SCHEMA_MISMATCH', all[0].what, { ...all[0].details, all })
    const places = listed(this.#found.map(({ path }) => path))
    throw new GenesisError('SCHEMA_MISMATCH', `${all.length} fields do not fit the model (${places})`, {
      place: this.place,
      all,
    })
  }
}
