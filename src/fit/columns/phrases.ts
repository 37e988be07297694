/** What is kept of a column of texts: texts and words that many rows have, and which words follow which. */
import type { WordModel } from '../../model/artifact.js'
import { maxTextWords } from '../../model/generated/worded.js'

/** A text and the number of rows that have it. */
export interface Counted {
  readonly text: string
  readonly count: number
}

export interface Phrases {
  /** The form of each text: `=` and the text itself, or its number of words. */
  readonly forms: readonly string[]
  /** Null: too few words are frequent. */
  readonly words: WordModel | null
  /** The words of each text by their index, −1 for a rare one; null: the text is kept. */
  readonly coded: readonly (readonly number[] | null)[]
}

/** A text or a word is kept if at least this many rows have it … */
const keptRows = 5
/** … and a pair of words if at least this many texts have it, because pairs from fewer could reproduce a single text. */
const pairTexts = 3
const [maxKept, longestKept] = [2000, 200]
const [maxWords, maxPairs] = [5000, 40_000]
/** With a smaller share of frequent words, or fewer of them unless they are most of the words, all texts would consist of the same few words. */
const minShare = 0.25
const [fewWords, most] = [24, 0.6]

/** A word, possibly followed by a punctuation mark or in brackets; brackets around several words would stay open. */
const plainWord = /^[\p{L}\p{N}](?:[\p{L}\p{N}'’.&/+-]*[\p{L}\p{N}+])?[.,;:!?%]?$|^\([\p{L}\p{N}.]+\)$|^[&+/–-]$/u
const marks = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu

/** Splits the texts of a column into those to keep and those to compose of words. `minCount`: as in DiscretiseOptions. */
export function phrasesOf(texts: readonly Counted[], minCount: number): Phrases {
  const least = Math.max(keptRows, minCount)
  const kept = keptTexts(texts, least)
  const frequent = frequentWords(texts, least)
  const index = new Map(frequent.map((word, i) => [word, i]))
  const coded = texts.map(({ text }) => (kept.has(text) ? null : codesOf(text, index)))
  const forms = texts.map(({ text }, i) => {
    const codes = coded[i]
    return codes === null ? `=${text}` : String(Math.max(1, codes.length))
  })
  return {
    forms,
    words: wordModel(
      coded.filter((codes) => codes !== null),
      frequent,
    ),
    coded,
  }
}

function codesOf(text: string, index: ReadonlyMap<string, number>): number[] {
  return wordsOf(text)
    .slice(0, maxTextWords)
    .map((word) => index.get(word) ?? index.get(bare(word)) ?? -1)
}

function keptTexts(texts: readonly Counted[], least: number): Set<string> {
  const frequent = texts.filter(({ text, count }) => count >= least && text.length <= longestKept && text !== '')
  return new Set(
    [...frequent]
      .sort((a, b) => b.count - a.count)
      .slice(0, maxKept)
      .map(({ text }) => text),
  )
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

/** The words that enough rows have, the most frequent first. */
function frequentWords(texts: readonly Counted[], least: number): string[] {
  const rows = new Map<string, number>()
  for (const { text, count } of texts) {
    const words = wordsOf(text)
    for (const word of new Set([...words, ...words.map(bare)])) rows.set(word, (rows.get(word) ?? 0) + count)
  }
  return [...rows]
    .filter(([word, count]) => count >= least && plainWord.test(word))
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, maxWords)
    .map(([word]) => word)
}

/** A word without the marks around it. */
function bare(word: string): string {
  return word.replace(marks, '')
}

type Tally = Map<number, number>

/** A word rarely ends or begins texts if it does so at most this much as often as the average word. */
const rarely = 0.3

function wordModel(coded: readonly (readonly number[])[], frequent: readonly string[]): WordModel | null {
  const all = coded.reduce((sum, codes) => sum + codes.length, 0)
  const known = coded.reduce((sum, codes) => sum + codes.filter((code) => code >= 0).length, 0)
  if (known < (frequent.length < fewWords ? most : minShare) * all) return null
  const kinds = kindsOf(coded, frequent.length)
  const tallies = (count: number): Tally[] => Array.from({ length: count }, () => new Map<number, number>())
  const [alone, first, anywhere] = tallies(3)
  const [middle, last] = [tallies(4), tallies(4)]
  const [next, end] = [tallies(frequent.length), tallies(frequent.length)]
  for (const codes of coded) {
    const seen = new Set<number>()
    codes.forEach((code, i) => {
      count(anywhere, code)
      if (i === 0) return count(codes.length === 1 ? alone : first, code)
      const before = codes[i - 1]
      const isLast = i === codes.length - 1
      if (before < 0) return
      count((isLast ? last : middle)[kinds[before]], code)
      // A pair counts once, however often a text repeats it.
      const pair = (before * (maxWords + 1) + code + 1) * 2 + (isLast ? 1 : 0)
      if (!seen.has(pair)) count((isLast ? end : next)[before], code)
      seen.add(pair)
    })
  }
  const own = (tally: Tally): number[] => pairsOf(hasWords(tally) ? tally : anywhere)
  const limit = pairLimit([...next, ...end])
  return {
    words: [...frequent],
    alone: own(alone),
    first: own(first),
    kinds,
    middle: middle.map(own),
    last: last.map(own),
    next: next.map((tally) => following(tally, limit)),
    end: end.map((tally) => following(tally, limit)),
  }
}

/** The kind of each word: 1 if it rarely ends a text of several words, plus 2 if it rarely begins one. */
function kindsOf(coded: readonly (readonly number[])[], size: number): number[] {
  const [begins, ends, all] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)]
  let words = 0
  let texts = 0
  for (const codes of coded) {
    if (codes.length < 2) continue
    texts++
    words += codes.length
    codes.forEach((code, i) => {
      if (code < 0) return
      all[code]++
      if (i === 0) begins[code]++
      if (i === codes.length - 1) ends[code]++
    })
  }
  const rare = (rarely * texts) / Math.max(1, words)
  return Array.from(all, (times, code) => (ends[code] <= rare * times ? 1 : 0) + (begins[code] <= rare * times ? 2 : 0))
}

function count(tally: Tally, code: number): void {
  tally.set(code, (tally.get(code) ?? 0) + 1)
}

function hasWords(tally: Tally): boolean {
  return [...tally.keys()].some((code) => code >= 0)
}

function pairsOf(tally: Tally): number[] {
  return [...tally]
    .filter(([code]) => code >= 0)
    .sort(([a, x], [b, y]) => y - x || a - b)
    .flat()
}

/** Minimum number of texts with a pair, so that at most `maxPairs` pairs are kept. */
function pairLimit(tallies: readonly Tally[]): number {
  const counts = tallies.flatMap((tally) => [...tally].flatMap(([code, times]) => (code >= 0 ? [times] : [])))
  const sorted = counts.filter((times) => times >= pairTexts).sort((a, b) => b - a)
  return sorted.length <= maxPairs ? pairTexts : sorted[maxPairs - 1] + 1
}

/** What follows a word: the frequent pairs, and −1 for all others together. */
function following(tally: Tally, limit: number): number[] {
  let others = 0
  const kept: Tally = new Map()
  for (const [code, times] of tally) {
    if (code >= 0 && times >= limit) kept.set(code, times)
    else others += times
  }
  return [...pairsOf(kept), ...(others > 0 ? [-1, others] : [])]
}
