/**
 * Compiles steps into one JavaScript function that writes a whole batch. The function is hot: everything is written by index
 * into one buffer, pre-rendered bytes are copied as unrolled 32-bit words (a copy may write up to three extra bytes,
 * which the next one overwrites), and nothing is allocated per record.
 *
 * Generating code from text is safe here: the source contains only words, names and integers of our own; anything the user
 * wrote (names, values, schemas) is passed as data.
 */
import { compileFunction } from 'node:vm'
import type { Vector } from '../record.js'
import { writeInt64, writeLong, writeUnscaled, writeUuid } from './binary.js'
import { sharedCode } from './shared-code.js'
import { monthDayWords, writeTimestampWords, yearWords } from './date-code.js'
import { digitCounts, digitWords } from './digit-code.js'
import { CodeEmitter } from './code-emitter.js'
import {
  lengthSize,
  seal,
  writeBase128,
  writeDateMessage,
  writeFixed64,
  writeTimestampMessage,
} from './protobuf/wire.js'
import { endWord, escapeWord } from './text-code.js'
import type { NumberMisfit, EncodeStep } from './step.js'
import { fuse } from './step.js'
import { writeCsvText, writeDate, writeDecimal, writeFixedDecimal, writeInteger, writeReal } from './text.js'

/**
 * Writes `length` records; sets `offsets` as in EncodedBatch; returns the index after the last byte. `unfit` is called for
 * a number that does not fit its step's form, and throws.
 */
export type WriteBatch = (
  b: Uint8Array,
  d: DataView,
  offsets: Int32Array,
  length: number,
  vectors: readonly Vector[],
  unfit: Unfit,
) => number

export type Unfit = (step: NumberMisfit, record: number, value: number) => never

export interface Assembled {
  readonly write: WriteBatch
  /** Maximum bytes of a record, excluding texts. */
  readonly recordSize: number
  /** The texts written, with the maximum bytes per byte of text. */
  readonly texts: readonly { readonly path: readonly number[]; readonly growth: number }[]
  /** The lists, with the maximum bytes per item excluding texts. A path is the columns of the enclosing lists, then its own. */
  readonly lists: readonly { readonly path: readonly number[]; readonly size: number }[]
}

const helpers = {
  writeLong,
  writeInt64,
  writeUnscaled,
  writeUuid,
  writeInteger,
  writeDecimal,
  writeFixedDecimal,
  writeReal,
  writeDate,
  writeTimestampWords,
  yearWords,
  digitWords,
  digitCounts,
  monthDayWords,
  writeCsvText,
  escapeWord,
  endWord,
  writeBase128,
  writeFixed64,
  writeTimestampMessage,
  writeDateMessage,
  seal,
  lengthSize,
}

export function assemble(key: readonly EncodeStep[] | null, value: readonly EncodeStep[]): Assembled {
  const source = new CodeEmitter()
  if (key !== null) for (const step of fuse(key)) source.step(step)
  source.mark()
  for (const step of fuse(value)) source.step(step)
  source.mark()
  return { write: compile(source), recordSize: source.recordSize, texts: source.texts, lists: source.lists }
}

function compile(source: CodeEmitter): WriteBatch {
  const names = Object.keys(helpers)
  const single = source.parts.length === 1
  const declarations = [...source.columns].map(([name, expression]) => ({ name, expression }))
  const data = source.data.map((_, index) => `const k${index} = k[${index}]`)
  const locals = 'let c = 0, x = 0, q = 0, e = 0, v = 0'
  // Columns are locals of the single function, or shared by the several functions of very wide records.
  const body = single
    ? [
        'return function (b, d, o, n, vectors, unfit) {',
        ...declarations.map(({ name, expression }) => `const ${name} = ${expression}`),
        `let p = 0, j = 0; ${locals}; o[0] = 0`,
        'for (let i = 0; i < n; i++) {',
        ...source.parts[0],
        '} return p }',
      ]
    : [
        'let o, unfit, j = 0',
        ...declarations.map(({ name }) => `let ${name}`),
        ...source.parts.flatMap((lines, part) => [
          `function part${part}(i, p, b, d) { ${locals}`,
          ...lines,
          'return p }',
        ]),
        'return function (b, d, offsets, n, vectors, told) {',
        'o = offsets; unfit = told; j = 0; o[0] = 0; let p = 0',
        ...declarations.map(({ name, expression }) => `${name} = ${expression}`),
        'for (let i = 0; i < n; i++) {',
        ...source.parts.map((_, part) => `p = part${part}(i, p, b, d) | 0`),
        '} return p }',
      ]
  const text = ["'use strict'", `const { ${names.join(', ')} } = helpers`, ...data, ...body].join('\n')
  return sharedCode(text, source.data, () => {
    const make = compileFunction(text, ['helpers', 'k']) as (h: object, k: unknown[]) => WriteBatch
    return make(helpers, source.data)
  })
}
