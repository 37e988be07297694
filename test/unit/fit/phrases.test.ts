import assert from 'node:assert/strict'
import { test } from 'node:test'
import { phrasesOf, type Counted } from '#src/fit/columns/phrases.js'
import { TrainingRandom } from '#src/fit/random.js'

const random = new TrainingRandom(11)
const one = <T>(items: readonly T[]): T => items[random.below(items.length)]
const nouns = ['River', 'House', 'Night', 'Star', 'Garden', 'Storm', 'City', 'Train', 'Winter', 'King', 'Road', 'Game']
const titles = (count: number): Counted[] =>
  Array.from({ length: count }, (_, i) => {
    const made = [`The ${one(nouns)} of the ${one(nouns)}`, `${one(nouns)} and ${one(nouns)}`, `My ${one(nouns)} ${i}`]
    return { text: `${one(made)}${i % 3 === 0 ? `: Unique${i}` : ''}`, count: 1 }
  })

test('texts that at least five rows have are kept, others are their number of words', () => {
  const { forms } = phrasesOf(
    [
      { text: 'Software Engineer', count: 5 },
      { text: 'Head of Nothing', count: 4 },
    ],
    1,
  )
  assert.deepEqual(forms, ['=Software Engineer', '3'])
  assert.deepEqual(phrasesOf([{ text: 'Software Engineer', count: 5 }], 6).forms, ['2'])
})

test('no word and no pair of words that few rows have is in the model', () => {
  const texts = [...titles(400), { text: 'The Zebrafish of the King', count: 1 }]
  const { words } = phrasesOf(texts, 1)
  assert.ok(words !== null)
  const rows = (word: string): number =>
    texts.filter(({ text }) => text.split(/[ :]+/).includes(word.replace(':', ''))).length
  for (const word of words.words) assert.ok(rows(word) >= 5, word)
  assert.ok(!words.words.some((word) => /Unique|Zebra/.test(word)))
  words.next.forEach((pairs, word) => {
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] < 0) continue
      const pair = `${words.words[word]} ${words.words[pairs[i]]}`
      assert.ok(texts.filter(({ text }) => text.includes(pair)).length >= 3, pair)
    }
  })
})

test('words that rarely end a text are told from those that often do', () => {
  const { words } = phrasesOf(titles(400), 1)
  const kind = (word: string): number => words!.kinds[words!.words.indexOf(word)]
  assert.equal(kind('of') & 1, 1)
  assert.equal(kind('The') & 1, 1)
  assert.equal(kind('River') & 1, 0)
  assert.equal(kind('of') & 2, 2)
})

test('of texts whose words are all rare, nothing is kept', () => {
  const texts = Array.from({ length: 300 }, (_, i) => ({ text: `word${i} other${i * 7} thing${i * 13}`, count: 1 }))
  assert.equal(phrasesOf(texts, 1).words, null)
})

test('texts in brackets keep them, and brackets around several words do not stay open', () => {
  const texts = Array.from({ length: 60 }, (_, i) => ({
    text: `Plan ${nouns[i % 12]} (draft) (of ${nouns[i % 7]} two)`,
    count: 1,
  }))
  const { words } = phrasesOf(texts, 1)
  assert.ok(words!.words.includes('(draft)'))
  for (const word of words!.words) assert.ok(word === '(draft)' || !/[()]/.test(word), word)
})

test('a pair that one text repeats is no frequent pair', () => {
  const texts = [...titles(400), { text: 'River Storm River Storm River Storm River Storm River King', count: 1 }]
  const { words } = phrasesOf(texts, 1)
  const [river, storm] = ['River', 'Storm'].map((word) => words!.words.indexOf(word))
  const follows = words!.next[river].filter((_, i) => i % 2 === 0)
  assert.ok(!follows.includes(storm))
})
