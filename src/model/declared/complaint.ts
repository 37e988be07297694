import { GenesisError } from '../../errors.js'
import { shown } from '../load/complaint.js'

export interface Complaint {
  readonly found?: unknown
  readonly expected?: string
  readonly remedy?: string
  readonly cause?: unknown
}

/** Names a schema in the errors about it, which are SCHEMA_INVALID. */
export class SchemaSource {
  /**
   * `place`: the file, or what else it is called by. `words`: what properties are called in this kind of schema, where they are not
   * `arg.properties`.
   */
  constructor(
    readonly place: string,
    readonly words: Readonly<Record<string, string>> | null = null,
  ) {}

  /** Fails for what is at a path of the schema, such as `field address.city: arg.properties.range`; empty: the schema itself. */
  invalid(path: string, what: string, { found, expected, remedy, cause }: Complaint = {}): never {
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
