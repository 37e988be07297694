/** What the generated code copies by words is what JSON.stringify and a regular expression make of each text by itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { CodeEmitter } from '#src/encode/code-emitter.js'
import { jsonSteps } from '#src/encode/json-object.js'
import { lineEncoder } from '#src/encode/lines.js'
import { RecordWriter } from '#src/encode/record-writer.js'
import { constant } from '#src/encode/step.js'
import type { TextForm } from '#src/encode/step.js'
import type { ColumnBatch, Field } from '#src/record.js'
import { valuesOf } from '../../support/encoded.js'

const type: Field['type'] = { kind: 'string' }
const asText: Field = { name: 't', type, nullable: false, vector: 'text', plain: false }

/** The texts one after the other, and `behind` them; the vector begins in the middle of other bytes. */
function batchOf(texts: readonly string[], behind: string): ColumnBatch {
  const parts = texts.map((text) => Buffer.from(text))
  const offsets = new Int32Array(texts.length + 1)
  parts.forEach((part, i) => (offsets[i + 1] = offsets[i] + part.length))
  const bytes = Buffer.concat([Buffer.from('"'), ...parts, Buffer.from(behind), Buffer.from('"')]).subarray(1, -1)
  const vectors = [{ kind: 'text' as const, bytes, offsets, missing: undefined }]
  return { fields: [asText], start: 0, stride: 1, length: texts.length, vectors }
}

function written(format: 'json' | 'csv', texts: readonly string[], behind: string): string[] {
  return valuesOf(lineEncoder(format, [asText]).encode(batchOf(texts, behind))).map(String)
}

function expected(format: 'json' | 'csv', texts: readonly string[]): string[] {
  if (format === 'json') return texts.map((t) => `${JSON.stringify({ t })}\n`)
  return texts.map((text) => (/^$|[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"\n` : `${text}\n`))
}

const formats = ['json', 'csv'] as const
const behinds = ['', '"', '",', '"\n"', 'abcdefgh']

test('every character at every place of a short text', () => {
  const characters = [...Array.from({ length: 128 }, (_, c) => String.fromCharCode(c)), '\u0080', 'é', '€', '😀']
  const texts = characters.flatMap((character) =>
    Array.from({ length: 10 }, (_, length) =>
      Array.from({ length: length + 1 }, (_, at) => 'x'.repeat(at) + character + 'x'.repeat(length - at)),
    ).flat(),
  )
  for (const format of formats) assert.deepEqual(written(format, texts, ''), expected(format, texts))
})

test('texts of any length, wherever their bytes end', () => {
  const character = fc.constantFrom(
    'a',
    'b',
    ' ',
    '!',
    '#',
    '+',
    '-',
    '[',
    ']',
    '"',
    ',',
    '\\',
    '\r',
    '\n',
    '\u0001',
    '\u007f',
    'é',
    '€',
    '😀',
  )
  const text = fc.oneof(
    fc.string({ unit: character, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('a', ' ', 'é'), maxLength: 40 }),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...formats),
      fc.array(text, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...behinds),
      (format, texts, behind) => assert.deepEqual(written(format, texts, behind), expected(format, texts)),
    ),
    { numRuns: 1000 },
  )
})

test('unchanged texts of any length, wherever their bytes end', () => {
  const lengthOf: Partial<Record<TextForm, (length: number) => number[]>> = {
    raw: () => [],
    prefixed: (length) => (length < 64 ? [length << 1] : [((length << 1) & 127) | 128, length >> 6]),
    sized: (length) => (length < 128 ? [length] : [(length & 127) | 128, length >> 7]),
  }
  const none = Buffer.alloc(0)
  for (const [form, prefix] of Object.entries(lengthOf) as [TextForm, (length: number) => number[]][]) {
    const step = { step: 'text' as const, column: 0, form, before: none, after: none, missing: null }
    const writer = new RecordWriter({ fields: [asText], key: null, value: [constant('['), step, constant(']')] })
    // The last byte of an emoji and a DEL are as near as UTF-8 comes to a double that is none.
    const texts = Array.from({ length: 60 }, (_, n) => [...'\u007f😀\u007f\u007fé'.repeat(12)].slice(0, n).join(''))
    for (const behind of behinds) {
      const values = valuesOf(writer.write(batchOf(texts, behind))).map((value) => value.toString('latin1'))
      assert.deepEqual(
        values,
        texts.map((text) => {
          const bytes = Buffer.from(text)
          return `[${Buffer.concat([Buffer.from(prefix(bytes.length)), bytes]).toString('latin1')}]`
        }),
      )
    }
  }
})

test('a wide record is written by several functions, none of them too large for V8 to optimise soon', () => {
  const fields = Array.from({ length: 100 }, (_, n): Field => ({ ...asText, name: `column ${n}`, nullable: true }))
  const code = new CodeEmitter()
  for (const step of jsonSteps(fields)) code.step(step)
  assert.ok(code.parts.length > 1)
  for (const lines of code.parts) assert.ok(lines.join('\n').length < 10_000)
  const { length, vectors, ...batch } = batchOf(['a', 'say "b"', ''], '')
  const wide = { ...batch, fields, length, vectors: fields.map(() => vectors[0]) }
  assert.deepEqual(
    valuesOf(lineEncoder('json', fields).encode(wide)).map((line) => JSON.parse(String(line)) as unknown),
    ['a', 'say "b"', ''].map((text) => Object.fromEntries(fields.map(({ name }) => [name, text]))),
  )
})
