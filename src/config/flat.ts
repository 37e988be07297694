/**
 * The flat form of a configuration, as Kafka Connect's clients send it: one map of dotted keys to texts. Maps (conditions,
 * topic configuration, an inline schema) are JSON texts. Both forms say the same, because no key is a prefix of another.
 */
import { GenesisError } from '../errors.js'
import { isObject } from './formats.js'
import { isOption } from './option.js'
import type { OptionTree } from './option.js'

/** A nested document as a flat one. Nulls, which mean "not given", are left out. */
export function flatten(tree: OptionTree, document: Readonly<Record<string, unknown>>): Record<string, string> {
  const flat = bare<string>()
  const visit = (node: OptionTree, section: Readonly<Record<string, unknown>>, prefix: string): void => {
    for (const [name, value] of Object.entries(section)) {
      const known = Object.hasOwn(node, name) ? node[name] : undefined
      if (value === null) continue
      if (known !== undefined && !isOption(known) && isObject(value)) visit(known, value, `${prefix}${name}.`)
      else flat[prefix + name] = typeof value === 'string' ? value : asText(value)
    }
  }
  visit(tree, document, '')
  return flat
}

/**
 * A flat document as a nested one; its values stay texts, so it is to be checked with `anyText`. Unknown keys stay too,
 * for the check to refuse. Throws CONFIG_INVALID if a key is also the beginning of another.
 */
export function unflatten(tree: OptionTree, flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const document = bare<unknown>()
  for (const [key, value] of Object.entries(flat)) {
    let node: OptionTree | undefined = tree
    let section = document
    let rest = key
    for (let dot = rest.indexOf('.'); dot !== -1 && node !== undefined; dot = rest.indexOf('.')) {
      const name = rest.slice(0, dot)
      const known: OptionTree[string] | undefined = Object.hasOwn(node, name) ? node[name] : undefined
      if (known === undefined || isOption(known)) break
      section[name] ??= bare<unknown>()
      const inner = section[name]
      if (!isObject(inner)) throw clash(key)
      section = inner
      node = known
      rest = rest.slice(dot + 1)
    }
    if (Object.hasOwn(section, rest)) throw clash(key)
    section[rest] = value
  }
  return document
}

/** A map without a prototype, so that no key is special. */
function bare<V>(): Record<string, V> {
  return Object.create(null) as Record<string, V>
}

function clash(key: string): GenesisError {
  return new GenesisError('CONFIG_INVALID', 'a key stands beside longer ones that begin with it', { place: key })
}

function asText(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',')
  return JSON.stringify(value)
}
