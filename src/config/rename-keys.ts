/** Renames keys in errors for users who know them under other names: as flags, or as library options. */
import { GenesisError } from '../errors.js'
import { optionsOf, type OptionTree } from './option.js'

/** Dotted keys and their replacements; keys below one are renamed with it. */
export type Names = Readonly<Record<string, string>>

/**
 * Flag or library names of a tree's rows. A section whose rows share a prefix is named by it: `throughput.shape` is
 * `--shape`, because `throughput.shape.type` is `--shape.type`.
 */
export function namesOf(tree: OptionTree, door: 'flag' | 'code', prefix = ''): Names {
  const names: Record<string, string> = {}
  for (const [key, row] of optionsOf(tree, prefix)) {
    const name = row[door]
    // A single word may also be prose; where it is a key, the caller knows the flag.
    if (name === undefined || name === key || name === `--${key}`) continue
    names[key] = name
    if (door === 'flag') names[`${key}:`] = name
    const section = name.slice(0, name.lastIndexOf('.'))
    if (name.includes('.')) names[key.slice(0, key.lastIndexOf('.'))] ??= section
    if (row.env !== undefined) names[`environment variable ${row.env}`] = name
  }
  return names
}

export function renamed(error: GenesisError, names: Names): GenesisError {
  const { place, found, expected, remedy, all } = error.details
  const other = (text: string | undefined): string | undefined => text && renameKeys(text, names)
  return new GenesisError(error.code, renameKeys(error.what, names), {
    place: other(place),
    found: other(found),
    expected: other(expected),
    remedy: other(remedy),
    cause: error.details.cause ?? error,
    ...(all !== undefined && { all: all.map((one) => renamed(one, names)) }),
  })
}

/** Longest keys first. Only whole keys match: `kafka.brokers` does not match in `my-kafka.brokers`. */
export function renameKeys(text: string, names: Names): string {
  const keys = Object.keys(names).sort((a, b) => b.length - a.length)
  const pattern = keys.map((key) => key.replaceAll('.', '\\.')).join('|')
  return text.replace(new RegExp(`(?<![\\w.-])(?:${pattern})(?![\\w-])`, 'g'), (key) => names[key])
}
