import type { WordTopics } from '../../model/artifact.js'
import type { RawColumn } from '../table/table.js'
import type { LearnedColumn } from './plan.js'

/** A column of more values would need more rows than tables have. */
const maxValues = 40
/** Values with fewer texts prove nothing about their words. */
const minTexts = 20
/** The words that depend most on the column. */
const maxWords = 400
/** A word depends on a column if its log-likelihood ratio (Dunning 1993) is this many times what chance gives. */
const timesChance = 4
/** The words of a column depend on another one if that saves this many nats for each text. */
const minGain = 0.1
/** A word that is at least this frequent, compared with the value where it is most frequent, is left alone. */
const hardly = 0.8

/**
 * The category that the words of a column follow most, such as the department for job titles, and how often each word comes with each of its
 * values; null: none. `wordsOf`: the frequent words of each distinct text, by index; null: the text is kept or missing.
 */
export function topicsOf(
  { codes }: RawColumn,
  wordsOf: readonly (readonly number[] | null)[],
  words: number,
  learned: readonly LearnedColumn[],
): WordTopics | null {
  const distinct = wordsOf.map((found) => found && [...new Set(found)].filter((word) => word >= 0))
  let best: { gain: number; topics: WordTopics } | null = null
  for (const column of learned) {
    const { held, kind, type } = column.learned
    if (kind !== 'category' || type.kind !== 'string') continue
    const values = [...new Set(held)].filter((value) => typeof value === 'string')
    if (values.length < 2 || values.length > maxValues) continue
    const index = new Map(values.map((value, i) => [value, i]))
    const topicOf = held.map((value) => (typeof value === 'string' ? index.get(value)! : -1))
    const texts = new Float64Array(values.length)
    const counts = Array.from(values, () => new Float64Array(words))
    for (let row = 0; row < codes.length; row++) {
      const topic = topicOf[column.raw.codes[row]]
      const found = distinct[codes[row]]
      if (topic < 0 || found === null) continue
      texts[topic]++
      for (const word of found) counts[topic][word]++
    }
    const { gain, following } = dependent(texts, counts, words)
    if (gain < minGain || gain <= (best?.gain ?? 0)) continue
    best = { gain, topics: { column: column.name, values, shares: sharesOf(texts, counts, following) } }
  }
  return best?.topics ?? null
}

/** The words that depend on the topic, and the nats per text that knowing it saves. */
function dependent(
  texts: Float64Array,
  counts: readonly Float64Array[],
  words: number,
): { gain: number; following: number[] } {
  const total = texts.reduce((sum, count) => sum + count, 0)
  const scores: { word: number; score: number }[] = []
  for (let word = 0; word < words; word++) {
    const having = counts.reduce((sum, each) => sum + each[word], 0)
    let score = 0
    counts.forEach((each, topic) => {
      for (const [n, all] of [
        [each[word], having],
        [texts[topic] - each[word], total - having],
      ])
        if (n > 0) score += 2 * n * Math.log((n * total) / (texts[topic] * all))
    })
    if (score > timesChance * counts.length) scores.push({ word, score })
  }
  const most = scores.sort((a, b) => b.score - a.score || a.word - b.word).slice(0, maxWords)
  const gain = most.reduce((sum, { score }) => sum + score / 2, 0) / Math.max(1, total)
  return { gain, following: most.map(({ word }) => word).sort((a, b) => a - b) }
}

/** For each value the words that are rarer with it than elsewhere, with the percentage of their largest share. */
function sharesOf(texts: Float64Array, counts: readonly Float64Array[], following: readonly number[]): number[][] {
  const known = [...texts.keys()].filter((topic) => texts[topic] >= minTexts)
  return [...texts.keys()].map((topic) => {
    if (!known.includes(topic)) return []
    return following.flatMap((word) => {
      const rate = (of: number): number => counts[of][word] / texts[of]
      const highest = known.reduce((most, of) => Math.max(most, rate(of)), 0)
      const share = highest === 0 ? 1 : rate(topic) / highest
      return share < hardly ? [word, Math.round(100 * share)] : []
    })
  })
}
