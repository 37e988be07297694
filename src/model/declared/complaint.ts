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
  /** `place`: the file, or what else it is called by. */
  constructor(readonly place: string) {}

  /** Fails for what is at a path of the schema, such as `field address.city: arg.properties.range`; empty: the schema itself. */
  invalid(path: string, what: string, { found, expected, remedy, cause }: Complaint = {}): never {
    throw new GenesisError('SCHEMA_INVALID', what, {
      place: path === '' ? this.place : `${this.place}: ${path}`,
      ...(found !== undefined && { found: shown(found) }),
      ...(expected !== undefined && { expected }),
      ...(remedy !== undefined && { remedy }),
      ...(cause !== undefined && { cause }),
    })
  }
}
