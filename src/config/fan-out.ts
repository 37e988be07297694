/**
 * A connector with several sinks is expanded into one connector per sink: the same stream, from the same keys, with
 * the keys of `sinks.<name>` replacing `sink`, `topic` and the other delivery keys.
 */
import { GenesisError } from '../errors.js'
import { connectorSchema } from './connector-schema.js'
import type { ConnectorConfig } from './connector.js'
import { formats } from './formats.js'
import { isObject } from './is-object.js'
import { nearest } from './nearest.js'
import { targetOf } from './sink-section.js'
import type { Path, ConfigSource } from './source.js'

/** Connector keys that each sink can set for itself; maps are merged key by key. */
export const ownKeys = ['topic', 'topic_creation', 'value', 'delivery', 'compression'] as const

export const sinkKeys = Object.keys(connectorSchema.sink)

/** The document of a connector with one sink. */
export interface SinkSource {
  /** Null: the only one. */
  readonly sinkName: string | null
  readonly source: ConfigSource
}

/** The document of each sink. Throws CONFIG_INVALID if `sinks` itself is invalid. */
export function sinkSources(source: ConfigSource): SinkSource[] {
  const { value } = source
  if (!isObject(value) || value.sinks === undefined || value.sinks === null) return [{ sinkName: null, source }]
  const { sinks, sink, ...common } = value
  if (sink !== undefined && sink !== null) {
    throw wrong(source, ['sinks'], 'sink and sinks exclude each other', 'sink and sinks', 'one of the two')
  }
  if (!isObject(sinks) || Object.keys(sinks).length === 0) {
    throw wrong(source, ['sinks'], 'not a map of sinks', kindOf(sinks), '{<name>: {type: …}, …}')
  }
  const isTimed = Object.values(sinks).some(isKafka)
  return Object.entries(sinks).map(([sinkName, entry]) => {
    if (!formats.name.accepts(sinkName)) {
      throw wrong(source, ['sinks', sinkName], 'not a valid sink name', sinkName, formats.name.expected())
    }
    if (!isObject(entry)) {
      throw wrong(source, ['sinks', sinkName], 'not a map of options', kindOf(entry), '{type: …}')
    }
    // The timestamp applies to Kafka sinks; it is an error only if there is none.
    const own = isTimed && !isKafka(entry) ? { ...common, timestamp: null } : common
    return { sinkName, source: sinkSource(source, own, sinkName, entry) }
  })
}

function sinkSource(
  source: ConfigSource,
  common: Readonly<Record<string, unknown>>,
  sinkName: string,
  entry: Readonly<Record<string, unknown>>,
): ConfigSource {
  const sink: Record<string, unknown> = {}
  const own: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(entry)) {
    if (sinkKeys.includes(key)) sink[key] = item
    else if (ownKeys.some((one) => one === key)) own[key] = merged(common[key], item)
    else {
      const known = [...sinkKeys, ...ownKeys]
      const expected = nearest(key, known) ?? `one of ${known.join(', ')}`
      throw wrong(source, ['sinks', sinkName, key], 'unknown key', JSON.stringify(key), expected)
    }
  }
  const isOwn = (path: Path): boolean => path.length > 0 && (has(entry, path) || !has(common, path))
  return {
    value: { ...common, ...own, sink },
    file: source.file,
    place(path) {
      if (path[0] === 'sink') return source.place(['sinks', sinkName, ...path.slice(1)])
      return source.place(isOwn(path) ? ['sinks', sinkName, ...path] : path)
    },
  }
}

/** Sinks of one connector that would interfere with each other. */
export function sinkCollisions(connectors: readonly ConnectorConfig[], source: ConfigSource): GenesisError[] {
  const first = new Map<string, string>()
  const errors: GenesisError[] = []
  for (const { sinkName, sink, topic } of connectors) {
    const target = targetOf(sink, topic)
    if (target === null || sinkName === null) continue
    const other = first.get(target)
    if (other === undefined) first.set(target, sinkName)
    else errors.push(wrong(source, ['sinks', sinkName], `two sinks share ${target}`, `that of ${other}`, 'its own'))
  }
  return errors
}

function isKafka(entry: unknown): boolean {
  return isObject(entry) && (entry.type ?? connectorSchema.sink.type.default) === 'kafka'
}

function merged(common: unknown, own: unknown): unknown {
  return isObject(common) && isObject(own) ? { ...common, ...own } : own
}

function has(document: unknown, path: Path): boolean {
  let node = document
  for (const name of path) {
    if (!isObject(node) || !Object.hasOwn(node, name)) return false
    node = node[name]
  }
  return true
}

/** Not the value itself, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing'
  return Array.isArray(value) ? 'a list' : isObject(value) ? 'an empty map' : `a ${typeof value}`
}

function wrong(source: ConfigSource, path: Path, what: string, found: string, expected: string): GenesisError {
  return new GenesisError('CONFIG_INVALID', what, { place: source.place(path), found, expected })
}
