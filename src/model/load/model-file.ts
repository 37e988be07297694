import { GenesisError } from '../../errors.js'

/** A model file, as named in errors about it. */
export class ModelFile {
  constructor(readonly place: string) {}

  /** Throws MODEL_INVALID for the value at `path` in the file. */
  invalid(path: string, what: string, found: unknown, expected: string): never {
    throw new GenesisError('MODEL_INVALID', what, { place: `${this.place}, ${path}`, found: shown(found), expected })
  }
}

const maxShownLength = 60

/** A value as JSON, shortened. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? typeof value
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text
}
