/** A worker's keys in Kafka Connect's form, and dotted keys, as sections of the option tree. */
import { GenesisError } from '../errors.js'
import { clientPrefixes, connectKeysOf, isConnectKey, type Translation } from './connect-worker-keys.js'
import { isObject } from './is-object.js'
import { distance } from './nearest.js'
import { optionsOf } from './option.js'
import type { ConfigSource, Path } from './source.js'
import { workerSchema } from './worker-schema.js'

/** A worker's document by our keys, and remarks about the others. */
export interface WorkerKeys {
  readonly source: ConfigSource
  /** Messages for the log. */
  readonly remarks: readonly string[]
}

const targets = new Map<string, Path>()
for (const [key, option] of optionsOf(workerSchema))
  for (const name of [key, ...(option.aliases ?? [])]) targets.set(name, key.split('.'))

/**
 * The document with Connect's names and dotted keys in their sections. Connect's times are milliseconds without a
 * unit. Connect's keys that we lack are left out, with a remark. Unknown keys stay for the check to report; in a
 * properties file they are left out too, with a remark, unless they resemble a known key. Throws CONFIG_INVALID for
 * that, for options set twice, and for settings that cannot be met.
 */
export function withWorkerKeys(source: ConfigSource): WorkerKeys {
  if (!isObject(source.value)) return { source, remarks: [] }
  const isProperties = source.file?.endsWith('.properties') === true
  const document = new Document(source)
  const entries = Object.entries(source.value)
  const flat = new Map(entries.filter(([, item]) => !isObject(item)).map(([key, item]) => [key, item]))
  // Sections first: they are copied, and moved keys are added to them.
  for (const [key, item] of entries) if (isObject(item)) document.value[key] = structuredClone(item)
  const translation = connectKeysOf(flat)
  for (const { key, what, found, expected } of translation.problems) document.refuse(key, what, found, expected)
  const ignored: string[] = []
  const unknown: string[] = []
  for (const [key, item] of flat) {
    const target = targets.get(key)
    if (translation.used.has(key)) continue
    if (target !== undefined) document.set(key, target, withUnit(key, item))
    else if (isConnectKey(key)) ignored.push(key)
    else if (!isProperties) document.set(key, [key], item)
    else {
      const meant = nearKey(key)
      if (meant !== undefined) document.refuse(key, 'unknown key', key, meant)
      unknown.push(key)
    }
  }
  for (const { key, path, item } of translation.values) document.set(key, path, item)
  if (isProperties && flat.has('group.id')) likeConnect(document, flat)
  return { source: document.source, remarks: remarksOf(translation, ignored, unknown) }
}

/** In Connect, a worker with a group shares its connectors and serves REST. */
function likeConnect(document: Document, flat: ReadonlyMap<string, unknown>): void {
  if (!flat.has('group.enabled')) document.set('group.id', ['group', 'enabled'], true)
  if (!flat.has('http.enabled') && !document.has(['http', 'enabled']))
    document.set('group.id', ['http', 'enabled'], true)
}

function remarksOf({ remarks }: Translation, ignored: readonly string[], unknown: readonly string[]): string[] {
  const all = [...remarks]
  if (ignored.length > 0) all.push(`keys of Kafka Connect without effect here: ${ignored.join(', ')}`)
  if (unknown.length > 0) all.push(`unknown keys without effect: ${unknown.join(', ')}`)
  return all
}

function withUnit(key: string, item: unknown): unknown {
  return key.endsWith('.ms') && /^\d+$/.test(String(item)) ? `${String(item)}ms` : item
}

/** A known key within two edits. */
function nearKey(key: string): string | undefined {
  const bare = clientPrefixes.reduce(
    (rest, prefix) => (rest.startsWith(prefix) ? rest.slice(prefix.length) : rest),
    key,
  )
  return [...targets.keys()].find((known) => distance(bare, known) <= 2)
}

/** The sections as they are filled. */
class Document {
  readonly value: Record<string, unknown> = {}
  readonly #source: ConfigSource
  readonly #moved = new Map<string, string>()

  constructor(source: ConfigSource) {
    this.#source = source
  }

  get source(): ConfigSource {
    return {
      value: this.value,
      file: this.#source.file,
      place: (path) => {
        const key = this.#moved.get(path.join('.'))
        return this.#source.place(key === undefined ? path : [key])
      },
    }
  }

  has(path: Path): boolean {
    return this.#moved.has(path.join('.'))
  }

  set(key: string, path: Path, item: unknown): void {
    let section = this.value
    for (const name of path.slice(0, -1)) {
      const next = Object.hasOwn(section, name) ? section[name] : undefined
      section = isObject(next) ? next : (section[name] = {})
    }
    const last = String(path[path.length - 1])
    if (Object.hasOwn(section, last))
      this.refuse(key, 'option set twice', `${key} and ${path.join('.')}`, 'one of them')
    section[last] = item
    this.#moved.set(path.join('.'), key)
  }

  refuse(key: string, what: string, found: string, expected: string): never {
    throw new GenesisError('CONFIG_INVALID', what, { place: this.#source.place([key]), found, expected })
  }
}
