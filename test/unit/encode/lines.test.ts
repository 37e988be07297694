import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import * as fc from 'fast-check'
import { lineEncoder } from '#src/encode/lines.js'
import { sampleBatches } from '../../support/batches.js'
import { valuesOf } from '../../support/encoded.js'

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

test('CSV reads back as the rows as text, and a missing value is told from an empty one', () => {
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
