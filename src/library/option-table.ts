/** Options in code as rows of the option table (config/): their checks, and their values as in configuration files. */
import { formatOf, isGood } from '../config/formats.js'
import { isOption, optionsOf, type Option, type OptionTree, type Values } from '../config/option.js'
import { GenesisError } from '../errors.js'
import {
  anything,
  count,
  flagOption,
  objectOption,
  numberFrom,
  oneOf,
  textOption,
  textOrObject,
  type Check,
} from './options.js'

/** The checks of these options of a tree, by their names in code. */
export function checksOf<const Name extends string>(tree: OptionTree, ...names: Name[]): Record<Name, Check> {
  const rows = new Map([...optionsOf(tree)].map(([, row]) => [row.code, row]))
  return Object.fromEntries(
    names.map((name) => [name.slice(name.lastIndexOf('.') + 1), checkOf(rows.get(name), name)]),
  ) as Record<Name, Check>
}

function checkOf(row: Option | undefined, name: string): Check {
  if (row === undefined) throw new GenesisError('INTERNAL', `no option is called ${name} in code`)
  const { format, minimum = 0, maximum } = row
  if (Array.isArray(format)) return oneOf(...format)
  switch (format) {
    case 'count':
    case 'size':
      return count(minimum, maximum)
    case 'number':
      return numberFrom(minimum, maximum)
    case 'duration':
      return numberFrom(minimum / millisecondsOf(name), maximum && maximum / millisecondsOf(name))
    case 'flag':
      return flagOption
    case 'object':
    case 'map':
      return objectOption
    case 'schema':
      return textOrObject
    case 'ws-url':
    case 'endpoint':
    case 'origins':
      return { expected: formatOf(row).expected(row), accepts: (value) => isGood(row, value, false) }
    default:
      return format === 'maps' || format === 'list' ? anything : textOption
  }
}

/** The unit of a number in code: the suffix of its name. */
function millisecondsOf(name: string): number {
  return name.endsWith('Seconds') ? 1000 : 1
}

/** The values of all options of a tree: those given in code, and the defaults for code. */
export function optionValues<T extends OptionTree>(tree: T, given: object): Values<T> {
  return Object.fromEntries(
    Object.entries(tree).map(([key, node]) => [key, isOption(node) ? valueOf(node, given) : optionValues(node, given)]),
  ) as Values<T>
}

function valueOf(row: Option, given: object): unknown {
  const value = row.code === undefined ? undefined : at(given, row.code)
  if (value !== undefined) return row.format === 'duration' ? (value as number) * millisecondsOf(row.code!) : value
  if (row.codeDefault !== undefined) return row.codeDefault
  return typeof row.default === 'string' && !Array.isArray(row.format)
    ? (formatOf(row).parse?.(row.default) ?? row.default)
    : row.default
}

/**
 * The options given in code, as a file of this tree has them. Values of the wrong type are kept for the document's
 * check to reject.
 */
export function documentOf(tree: OptionTree, given: object): object {
  const document: Record<string, unknown> = {}
  for (const [key, node] of Object.entries(tree)) {
    const value = isOption(node) ? writtenOf(node, given) : sectionOf(node, given)
    if (value !== undefined) document[key] = value
  }
  return document
}

function writtenOf({ code, codeDefault }: Option, given: object): unknown {
  return code === undefined ? undefined : (at(given, code) ?? codeDefault)
}

/** Undefined: none given. */
function sectionOf(section: OptionTree, given: object): unknown {
  const object = objectOf(section)
  const value = object === undefined ? undefined : at(given, object)
  if (value !== undefined && !objectOption.accepts(value)) return value
  const known = Object.values(section).map((node) => (isOption(node) ? node.code : objectOf(node)))
  const unknown = Object.entries(value ?? {}).filter(([name]) => !known.includes(`${object}.${name}`))
  const content = { ...documentOf(section, given), ...Object.fromEntries(unknown) }
  return Object.keys(content).length === 0 ? undefined : content
}

/** The object with a section's options in code; undefined: they are not grouped in one. */
function objectOf(section: OptionTree): string | undefined {
  const codes = Object.values(section).flatMap((node) => (isOption(node) ? (node.code ?? []) : []))
  const code = codes.find((name) => name.includes('.'))
  return code?.slice(0, code.lastIndexOf('.'))
}

function at(given: object, path: string): unknown {
  let node: unknown = given
  for (const name of path.split('.')) {
    if (!objectOption.accepts(node) || !Object.hasOwn(node as object, name)) return undefined
    node = (node as Record<string, unknown>)[name]
  }
  return node
}
