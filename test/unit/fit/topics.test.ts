import assert from 'node:assert/strict'
import { test } from 'node:test'
import { phrasesOf } from '#src/fit/columns/phrases.js'
import { planColumns, type LearnedColumn } from '#src/fit/columns/plan.js'
import { topicsOf } from '#src/fit/columns/topics.js'
import { TrainingRandom } from '#src/fit/random.js'
import type { WordTopics } from '#src/model/artifact.js'
import { tableOf } from '../../support/tables.js'

const random = new TrainingRandom(31)
const one = <T>(items: readonly T[]): T => items[random.below(items.length)]
const departments = ['Sales', 'Legal', 'Data', 'Care']
const rows = Array.from({ length: 800 }, (_, i) => {
  const department = one(departments)
  const title = `${one(['Senior', 'Junior', 'Lead'])} ${department} ${one(['Manager', 'Analyst'])} number ${i}`
  return { department, title, floor: one(['first', 'second', 'third']) }
})

function topics(columns: readonly ('department' | 'floor')[]): { topics: WordTopics | null; words: readonly string[] } {
  const table = tableOf(
    Object.fromEntries((['title', ...columns] as const).map((name) => [name, rows.map((row) => row[name])])),
  )
  const learned = planColumns(table).filter((column): column is LearnedColumn => column.place === 'learned')
  const [raw] = table.columns
  const { words, coded } = phrasesOf(
    raw.values.map((text, code) => ({ text: String(text), count: raw.counts[code] })),
    1,
  )
  return { topics: topicsOf(raw, coded, words!.words.length, learned), words: words!.words }
}

test('the category that words follow is found, and which words rarely come with each value', () => {
  const { topics: found, words } = topics(['floor', 'department'])
  assert.equal(found?.column, 'department')
  found.values.forEach((value, topic) => {
    const rare = found.shares[topic].filter((_, i) => i % 2 === 0).map((word) => words[word])
    assert.deepEqual(rare.sort(), departments.filter((other) => other !== value).sort())
  })
})

test('a category that the words do not depend on is none', () => {
  assert.equal(topics(['floor']).topics, null)
})
