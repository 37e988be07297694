import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readTable } from '#src/fit/table/read.js'
import { cellsOf, tableReader } from '../../support/tables.js'

const read = tableReader()
const invalid = (message: RegExp) => ({ code: 'TABLE_INVALID', message })

test('an array of objects is a table; a key that an object lacks is missing', async () => {
  const table = await read('array.json', '[{"a": 1, "b": "x, ]}"}, {"b": null, "c": true},\n {"a": 2.5}]')
  assert.deepEqual(cellsOf(table, 'a'), [1, null, 2.5])
  assert.deepEqual(cellsOf(table, 'b'), ['x, ]}', null, null])
  assert.deepEqual(cellsOf(table, 'c'), [null, true, null])
})

test('JSON lines are told from an array by looking', async () => {
  const table = await read('lines.json', '{"a": "1"}\r\n\n{"a": "two\\n\\"quoted\\""}\n')
  assert.deepEqual(cellsOf(table, 'a'), ['1', 'two\n"quoted"'])
  assert.deepEqual(cellsOf(await read('lines.jsonl', '{"a":1}\n{"a":2}'), 'a'), [1, 2])
})

test('nested values become their JSON text', async () => {
  const table = await read('nested.json', '[{"a": {"b": [1, 2]}, "c": []}]')
  assert.deepEqual(cellsOf(table, 'a'), ['{"b":[1,2]}'])
  assert.deepEqual(cellsOf(table, 'c'), ['[]'])
})

test('integers of more digits than a double can hold are texts with all of them, and that is said', async () => {
  const table = await read('ids.jsonl', '{"id": 79203948573920391, "n": 3}\n{"id": 79203948573920393, "n": 4}')
  assert.deepEqual(cellsOf(table, 'id'), ['79203948573920391', '79203948573920393'])
  assert.deepEqual(cellsOf(table, 'n'), [3, 4])
  assert.match(table.notes.join(), /2 integers have more digits than a double can hold/)
  const nested = await read('nested.json', '[{"a": {"id": 79203948573920391, "t": "\\"79203948573920391"}}]')
  assert.deepEqual(cellsOf(nested, 'a'), ['{"id":79203948573920391,"t":"\\"79203948573920391"}'])
})

test('records inside one object are found by looking, and the key is named', async () => {
  const table = await read('page.json', '{"status": "ok", "data": [{"a": 1}, {"a": 2}], "tags": ["x"]}')
  assert.deepEqual(cellsOf(table, 'a'), [1, 2])
  assert.match(table.notes.join(), /whose key data holds the records; its other keys \(status, tags\) are ignored/)
  const deep = await read('deep.json', '{"result": {"items": [{"a": 1}, {"a": 5}]}}')
  assert.deepEqual(cellsOf(deep, 'a'), [1, 5])
  assert.match(deep.notes.join(), /whose key result.items holds the records/)
})

test('one object with several lists of records is refused, with their keys', async () => {
  await assert.rejects(
    read('two.json', '{"users": [{"a": 1}], "orders": [{"b": 2}, {"b": 3}]}'),
    invalid(/several lists of records; found users \(1\), orders \(2\)/),
  )
})

test('a list of objects in JSON lines is a column', async () => {
  const table = await read('orders.jsonl', '{"n": 1, "items": [{"a": 1}]}\n{"n": 2, "items": []}')
  assert.deepEqual(cellsOf(table, 'items'), ['[{"a":1}]', '[]'])
})

test('whatever JSON.stringify writes of rows is read back, in one line or indented', async () => {
  const cell = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  )
  const rows = fc.array(fc.record({ first: cell, second: cell }), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(0, 2), async (given, indent) => {
      const table = await read('law.json', JSON.stringify(given, null, indent))
      // JSON writes minus zero as 0.
      const plain = JSON.parse(JSON.stringify(given)) as typeof given
      assert.deepEqual(
        cellsOf(table, 'first'),
        plain.map((row) => row.first),
      )
      assert.deepEqual(
        cellsOf(table, 'second'),
        plain.map((row) => row.second),
      )
    }),
    { numRuns: 100 },
  )
})

test('what is not a table of objects is refused with its row', async () => {
  await assert.rejects(read('numbers.json', '[1, 2]'), invalid(/row 1 is not an object; found 1;/))
  await assert.rejects(read('mixed.json', '[{"a":1}, [2]]'), invalid(/row 2 is not an object; found \[2\]/))
  await assert.rejects(read('broken.json', '[{"a":1}, {"a":}]'), invalid(/broken\.json: row 2 is not valid JSON/))
  await assert.rejects(read('cut.json', '[{"a":1}, {"a":2'), invalid(/row 2 is not valid JSON/))
  await assert.rejects(read('open.json', '[{"a":1}, {"a":2}'), invalid(/the JSON array is incomplete/))
  await assert.rejects(read('none.json', '[]'), invalid(/no columns/))
})

test('a Parquet file is read with its types, its nulls and all of its row groups', async () => {
  const table = await readTable('test/fixtures/small.parquet', { maxRows: 100, seed: 1 })
  assert.equal(table.rows, 40)
  assert.equal(table.typed, true)
  assert.deepEqual(cellsOf(table, 'id').slice(0, 3), [1, 2, 3])
  assert.deepEqual(cellsOf(table, 'city').slice(0, 4), ['Zürich', 'Oslo', '東京', null])
  assert.deepEqual(cellsOf(table, 'price').slice(38), [57, 58.5])
  assert.deepEqual(cellsOf(table, 'active').slice(0, 2), [true, false])
  assert.deepEqual(cellsOf(table, 'seen')[1], '2024-01-01T01:00:00.000')
  assert.deepEqual(cellsOf(table, 'tags')[1], '{"a":1}')
})

test('a Parquet file that is cut is refused', async () => {
  await assert.rejects(
    read('cut.parquet', 'PAR1 and nothing else'),
    invalid(/cut\.parquet: the Parquet file cannot be read/),
  )
})

test('a file that is not there is refused by name', async () => {
  await assert.rejects(
    readTable('/nowhere/table.csv', { maxRows: 1, seed: 1 }),
    invalid(/\/nowhere\/table\.csv: no such file/),
  )
})
