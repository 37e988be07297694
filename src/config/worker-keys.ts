/** A worker's keys as Kafka Connect's workers have them, and dotted, as the sections of the option tree. */
import { GenesisError } from '../errors.js'
import { isObject } from './formats.js'
import { optionsOf, type Option } from './option.js'
import type { ConfigSource, Path } from './source.js'
import { workerSchema } from './worker-schema.js'

/** Connect's `listeners`: of several the first is listened on. */
const listeners = 'listeners'
/** What Connect asks of its workers; here each connector says it by `delivery`. */
const exactlyOnce = 'exactly.once.source.support'

interface Target {
  readonly path: Path
  readonly option: Option
}

const targets = new Map<string, Target>()
for (const [key, option] of optionsOf(workerSchema)) {
  const target = { path: key.split('.'), option }
  for (const name of [key, ...(option.aliases ?? [])]) targets.set(name, target)
}

/**
 * The document with Connect's names and dotted keys in their sections; what is not known stays as it is, for the check to complain
 * of. Connect's times are milliseconds without a unit. Throws CONFIG_INVALID for what is given twice, or cannot be met.
 */
export function withWorkerKeys(source: ConfigSource): ConfigSource {
  if (!isObject(source.value)) return source
  const value: Record<string, unknown> = {}
  const moved = new Map<string, string>()
  const refuse = (key: string, what: string, found: string, expected: string): never => {
    throw new GenesisError('CONFIG_INVALID', what, { place: source.place([key]), found, expected })
  }
  const set = (key: string, path: Path, item: unknown): void => {
    let section = value
    for (const name of path.slice(0, -1)) {
      const next = Object.hasOwn(section, name) ? section[name] : undefined
      section = isObject(next) ? next : (section[name] = {})
    }
    const last = String(path[path.length - 1])
    if (Object.hasOwn(section, last))
      refuse(key, 'an option is given twice', `${key} and ${path.join('.')}`, 'one of them')
    section[last] = item
    moved.set(path.join('.'), key)
  }
  const entries = Object.entries(source.value)
  // Sections first: they are copied, and take in what stands elsewhere.
  for (const [key, item] of entries) if (isObject(item)) value[key] = structuredClone(item)
  for (const [key, item] of entries) {
    if (isObject(item)) continue
    const target = targets.get(key)
    if (key === listeners) addListener(String(item), set, refuse)
    else if (key === exactlyOnce) {
      if (item !== 'enabled') refuse(key, 'it cannot be switched off for all connectors', String(item), 'enabled')
    } else if (target === undefined) set(key, [key], item)
    else set(key, target.path, key.endsWith('.ms') && /^\d+$/.test(String(item)) ? `${String(item)}ms` : item)
  }
  // Connect's workers that have a group share its connectors.
  const isConnect = source.file?.endsWith('.properties') === true && entries.some(([key]) => key === 'group.id')
  if (isConnect && !entries.some(([key]) => key === 'group.enabled')) set('group.id', ['group', 'enabled'], true)
  return {
    value,
    file: source.file,
    place: (path) => {
      const key = moved.get(path.join('.'))
      return source.place(key === undefined ? path : [key])
    },
  }
}

function addListener(
  text: string,
  set: (key: string, path: Path, item: unknown) => void,
  refuse: (key: string, what: string, found: string, expected: string) => never,
): void {
  const [first] = text.split(',')
  const match = /^http:\/\/(.*):(\d+)$/i.exec(first.trim())
  if (match === null) return refuse(listeners, 'not an address to listen on', text, 'http://<host>:<port>')
  // Without a host Connect listens on every address.
  set(listeners, ['http', 'host'], match[1] === '' ? '0.0.0.0' : match[1])
  set(listeners, ['http', 'port'], Number(match[2]))
  set(listeners, ['http', 'enabled'], true)
}
