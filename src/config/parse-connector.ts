/** One connector by our keys, checked. */
import { resolve } from 'node:path'
import { GenesisError } from '../errors.js'
import { check, checkItems, throwErrors } from './check.js'
import type { CheckOptions } from './check.js'
import { brokenRules } from './connector-rules.js'
import { connectorSchema, referenceSchema } from './connector-schema.js'
import type { ConnectorConfig } from './connector.js'
import { keepLocations } from './location.js'
import { nearest } from './nearest.js'
import type { ConfigSource } from './source.js'
import { referenceOf, toConnector } from './to-connector.js'

/**
 * One connector with one sink. Relative paths start from `folder`. Throws GenesisError: CONFIG_INVALID,
 * SECRET_UNRESOLVED, or one with several of them in `details.all`.
 */
export function parseConnector(source: ConfigSource, options: CheckOptions): ConnectorConfig {
  const { connector, errors } = readConnector(source, options)
  throwErrors(errors)
  if (connector === null) throw new GenesisError('INTERNAL', 'no errors, but no connector either')
  return connector
}

interface ReadConnector {
  /** Invalid values are replaced by defaults; null if too much is wrong to judge the rest. */
  readonly connector: ConnectorConfig | null
  readonly errors: readonly GenesisError[]
  readonly wrong: ReadonlySet<string>
}

/** Also what is left of a connector with errors. */
export function readConnector(source: ConfigSource, options: CheckOptions): ReadConnector {
  const checked = check(connectorSchema, source, options)
  const { failed } = checked
  const references = failed.has('references') ? [] : checkItems(referenceSchema, ['references'], source, options)
  const rules = brokenRules(checked)
  const errors = [
    ...checked.errors,
    ...references.flatMap((reference) => reference.errors),
    ...rules.map(({ on, what, found, expected }) => {
      return new GenesisError('CONFIG_INVALID', what, { place: source.place(on[0].split('.')), found, expected })
    }),
  ]
  // Of keys that conflict, only the one the error is reported at: the others may be right, and what depends on them is
  // still checked.
  const wrong = new Set([...failed, ...rules.map(({ on }) => on[0])].map((key) => key.split('.')[0]))
  if (references.some((reference) => reference.errors.length > 0)) wrong.add('references')
  // Without references the columns of its records are unknown; an unknown key may have been meant as references.
  const isMeant = (key: string): boolean => nearest(key, Object.keys(connectorSchema)) === 'references'
  const isLost = wrong.has('name') || wrong.has('model') || [...wrong].some(isMeant)
  if (isLost) return { connector: null, errors, wrong }
  const folder = resolve(options.folder)
  const referred = references.map(({ values }) => referenceOf(values, folder))
  return { connector: keepLocations(toConnector(checked.values, referred, source.file, folder), source), errors, wrong }
}
