import { readFileSync } from 'node:fs'
import type { ModelFile } from '../load/complaint.js'
import type { ColumnSource } from '../model.js'

/** The words of a locale: a list per provider, in the order that draws depend on. */
type Words = Readonly<Record<string, readonly string[]>>

const read = new Map<string, Words>()

/** The pool that a provider's name stands for in a locale; `path` in `file` is what names it. */
export function poolOf(provider: string, locale: string, path: string, file: ModelFile): ColumnSource {
  const words = wordsOf(locale)
  if (words === null) file.invalid(`${path}.locale`, 'no words in this language', locale, 'a locale such as "en"')
  if (!Object.hasOwn(words, provider))
    file.invalid(`${path}.provider`, 'unknown provider', provider, `one of ${Object.keys(words).join(', ')}`)
  return { from: 'pool', values: [...words[provider]] }
}

function wordsOf(locale: string): Words | null {
  if (!/^[a-z]{2}(_[A-Z]{2})?$/.test(locale)) return null
  let words = read.get(locale)
  if (words === undefined) {
    try {
      words = JSON.parse(readFileSync(new URL(`../../../words/${locale}.json`, import.meta.url), 'utf8')) as Words
    } catch {
      return null
    }
    read.set(locale, words)
  }
  return words
}
