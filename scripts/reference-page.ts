import { formatOf } from '#src/config/formats.js'
import { isOption, optionsOf } from '#src/config/option.js'
import type { Option, OptionTree } from '#src/config/option.js'

/** The Markdown reference page of a tree of options: an introduction, then a table per section. */
export function referencePage(tree: OptionTree, introduction: string): string {
  const top = Object.entries(tree).filter((entry): entry is [string, Option] => isOption(entry[1]))
  const sections = Object.entries(tree).filter((entry): entry is [string, OptionTree] => !isOption(entry[1]))
  const parts = [introduction.trim()]
  if (top.length > 0) parts.push(table(top))
  for (const [name, { items }] of top) {
    if (items !== undefined)
      parts.push(`### ${name}`, 'A map, or a list of maps, with these keys.', table([...optionsOf(items)]))
  }
  for (const [name, section] of sections) {
    const rows = [...optionsOf(section, `${name}.`)]
    parts.push(`### ${name}`, table(rows))
    for (const [key, { items }] of rows)
      if (items !== undefined)
        parts.push(`#### ${key}`, 'A map, or a list of maps, with these keys.', table([...optionsOf(items)]))
  }
  return `${parts.join('\n\n')}\n`
}

function table(rows: readonly (readonly [string, Option])[]): string {
  const withEnv = rows.some(([, option]) => option.env !== undefined)
  const head = ['key', 'value', 'default', ...(withEnv ? ['environment'] : []), 'meaning']
  const lines = rows.map(([key, option]) => [
    `\`${key}\``,
    formatOf(option).expected(option),
    defaultOf(option),
    ...(withEnv ? [option.env === undefined ? '' : `\`${option.env}\``] : []),
    option.doc,
  ])
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.map(escape).join(' | ')} |`).join('\n')
}

function defaultOf(option: Option): string {
  if (option.required) return '**required**'
  if (option.default === null) return 'none'
  return `\`${typeof option.default === 'string' ? option.default : JSON.stringify(option.default)}\``
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|')
}
