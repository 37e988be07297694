/** Dotted keys (`throughput.rate`), as in REST and optionally in files, as sections of the option tree. */
import { GenesisError } from '../errors.js'
import { connectorSchema } from './connector-schema.js'
import { ownKeys, sinkKeys } from './fan-out.js'
import { isObject } from './is-object.js'
import { isOption, type Option, type OptionTree } from './option.js'
import type { RawConfig, RawValue } from './raw-connector.js'
import type { ConfigSource, Path } from './source.js'

/** Keys allowed in `sinks.<name>`. */
const sinkTree: OptionTree = {
  ...Object.fromEntries(sinkKeys.map((key) => [key, (connectorSchema.sink as OptionTree)[key]])),
  ...Object.fromEntries(ownKeys.map((key) => [key, connectorSchema[key]])),
}

/**
 * The document with each dotted key of an option moved to its section; anything that is not an option stays, for the
 * check to report. Throws CONFIG_INVALID if an option is set twice.
 */
export function withSections(source: ConfigSource): ConfigSource {
  if (!isObject(source.value) || !hasDots(source.value)) return source
  const sections = new Sections(source)
  sections.add(connectorSchema, source.value, [], [])
  return { value: sections.value, file: source.file, place: (path) => sections.place(path) }
}

/** Only sections can have dotted keys: keys of maps, such as column names, are the user's own. */
function hasDots(value: Readonly<Record<string, unknown>>, tree: OptionTree = connectorSchema): boolean {
  return Object.entries(value).some(([key, item]) => {
    if (key.includes('.') || (key === 'sinks' && tree === connectorSchema)) return true
    const node = Object.hasOwn(tree, key) ? tree[key] : undefined
    return node !== undefined && !isOption(node) && isObject(item) && hasDots(item, node)
  })
}

class Sections {
  readonly value: Record<string, unknown> = {}
  readonly #source: ConfigSource
  /** Original places of moved values, by their new path. */
  readonly #moved = new Map<string, Path>()

  constructor(source: ConfigSource) {
    this.#source = source
  }

  /** Adds a section written at `from` to its place at `to`. */
  add(tree: OptionTree, section: Readonly<Record<string, unknown>>, from: Path, to: Path): void {
    for (const [key, item] of Object.entries(section)) {
      const written = [...from, key]
      const target = targetOf(tree, key, to)
      if (target === null) this.#set([...to, key], item, written)
      else if (target.node === null) this.#addSinks(item, written)
      else if (isOption(target.node) || !isObject(item)) this.#set(target.path, item, written)
      else this.add(target.node, item, written, target.path)
    }
  }

  place(path: Path): string {
    for (let length = path.length; length > 0; length--) {
      const written = this.#moved.get(JSON.stringify(path.slice(0, length)))
      if (written !== undefined) return this.#source.place([...written, ...path.slice(length)])
    }
    return this.#source.place(path)
  }

  #addSinks(sinks: unknown, from: Path): void {
    if (!isObject(sinks)) return this.#set(['sinks'], sinks, from)
    if (Object.keys(sinks).length === 0) return this.#set(['sinks'], {}, from)
    for (const [name, sink] of Object.entries(sinks)) {
      const at = ['sinks', name]
      if (isObject(sink)) this.add(sinkTree, sink, [...from, name], at)
      else this.#set(at, sink, [...from, name])
      // A sink without keys is still a sink.
      if (isObject(sink) && Object.keys(sink).length === 0) this.#set(at, {}, [...from, name])
    }
  }

  #set(path: Path, item: unknown, written: Path): void {
    let node = this.value
    for (const name of path.slice(0, -1)) {
      const next = Object.hasOwn(node, name) ? node[name] : undefined
      if (isObject(next)) node = next
      else if (next === undefined) node = node[name] = {}
      else return this.#refuse(written)
    }
    const last = path[path.length - 1]
    if (Object.hasOwn(node, last)) this.#refuse(written)
    // Guards against prototype pollution.
    Object.defineProperty(node, last, { value: item, enumerable: true, configurable: true, writable: true })
    this.#moved.set(JSON.stringify(path), written)
  }

  #refuse(written: Path): never {
    throw new GenesisError('CONFIG_INVALID', 'option set twice', {
      place: this.#source.place(written),
      found: `${written.join('.')}, as a dotted key and in a section`,
      expected: 'one of the two',
    })
  }
}

/** Where a key below `path` belongs: an option or a section; node null: `sinks` itself; null: not an option. */
function targetOf(tree: OptionTree, key: string, path: Path): { node: Option | OptionTree | null; path: Path } | null {
  if (tree === connectorSchema && key === 'sinks') return { node: null, path: ['sinks'] }
  if (Object.hasOwn(tree, key)) return { node: tree[key], path: [...path, key] }
  const names = key.split('.')
  if (tree === connectorSchema && names[0] === 'sinks' && names.length > 2) {
    return targetOf(sinkTree, names.slice(2).join('.'), ['sinks', names[1]])
  }
  let node: Option | OptionTree = tree
  for (const [index, name] of names.entries()) {
    if (isOption(node)) {
      // The rest is a key of the option's map, such as topic_creation.config.retention.ms.
      const isMap = node.format === 'map' || node.format === 'object'
      return isMap ? { node, path: [...path, ...names.slice(0, index), names.slice(index).join('.')] } : null
    }
    if (!Object.hasOwn(node, name)) return null
    node = node[name]
  }
  return { node, path: [...path, ...names] }
}

/** As REST shows it: strings by dotted key; flat documents are unchanged. */
export function flattened(config: RawConfig): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {}
  const visit = (tree: OptionTree | null, section: { readonly [key: string]: RawValue }, prefix: string): void => {
    for (const [key, item] of Object.entries(section)) {
      const node = tree !== null && Object.hasOwn(tree, key) ? tree[key] : undefined
      if (prefix === '' && key === 'sinks' && isObject(item)) {
        for (const [name, sink] of Object.entries(item as Record<string, RawValue>)) {
          if (isObject(sink)) visit(sinkTree, sink, `sinks.${name}.`)
        }
      } else if (node !== undefined && !isOption(node) && isObject(item)) visit(node, item, `${prefix}${key}.`)
      else if (item !== null) flat[prefix + key] = typeof item === 'string' ? item : JSON.stringify(item)
    }
  }
  visit(connectorSchema, config, '')
  return flat
}
