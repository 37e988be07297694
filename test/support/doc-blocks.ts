/** The code blocks of the documentation, and the commands in them. */
import { readdir, readFile } from 'node:fs/promises'
import { shipped } from './genesis.js'

export interface DocBlock {
  /** From the root of the checkout. */
  readonly page: string
  readonly language: string
  readonly text: string
}

/** Pages that a person writes: docs/cli.md is generated from the program. */
export async function docPages(): Promise<string[]> {
  const docs = (await readdir(shipped('docs'))).filter((name) => name.endsWith('.md') && name !== 'cli.md')
  const others = ['README.md', 'CONTRIBUTING.md', 'deploy/chart/README.md', 'deploy/kubernetes/README.md']
  return [...docs.map((name) => `docs/${name}`), ...others].sort()
}

export async function docBlocks(): Promise<DocBlock[]> {
  const pages = await docPages()
  const blocks = await Promise.all(
    pages.map(async (page) => {
      const text = await readFile(shipped(page), 'utf8')
      const found = [...text.matchAll(/^```(\w*)\n(.*?)^```/gms)]
      return found.map(([, language, content]): DocBlock => ({ page, language, text: content }))
    }),
  )
  return blocks.flat()
}

/** A command as a shell reads it. */
export interface DocCommand {
  readonly page: string
  readonly env: Readonly<Record<string, string>>
  /** The program and its arguments, without redirections. */
  readonly words: readonly string[]
}

/** The commands of a block of shell; in `console`, of its lines after `$`. */
export function commandsIn({ page, language, text }: DocBlock): DocCommand[] {
  const script = language === 'console' ? (text.match(/^\$ .*$/gm) ?? []).map((line) => line.slice(2)).join('\n') : text
  const commands: DocCommand[] = []
  let words: string[] = []
  const end = (): void => {
    const first = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word))
    const assigned = words.slice(0, Math.max(0, first)).map((word) => word.split(/=(.*)/s, 2) as [string, string])
    if (first !== -1) commands.push({ page, env: Object.fromEntries(assigned), words: words.slice(first) })
    words = []
  }
  // A quoted or plain word, a comment, the end of a command, or blanks between words.
  const tokens =
    /((?:'[^']*'|"(?:\\.|\$\([^)]*\)|[^"\\])*"|\\[^\n]|[^\s'"\\&;#>|]|(?<=\S)#)+)|(#[^\n]*)|(\\\n)|(&&|&|;|\||\n)|(>\s*\S+)|([^\S\n]+)/g
  for (const [, word, , , separator] of script.matchAll(tokens)) {
    if (word !== undefined) words.push(unquoted(word))
    else if (separator !== undefined) end()
  }
  end()
  return commands
}

function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g,
    (_: string, single?: string, double?: string, one?: string) => {
      return single ?? double?.replaceAll(/\\(.)/g, '$1') ?? one ?? ''
    },
  )
}

/** `genesis …`, however it is started; null: another program. */
export function genesisArguments({ words }: DocCommand): readonly string[] | null {
  const own = words[0] === 'npx' && ['genesis', 'genesis-connect'].includes(words[1]) ? words.slice(1) : words
  return own[0] === 'genesis' || own[0] === 'genesis-connect' ? own.slice(1) : null
}
