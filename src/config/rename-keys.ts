/** Errors for somebody who has written the keys of a configuration under other names: as flags, or as options of the library. */
import { GenesisError } from '../errors.js'
import { optionsOf, type OptionTree } from './option.js'

/** Dotted keys, and what they are called instead; what stands below a key is called after it. */
export type Names = Readonly<Record<string, string>>

/**
 * What the rows of a tree are called as flags, or in code. A section whose rows share a beginning has it as its name:
 * `throughput.shape` is `--shape`, because `throughput.shape.type` is `--shape.type`.
 */
export function namesOf(tree: OptionTree, door: 'flag' | 'code', prefix = ''): Names {
  const names: Record<string, string> = {}
  for (const [key, row] of optionsOf(tree, prefix)) {
    const name = row[door]
    // A single word is one of prose too; where it stands as a key, the caller knows the flag of that name.
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

/** Longer keys go before shorter ones. A key is whole words: `kafka.brokers` is none of `my-kafka.brokers`. */
export function renameKeys(text: string, names: Names): string {
  const keys = Object.keys(names).sort((a, b) => b.length - a.length)
  const pattern = keys.map((key) => key.replaceAll('.', '\\.')).join('|')
  return text.replace(new RegExp(`(?<![\\w.-])(?:${pattern})(?![\\w-])`, 'g'), (key) => names[key])
}
