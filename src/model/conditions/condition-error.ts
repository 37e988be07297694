import { GenesisError } from '../../errors.js'
import { nearest } from '../../config/nearest.js'
import { shown } from '../load/model-file.js'

/** Throws CONDITION_INVALID for the part of the conditions at `path`, such as conditions.any[1].age. */
export function invalid(path: string, what: string, found: unknown, expected: string, meant?: unknown): never {
  throw new GenesisError('CONDITION_INVALID', what, {
    place: path,
    found: shown(found),
    expected,
    ...(meant !== undefined && { remedy: `Did you mean ${shown(meant)}?` }),
  })
}

/** Throws CONDITION_INVALID for a name that is not one of the known ones. */
export function unknownName(path: string, what: string, found: string, known: readonly string[]): never {
  invalid(path, what, found, `one of ${listedNames(known)}`, nearest(found, known))
}

/** Maximum number of names that a message lists. */
export const maxListed = 12

export function listedNames(names: readonly unknown[]): string {
  const some = names.slice(0, maxListed).map((name) => (typeof name === 'string' ? name : shown(name)))
  return names.length > maxListed ? `${some.join(', ')} and ${names.length - maxListed} more` : some.join(', ')
}
