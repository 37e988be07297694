import type { WordModel } from '../../model/artifact.js'

/** Meaningless words, which replace words that few rows have. */
export const vocabulary: readonly string[] = (
  'lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua ' +
  'enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in ' +
  'reprehenderit voluptate velit esse cillum fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt culpa ' +
  'qui officia deserunt mollit anim id est laborum'
).split(' ')

const small = vocabulary.flatMap((_, word) => [word, 1])
const large = vocabulary.flatMap((_, word) => [vocabulary.length + word, 1])

/** These words; the first word of a text is capitalised. */
export const placeholderWords: WordModel = {
  words: [...vocabulary, ...vocabulary.map((word) => word.charAt(0).toUpperCase() + word.slice(1))],
  ...{ alone: large, first: large, middle: [small], last: [small] },
  kinds: [...vocabulary, ...vocabulary].map(() => 0),
  next: [...vocabulary, ...vocabulary].map(() => []),
  end: [...vocabulary, ...vocabulary].map(() => []),
}
