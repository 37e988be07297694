import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { lineEncoder } from '#src/encode/lines.js'
import type { Field } from '#src/record.js'
import { sampleBatches } from '../../support/batches.js'
import { valuesOf } from '../../support/encoded.js'
import { batchOf } from '../../support/layouts.js'

const anyName = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((name) => name !== '__proto__')

test('a JSON line reads back as the row, and its members are in the order of the layout', () => {
  fc.assert(
    fc.property(sampleBatches({ names: anyName }), ({ batch, rows }) => {
      const names = batch.fields.map(({ name }) => name)
      const lines = valuesOf(lineEncoder('json', batch.fields).encode(batch)).map(String)
      assert.deepEqual(
        lines.map((line) => JSON.parse(line) as unknown),
        rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value]))),
      )
      for (const line of lines) {
        assert.equal(line.at(-1), '\n')
        assert.equal(line.indexOf('\n'), line.length - 1)
      }
    }),
  )
})

test('texts of every length are written as JSON.stringify does, wherever their bytes end', () => {
  const character = fc.constantFrom('a', ' ', '"', '\\', '\n', '\u0001', '\u007f', 'é', '€', '😀')
  const texts = fc.array(fc.string({ unit: character, maxLength: 12 }), { minLength: 1, maxLength: 6 })
  const field: Field = { name: 't', type: { kind: 'string' }, nullable: false, vector: 'text', plain: false }
  fc.assert(
    fc.property(texts, fc.nat(5), (values, spare) => {
      const parts = values.map((value) => Buffer.from(value))
      // What follows the last text must not matter.
      const bytes = Buffer.concat([...parts, Buffer.from('"\n"\n"').subarray(0, spare)])
      const offsets = Int32Array.from([0, ...parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length)])
      const batch = { fields: [field], start: 0, stride: 1, length: values.length }
      const vectors = [{ kind: 'text' as const, bytes, offsets, missing: undefined }]
      const lines = valuesOf(lineEncoder('json', [field]).encode({ ...batch, vectors })).map(String)
      assert.deepEqual(
        lines,
        values.map((t) => `${JSON.stringify({ t })}\n`),
      )
    }),
  )
})

test('CSV reads back as the rows as text, and a missing value differs from an empty one', () => {
  fc.assert(
    fc.property(sampleBatches({ names: anyName }), ({ batch, rows }) => {
      const encoder = lineEncoder('csv', batch.fields)
      const file = Buffer.concat([encoder.header(), ...valuesOf(encoder.encode(batch))])
      const cast = (value: string, { quoting }: { quoting: boolean }): string | null =>
        value === '' && !quoting ? null : value
      const [header, ...read] = parse(file, { cast, relax_column_count: false }) as (string | null)[][]
      assert.deepEqual(
        header,
        batch.fields.map(({ name }) => name),
      )
      assert.equal(read.length, rows.length)
      for (const [i, row] of rows.entries()) {
        for (const [column, value] of row.entries()) {
          const cell = read[i][column]
          if (typeof value === 'number') assert.equal(Number(cell), value)
          else assert.equal(cell, value === null ? null : String(value))
        }
      }
    }),
  )
})

const months = 'Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez'.split(' ')
const spelledFields: Field[] = [
  {
    name: 'day',
    type: { kind: 'date', spelling: { pattern: 'd. MMM, yyyy', months } },
    nullable: true,
    vector: 'number',
  },
  { name: 'at', type: { kind: 'timestamp', local: true }, nullable: false, vector: 'number' },
  {
    name: 'call',
    type: { kind: 'timestamp', spelling: { pattern: "yyyy-MM-dd HH:mm 'CET'", offsetMinutes: 60 } },
    nullable: false,
    vector: 'number',
  },
  {
    name: 'opens',
    type: { kind: 'time', spelling: { pattern: 'h:mm a', halves: ['AM', 'PM'] } },
    nullable: false,
    vector: 'number',
  },
]

test('dates and times have the spelling of their column', () => {
  const batch = batchOf(spelledFields, [19_783, 1_709_217_000_000, 1_709_217_000_000, 45_000_000], [null, -1, 0, 0])
  const lines = (format: 'json' | 'csv'): string[] =>
    valuesOf(lineEncoder(format, spelledFields).encode(batch)).map(String)
  assert.deepEqual(
    lines('json').map((line) => JSON.parse(line) as unknown),
    [
      { day: '1. Mär, 2024', at: '2024-02-29T14:30:00.000', call: '2024-02-29 15:30 CET', opens: '12:30 PM' },
      { day: null, at: '1969-12-31T23:59:59.999', call: '1970-01-01 01:00 CET', opens: '12:00 AM' },
    ],
  )
  assert.deepEqual(lines('csv'), [
    '"1. Mär, 2024",2024-02-29T14:30:00.000,2024-02-29 15:30 CET,12:30 PM\n',
    ',1969-12-31T23:59:59.999,1970-01-01 01:00 CET,12:00 AM\n',
  ])
})

test('spelled dates with a comma are quoted in CSV where all values are known, too', () => {
  const fields: Field[] = [{ ...spelledFields[0], vector: 'dictionary', dictionary: [19_783, null] }]
  const batch = batchOf(fields, [19_783], [null])
  assert.deepEqual(valuesOf(lineEncoder('csv', fields).encode(batch)).map(String), ['"1. Mär, 2024"\n', '\n'])
})
