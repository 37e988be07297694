import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'
import { createEncoder } from '#src/encode/create.js'
import type { Field, Value } from '#src/record.js'
import { encodedConnector, keysOf, valuesOf } from '../../support/encoded.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'

const fields = [drawn('id', 'integer'), text('line'), known('level', 'string', ['INFO', null])]

async function recordsOf(
  column: string | null,
  layout: readonly Field[],
  rows: readonly Value[][],
): Promise<[string, string][]> {
  const connector = encodedConnector({ format: 'string', column }, { key: layout.length > 1 ? 'id' : null })
  const encoder = createEncoder(connector, null)(layout)
  await encoder.prepare()
  const batch = encoder.encode(batchOf(layout, ...rows))
  const keys = batch.hasKeys ? keysOf(batch).map(String) : rows.map(() => '')
  return valuesOf(batch).map((value, i) => [keys[i], value.toString()])
}

test('a value of format string is the text of its column, and others are there for the key', async () => {
  const rows = [
    [1, 'GET "/" 200', 'INFO'],
    [2, 'ü', 'INFO'],
  ]
  assert.deepEqual(await recordsOf('line', fields, rows), [
    ['1', 'GET "/" 200'],
    ['2', 'ü'],
  ])
})

test('without a name it is the only column, whatever its type', async () => {
  const decimal = drawn('n', 'decimal2')
  assert.deepEqual(await recordsOf(null, [decimal], [[1250], [-7]]), [
    ['', '12.5'],
    ['', '-0.07'],
  ])
})

test('a column that is not there, can be missing, or is one of several is refused', () => {
  const refused = (column: string | null, message: RegExp): void =>
    assert.throws(() => createEncoder(encodedConnector({ format: 'string', column }), null)(fields), {
      code: 'CONFIG_INVALID',
      message,
    })
  refused(null, /value\.column: a value of format string is one column; found columns id, line, level/)
  refused('nothing', /value\.column does not name a column of the model; found nothing/)
  refused('level', /a column with missing values is no text; found level/)
})

test('what does not go with a text is refused in the configuration', () => {
  const refused = (value: object, more: object, message: RegExp): void =>
    assert.throws(
      () =>
        parseConnector(plainSource({ name: 'c', topic: 't', model: 'm', value, ...more }, 'test'), {
          env: {},
          folder: '.',
        }),
      { message },
    )
  refused({ format: 'json', column: 'a' }, {}, /only a value of format string is one column/)
  refused({ format: 'string', envelope: 'upsert' }, { key: 'id' }, /a text is no row/)
  refused({ format: 'string' }, { disturb: { malformed: { probability: 0.1 } } }, /a text has no fields/)
})
