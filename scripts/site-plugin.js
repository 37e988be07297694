/**
 * For typedoc, which makes the site: documents have the titles of their first lines, and stand in the groups of README.md's
 * list of documents.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Converter } from 'typedoc'

/** @param {import('typedoc').Application} app */
export function load(app) {
  const groups = groupsOf(readFileSync(new URL('../README.md', import.meta.url), 'utf8'))
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const { name, content } = document
    const isDecision = name.startsWith('docs/decisions/')
    document.frontmatter.group ??= isDecision ? 'Decisions' : (groups.get(basename(`${name}.md`)) ?? 'More')
    // Generated pages begin with a comment that says so.
    if (content[0].text.startsWith('<!--')) cut(content, '-->')
    const [title] = content
      .map(({ text }) => text)
      .join('')
      .split('\n', 1)
    if (!title.startsWith('# ')) throw new Error(`${name} begins with no title`)
    document.name = title.slice(2).replaceAll('`', '')
  })
}

/**
 * By file name, as README.md's list names them.
 *
 * @param {string} readme
 */
function groupsOf(readme) {
  const groups = new Map()
  for (const [, group, links] of readme.matchAll(/^- \*\*(.+?):\*\* (.*)$/gm))
    for (const [, path] of links.matchAll(/\]\(([^)]*\.md)\)/g)) groups.set(basename(path), group)
  return groups
}

/**
 * Drops everything up to the mark, and the space after it. Code is a part of its own.
 *
 * @param {{ text: string }[]} content
 * @param {string} mark
 */
function cut(content, mark) {
  while (!content[0].text.includes(mark)) content.shift()
  const [first] = content
  first.text = first.text.slice(first.text.indexOf(mark) + mark.length).trimStart()
}
