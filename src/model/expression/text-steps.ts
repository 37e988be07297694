/**
 * Operations on blocks of texts. Functions of columns with codes are computed once per distinct text; only concatenations and functions
 * of columns without codes are computed row by row.
 */
import { blockRows } from '../random/block-words.js'
import type { TextInput } from './input.js'
import type { NumberStep, TextStep } from './step.js'

type Texts = (string | null)[]

export function textConstantStep(text: string | null): TextStep {
  const codes = new Uint16Array(0)
  const block = new Array<string | null>(blockRows).fill(text)
  return { kind: 'text', block, coded: { codes, texts: [text] }, run: () => undefined }
}

export function textColumnStep({ at, coded }: TextInput): TextStep {
  const block: Texts = new Array<string | null>(blockRows).fill(null)
  if (coded === null) {
    return {
      ...{ kind: 'text', block, coded },
      run(from, count) {
        for (let i = 0; i < count; i++) block[i] = at(from + i)
      },
    }
  }
  const { codes, texts } = coded
  return {
    ...{ kind: 'text', block, coded },
    run(from, count) {
      for (let i = 0; i < count; i++) block[i] = texts[codes[from + i]]
    },
  }
}

/** Maps a text to a text. */
export function mappedStep(part: TextStep, map: (text: string) => string): TextStep {
  const mapped = (text: string | null): string | null => (text === null ? null : map(text))
  if (part.coded !== null) {
    const texts = part.coded.texts.map(mapped)
    if (isConstant(part)) return textConstantStep(texts[0])
    const { codes } = part.coded
    return textColumnStep({ kind: 'text', at: (row) => texts[codes[row]], coded: { codes, texts } })
  }
  const block: Texts = new Array<string | null>(blockRows).fill(null)
  return {
    ...{ kind: 'text', block, coded: null },
    run(from, count) {
      part.run(from, count)
      for (let i = 0; i < count; i++) block[i] = mapped(part.block[i])
    },
  }
}

/** Maps two texts to a number: whether they are equal, or one begins with the other. */
export function testStep(left: TextStep, right: TextStep, test: (a: string, b: string) => number): NumberStep {
  const block = new Float64Array(blockRows)
  const tested = (a: string | null, b: string | null): number => (a === null || b === null ? NaN : test(a, b))
  const [one, other] = isConstant(left) ? [right, left] : [left, right]
  if (one.coded !== null && !isConstant(one) && isConstant(other)) {
    const { codes, texts } = one.coded
    const text = other.block[0]
    const table = Float64Array.from(texts, (each) => (one === left ? tested(each, text) : tested(text, each)))
    return {
      ...{ kind: 'number', scale: 0, block },
      run(from, count) {
        for (let i = 0; i < count; i++) block[i] = table[codes[from + i]]
      },
    }
  }
  return {
    ...{ kind: 'number', scale: 0, block },
    run(from, count) {
      left.run(from, count)
      right.run(from, count)
      for (let i = 0; i < count; i++) block[i] = tested(left.block[i], right.block[i])
    },
  }
}

export function concatStep(parts: readonly TextStep[]): TextStep {
  const block: Texts = new Array<string | null>(blockRows).fill(null)
  return {
    ...{ kind: 'text', block, coded: null },
    run(from, count) {
      for (const part of parts) part.run(from, count)
      for (let i = 0; i < count; i++) {
        let text: string | null = ''
        for (const part of parts) {
          const next: string | null = part.block[i]
          text = text === null || next === null ? null : text + next
        }
        block[i] = text
      }
    },
  }
}

function isConstant({ coded }: TextStep): boolean {
  return coded?.codes.length === 0
}
