import { GenesisError } from '../../errors.js'
import { shown } from '../load/model-file.js'

export interface SchemaProblem {
  readonly found?: unknown
  readonly expected?: string
  readonly remedy?: string
  readonly cause?: unknown
}

/** Names a schema in the errors about it, which are SCHEMA_INVALID. */
export class SchemaSource {
  /**
   * `place`: the file, or another name for the schema. `words`: what this kind of schema calls properties, where not by their name in
   * `arg.properties`.
   */
  constructor(
    readonly place: string,
    readonly words: Readonly<Record<string, string>> | null = null,
  ) {}

  /** Throws SCHEMA_INVALID for a path in the schema, such as `field address.city: arg.properties.range`; '': the schema itself. */
  invalid(path: string, what: string, { found, expected, remedy, cause }: SchemaProblem = {}): never {
    throw new GenesisError('SCHEMA_INVALID', what, {
      place: path === '' ? this.place : `${this.place}: ${this.#worded(path)}`,
      ...(found !== undefined && { found: shown(found) }),
      ...(expected !== undefined && { expected }),
      ...(remedy !== undefined && { remedy }),
      ...(cause !== undefined && { cause }),
    })
  }

  #worded(path: string): string {
    const { words } = this
    if (words === null) return path
    return path.replace(/arg\.properties\.(\w+)(\.\w+)?/, (_, name: string) => words[name] ?? name)
  }
}
