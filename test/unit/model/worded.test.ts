import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelArtifact, WordModel, WordTopics } from '#src/model/artifact.js'
import { writeModel } from '#src/model/artifact-write.js'
import { encodeTable } from '#src/model/table.js'
import { parseModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import { GenesisError } from '#src/errors.js'
import type { Value } from '#src/record.js'

const words: WordModel = {
  words: ['The', 'river', 'of', 'night', 'the', 'Ōkami'],
  alone: [5, 1],
  first: [0, 3, 1, 1],
  kinds: [1, 0, 1, 0, 1, 0],
  middle: [
    [2, 1],
    [1, 1, 3, 1],
  ],
  last: [
    [3, 1],
    [3, 2, 1, 1],
  ],
  next: [[1, 1], [2, 1], [4, 1, -1, 1], [], [1, 1], []],
  end: [[1, 1], [3, 1], [3, 1], [], [3, 1], []],
}
const forms = ['=As it is, always', '1', '2', '5', null] as const

function artifact(model: Partial<WordModel> = {}, alphabet: readonly (string | null)[] = forms): ModelArtifact {
  return {
    ...{ format: 'genesis-model', version: 4, name: 'titles', report: null },
    columns: [
      {
        name: 'title',
        type: { kind: 'string' },
        nullable: true,
        source: { from: 'worded', form: 'title.form', words: { ...words, ...model } },
      },
      {
        name: 'title.form',
        type: { kind: 'string' },
        nullable: true,
        hidden: true,
        source: { from: 'circuit', node: 0, alphabet: [...alphabet] },
      },
    ],
    circuit: {
      ...{ states: 1, parent: [-1], prior: encodeTable(Float32Array.of(1)), transitions: [''] },
      emissions: [encodeTable(new Float32Array(alphabet.length).fill(1 / alphabet.length))],
    },
  }
}

function titles(from: number, count: number, conditions?: unknown): Value[] {
  const generator = openGenerator(parseModel(Buffer.from(writeModel(artifact())), 'titles'), { seed: 5, conditions })
  generator.start(from)
  return toRows(generator.generate(count)).map((row) => (row as Record<string, Value>).title)
}

test('texts are kept, missing, or of as many words as their form says', () => {
  const counts = new Map<number | null | string, number>()
  for (const title of titles(0, 4000)) {
    const key = title === null || title === 'As it is, always' ? title : String(title).split(' ').length
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  assert.deepEqual(new Set(counts.keys()), new Set([null, 'As it is, always', 1, 2, 5]))
  for (const count of counts.values()) assert.ok(Math.abs(count / 4000 - 0.2) < 0.03)
})

test('a word follows another only if the model has the pair, or any word of its kind may', () => {
  const { words: list, next, end, kinds, middle, last } = words
  const follows = (word: number, isLast: boolean): number[] => {
    const pairs = (isLast ? end : next)[word].filter((_, i) => i % 2 === 0)
    return [...pairs, ...(isLast ? last : middle)[kinds[word]].filter((_, i) => i % 2 === 0)]
  }
  for (const title of titles(0, 3000)) {
    if (title === null || title === 'As it is, always') continue
    const codes = String(title)
      .split(' ')
      .map((word) => list.indexOf(word))
    if (codes.length > 1) assert.ok([0, 1].includes(codes[0]))
    for (let i = 1; i < codes.length; i++)
      assert.ok(follows(codes[i - 1], i === codes.length - 1).includes(codes[i]), String(title))
  }
})

test('a text depends on its position alone', () => {
  assert.deepEqual(titles(700, 300), titles(0, 1000).slice(700))
})

test('conditions on the form choose the texts', () => {
  assert.deepEqual(new Set(titles(0, 100, { 'title.form': '=As it is, always' })), new Set(['As it is, always']))
})

/** A second node, `place`, where no text has a river at night. */
function withTopics(topics: Partial<WordTopics> = {}): ModelArtifact {
  const model = artifact({}, ['3'])
  const given: WordTopics = { column: 'place', values: ['night', 'day'], shares: [[1, 0], []], ...topics }
  const [title, ...others] = model.columns
  const half = encodeTable(Float32Array.of(0.5, 0.5))
  return {
    ...model,
    columns: [
      { ...title, source: { from: 'worded', form: 'title.form', words, topics: given } },
      ...others,
      {
        name: 'place',
        type: { kind: 'string' },
        nullable: false,
        source: { from: 'circuit', node: 1, alphabet: ['day', 'night'] },
      },
    ],
    circuit: {
      ...model.circuit!,
      parent: [-1, 0],
      transitions: ['', encodeTable(Float32Array.of(1))],
      emissions: [...model.circuit!.emissions, half],
    },
  }
}

test('words of weight 0 with a value of the topic are not drawn with it', () => {
  const generator = openGenerator(parseModel(Buffer.from(writeModel(withTopics())), 'titles'), { seed: 5 })
  const rows = toRows(generator.generate(2000)) as Record<string, Value>[]
  const having = (place: string, word: string): number =>
    rows.filter((row) => row.place === place && String(row.title).split(' ').slice(0, 2).includes(word)).length
  assert.ok(having('day', 'river') > 100)
  assert.equal(having('night', 'river'), 0)
})

const wrong: readonly [string, ModelArtifact, RegExp][] = [
  ['a topic that is no column', withTopics({ column: 'plaice' }), /topics\.column: not a learned column/],
  ['a value without shares', withTopics({ shares: [[]] }), /topics\.shares: not a list for each value/],
  ['a share above 100', withTopics({ shares: [[1, 101], []] }), /topics\.shares\[0\]: not a word and a percentage/],
  ['a form that is none', artifact({}, ['two']), /words|form; found "two"/],
  ['more words than a text has', artifact({}, ['41']), /found "41"/],
  ['an unknown word', artifact({ first: [6, 1] }), /words\.first: unknown word; found 6/],
  ['a weight of 0', artifact({ alone: [5, 0] }), /words\.alone: not a weight/],
  ['no words in the middle', artifact({ middle: [[2, 1], []] }), /words\.middle: no words/],
  ['words without followers', artifact({ next: [] }), /words\.next: not a list for each word/],
  ['a kind that does not exist', artifact({ kinds: [2, 0, 1, 0, 1, 0] }), /words\.kinds/],
  ['half a pair', artifact({ first: [0] }), /words\.first: not pairs/],
]
for (const [name, model, message] of wrong) {
  test(`a model with ${name} is refused`, () => {
    assert.throws(
      () => parseModel(Buffer.from(writeModel(model)), 'titles'),
      (error) => error instanceof GenesisError && error.code === 'MODEL_INVALID' && message.test(error.message),
    )
  })
}
