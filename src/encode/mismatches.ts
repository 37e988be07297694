import { GenesisError } from '../errors.js'
import { listed } from './listed.js'

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
