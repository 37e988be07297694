import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { cellsOf, tableReader } from '../../support/tables.js'

const read = tableReader()
const invalid = (message: RegExp) => ({ code: 'TABLE_INVALID', message })

test('quoted commas, quotes and newlines stay in their cell', async () => {
  const table = await read('quoted.csv', 'a,b\n"x, ""y""","line 1\nline 2"\n2,\n')
  assert.deepEqual(cellsOf(table, 'a'), ['x, "y"', '2'])
  assert.deepEqual(cellsOf(table, 'b'), ['line 1\nline 2', null])
})

test('a byte order mark and carriage returns are not data', async () => {
  const table = await read('bom.csv', '\ufeffname,n\r\nJosé,1\r\n東京,2\r\n')
  assert.deepEqual(
    table.columns.map(({ name }) => name),
    ['name', 'n'],
  )
  assert.deepEqual(cellsOf(table, 'name'), ['José', '東京'])
  assert.deepEqual(cellsOf(table, 'n'), ['1', '2'])
})

for (const [delimiter, name] of [
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['|', 'bar'],
] as const) {
  test(`cells may be separated by a ${name}`, async () => {
    const table = await read(
      `${name}.csv`,
      ['a', '"b,c"', 'd'].join(delimiter) + '\n' + ['1', '2,5', '3'].join(delimiter),
    )
    assert.deepEqual(
      table.columns.map((column) => column.name),
      ['a', 'b,c', 'd'],
    )
    assert.deepEqual(cellsOf(table, 'b,c'), ['2,5'])
    assert.equal(table.separator, delimiter)
  })
}

test('UTF-16 is found by its byte order mark, and by its zero bytes without one', async () => {
  const text = 'name,n\nZoë,1\nJosé,2\nAnna,3\n'
  const little = Buffer.from(text, 'utf16le')
  const big = Buffer.from(little).swap16()
  const bodies = [
    Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
    little,
    big,
  ]
  for (const [i, body] of bodies.entries()) {
    assert.deepEqual(cellsOf(await read(`utf16-${i}.csv`, body), 'name'), ['Zoë', 'José', 'Anna'])
  }
})

test('what is not UTF-8 is read as Windows-1252, and as --encoding says', async () => {
  const bytes = Buffer.from('city\nK\xf6ln\n', 'latin1')
  assert.deepEqual(cellsOf(await read('latin1.csv', bytes), 'city'), ['Köln'])
  assert.deepEqual(cellsOf(await read('named.csv', bytes, { encoding: 'latin1' }), 'city'), ['Köln'])
  await assert.rejects(
    read('wrong.csv', bytes, { encoding: 'utf-8' }),
    invalid(/wrong\.csv.*cannot be read.*--encoding/),
  )
  await assert.rejects(read('unknown.csv', bytes, { encoding: 'klingon' }), { code: 'USAGE', message: /klingon/ })
})

test('a .gz file is unpacked', async () => {
  assert.deepEqual(cellsOf(await read('packed.csv.gz', gzipSync('a\n1\n2\n')), 'a'), ['1', '2'])
})

test('an empty file, a header alone and an unknown format are refused by name', async () => {
  await assert.rejects(read('empty.csv', ''), invalid(/empty\.csv: the table is empty/))
  await assert.rejects(read('header.csv', 'a,b\n'), invalid(/header\.csv: the table has no rows/))
  await assert.rejects(read('table.xlsx', 'PK'), invalid(/table\.xlsx.*unknown format.*\.xlsx.*\.csv/))
})

test('a ragged row is refused with its line, its row and the column that lacks a cell', async () => {
  await assert.rejects(
    read('short.csv', 'a,b,c\n1,2,3\n4,5\n'),
    invalid(/short\.csv:3: row 2 .*found 2 cells \(column c has none\); expected 3/),
  )
  await assert.rejects(
    read('long.csv', 'a,b\n1,2\n3,4\n5,6,7\n'),
    invalid(/long\.csv:4: row 3 .*found 3 cells; expected 2/),
  )
})

test('two columns of one name and a column without a name are refused with their places', async () => {
  await assert.rejects(read('twice.csv', 'a,b,a\n1,2,3\n'), invalid(/two columns are named "a".*columns 1 and 3/))
  await assert.rejects(read('nameless.csv', 'a,,c\n1,2,3\n'), invalid(/column 2 has no name/))
})

test('a quote that is never closed is refused', async () => {
  await assert.rejects(read('open.csv', 'a,b\n1,"2\n3,4\n'), invalid(/open\.csv:\d+: the table is not valid CSV/))
})

test('a huge cell is cut, and that is said', async () => {
  const table = await read('huge.csv', `a,b\n${'x'.repeat(100_000)},1\ny,2\n`)
  assert.equal(String(cellsOf(table, 'a')[0]).length, 4096)
  assert.deepEqual(table.notes, ['1 cells were longer than 4096 characters and were truncated'])
})

test('a table larger than the limit is sampled evenly, by the seed, and says so', async () => {
  const rows = Array.from({ length: 5000 }, (_, i) => i)
  const text = `n\n${rows.join('\n')}\n`
  const table = await read('large.csv', text, { maxRows: 500 })
  assert.equal(table.rows, 500)
  assert.equal(table.sourceRows, 5000)
  assert.deepEqual(table.notes, ["trained on a random sample of 500 of the table's 5000 rows"])
  const sampled = cellsOf(table, 'n').map(Number)
  assert.equal(new Set(sampled).size, 500)
  // The mean of 500 of 0…4999 is 2499.5 ± 65: five standard errors.
  const mean = sampled.reduce((sum, value) => sum + value, 0) / 500
  assert.ok(Math.abs(mean - 2499.5) < 325, `mean ${mean}`)
  assert.deepEqual(cellsOf(await read('again.csv', text, { maxRows: 500 }), 'n').map(Number), sampled)
})

test('a row of another length is told what the header has, even if it is among the first', async () => {
  const message = /rows\.csv:3: row 2 .*found 2 cells \(column c has none\); expected 3/
  await assert.rejects(read('rows.csv', 'a,b,c\n1,2,3\n4,5\n'), invalid(message))
  await assert.rejects(read('more.csv', 'a,b\n1,2,3\n'), invalid(/more\.csv:2: row 1 .*found 3 cells; expected 2/))
})
