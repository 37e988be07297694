import type { ArtifactColumn, ColumnOrigin, WordModel, WordTopics } from '../artifact.js'
import { wordedForm } from '../generated/worded.js'
import { checkForms, textsOf } from './filled.js'
import type { ModelFile } from './model-file.js'

/** Checks that the form column is a learned one, and that there are words for every position of its forms. */
export function checkWorded(
  column: ArtifactColumn,
  { form, words, topics }: Extract<ColumnOrigin, { from: 'worded' }>,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  checkForms(column, form, `${path}.form`, byName, file, (value) => {
    const found = typeof value === 'string' ? wordedForm(value) : undefined
    if (found === undefined)
      file.invalid(`${path}.form`, 'one of its values is not a form', value, 'a number of words, or = and a text')
    if ('count' in found) checkPositions(words, found.count, `${path}.words`, file)
  })
  checkWords(words, `${path}.words`, file)
  if (topics !== undefined) checkTopics(topics, words, `${path}.topics`, byName, file)
}

function checkTopics(
  { column, values, shares }: WordTopics,
  { words }: WordModel,
  path: string,
  byName: ReadonlyMap<string, ArtifactColumn>,
  file: ModelFile,
): void {
  textsOf(column, `${path}.column`, byName, file)
  if (values.length !== shares.length)
    file.invalid(`${path}.shares`, 'not a list for each value', shares.length, `${values.length}`)
  shares.forEach((pairs, index) => {
    for (let i = 0; i < pairs.length; i += 2) {
      const [word, share] = [pairs[i], pairs[i + 1]]
      if (!Number.isInteger(word) || word < 0 || word >= words.length || !(share >= 0 && share <= 100))
        file.invalid(`${path}.shares[${index}]`, 'not a word and a percentage', [word, share], 'an index and 0 to 100')
    }
  })
}

function checkPositions(words: WordModel, count: number, path: string, file: ModelFile): void {
  const lists = {
    ...(count === 1 ? { alone: [words.alone] } : { first: [words.first], last: words.last }),
    ...(count > 2 && { middle: words.middle }),
  }
  for (const [key, needed] of Object.entries(lists))
    if (needed.length === 0 || needed.some((pairs) => pairs.length === 0))
      file.invalid(`${path}.${key}`, 'no words for a text of this length', `${count} words`, 'words')
}

/** In `next` and `end`, −1 means any word of the position. */
function checkWords(model: WordModel, path: string, file: ModelFile): void {
  const { words, alone, first, kinds, middle, last, next, end } = model
  const check = (pairs: readonly number[], least: number, at: string): void => {
    for (let i = 0; i < pairs.length; i += 2) {
      const [word, weight] = [pairs[i], pairs[i + 1]]
      if (!Number.isInteger(word) || word < least || word >= words.length)
        file.invalid(at, 'unknown word', word, `the index of one of the ${words.length} words`)
      if (!(weight > 0 && weight < 2 ** 53)) file.invalid(at, 'not a weight', weight, 'a number above 0')
    }
  }
  const isKind = (kind: number): boolean => middle[kind] !== undefined && last[kind] !== undefined
  if (kinds.length !== words.length || !kinds.every(isKind))
    file.invalid(
      `${path}.kinds`,
      'not a kind for each word',
      kinds.length,
      `${words.length} indexes of middle and last`,
    )
  if (next.length !== words.length || end.length !== words.length)
    file.invalid(
      `${path}.next`,
      'not a list for each word',
      `${next.length} and ${end.length}`,
      `${words.length} lists each`,
    )
  check(alone, 0, `${path}.alone`)
  check(first, 0, `${path}.first`)
  for (const [key, lists] of Object.entries({ middle, last }))
    lists.forEach((pairs, kind) => check(pairs, 0, `${path}.${key}[${kind}]`))
  for (const [key, lists] of Object.entries({ next, end }))
    lists.forEach((pairs, word) => check(pairs, -1, `${path}.${key}[${word}]`))
}
