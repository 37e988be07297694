import { readdirSync, readFileSync } from 'node:fs'
import type { ModelFile } from '../load/model-file.js'
import type { ColumnSource } from '../model.js'

/** The words of a locale, one list per provider. Draws depend on their order. */
type Words = Readonly<Record<string, readonly string[]>>

const folder = new URL('../../../words/', import.meta.url)
const read = new Map<string, Words>()

/** The word pool of a provider in a locale, as named at `path` in `file`. Throws if either is unknown. */
export function poolOf(provider: string, locale: string, path: string, file: ModelFile): ColumnSource {
  const words = wordsOf(locale)
  if (words === null)
    file.invalid(`${path}.locale`, 'no words in this language', locale, `one of ${locales().join(', ')}`)
  if (!Object.hasOwn(words, provider))
    file.invalid(`${path}.provider`, 'unknown provider', provider, `one of ${Object.keys(words).join(', ')}`)
  return { from: 'pool', values: [...words[provider]] }
}

/** The words of a known provider in a known locale. */
export function wordsFor(provider: string, locale: string): readonly string[] {
  return wordsOf(locale)![provider]
}

/** The locales that words are shipped for. */
export function locales(): string[] {
  return readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -5)] : []))
}

/** The providers, which every locale has. */
export function providers(): string[] {
  return Object.keys(wordsOf('en') ?? {})
}

function wordsOf(locale: string): Words | null {
  let words = read.get(locale)
  if (words === undefined) {
    if (!locales().includes(locale)) return null
    words = JSON.parse(readFileSync(new URL(`${locale}.json`, folder), 'utf8')) as Words
    read.set(locale, words)
  }
  return words
}
