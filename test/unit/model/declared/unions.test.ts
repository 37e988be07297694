/** Unions of several types, and fixed bytes: what their values are, and that Avro keeps each value's own type. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import avro from 'avsc'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import { valuesOf } from '../../../support/encoded.js'
import { fitsDistribution } from '../../../support/statistics.js'

const count = 3000

/** Values of a field as rows have them, and as avsc decodes them: a union's as `{ type: value }`. */
async function valuesIn(type: unknown): Promise<{ rows: unknown[]; decoded: unknown[] }> {
  const schema = { type: 'record', name: 'r', fields: [{ name: 'field', type }] }
  const batch = openGenerator(await loadModel(schema), { capacity: count, seed: 3 }).generate(count)
  const encoded = containerEncoder(batch.fields, parseSchema(schema, 'schema')).encode(batch)
  const reader = avro.Type.forSchema(schema as avro.Schema, { wrapUnions: true })
  const decoded = valuesOf(encoded).map((value) => (reader.fromBuffer(value) as { field: unknown }).field)
  return { rows: toRows(batch).map(({ field }) => field), decoded: JSON.parse(JSON.stringify(decoded)) as unknown[] }
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Object.keys(value as object)[0])

function counts(values: readonly unknown[], types: readonly string[]): number[] {
  return types.map((type) => values.filter((value) => typeOf(value) === type).length)
}

test('the types of a union are equally likely, and null is missing as often as elsewhere', async () => {
  const { decoded } = await valuesIn(['null', 'string', 'int', 'boolean'])
  const found = counts(decoded, ['null', 'string', 'int', 'boolean'])
  assert.ok(fitsDistribution(found, [0.1, 0.3, 0.3, 0.3]), found.join())
})

test('numbers keep the type that they are of, which JSON does not show', async () => {
  const options = (type: string, ...values: unknown[]): object => ({ type, 'arg.properties': { options: values } })
  const { rows, decoded } = await valuesIn([
    options('int', 42),
    options('long', 4242424242424242),
    options('float', 42.5),
    options('double', 42424242.42424242),
    options('string', 'Forty-two'),
  ])
  assert.deepEqual(new Set(rows), new Set([42, 4242424242424242, 42.5, 42424242.42424242, 'Forty-two']))
  assert.deepEqual(
    new Set(decoded.map((value) => JSON.stringify(value))),
    new Set([
      '{"int":42}',
      '{"long":4242424242424242}',
      '{"float":42.5}',
      '{"double":42424242.42424242}',
      '{"string":"Forty-two"}',
    ]),
  )
})

test('records of several kinds may be in a field, a list and a map', async () => {
  const click = { type: 'record', name: 'click', fields: [{ name: 'x', type: 'int' }] }
  const purchase = {
    type: 'record',
    name: 'purchase',
    fields: [
      { name: 'total', type: 'double' },
      { name: 'x', type: ['null', 'int'] },
    ],
  }
  const plain = await valuesIn([click, purchase])
  assert.ok(fitsDistribution(counts(plain.decoded, ['click', 'purchase']), [0.5, 0.5]))
  for (const [index, value] of plain.decoded.entries()) {
    const [kind, own] = Object.entries(value as Record<string, { x: unknown; total?: number }>)[0]
    const row = plain.rows[index] as { x: unknown; total?: number }
    assert.equal(own.total, row.total)
    assert.equal('total' in row, kind === 'purchase')
  }
  const inList = await valuesIn({ type: 'array', items: ['null', click, purchase, 'string'] })
  const items = inList.decoded.flat()
  assert.deepEqual(new Set(items.map(typeOf)), new Set(['null', 'click', 'purchase', 'string']))
  const inMap = await valuesIn({ type: 'map', values: [purchase, 'long'] })
  const values = inMap.decoded.flatMap((map) => Object.values(map as Record<string, unknown>))
  assert.deepEqual(new Set(values.map(typeOf)), new Set(['purchase', 'long']))
})

test('fixed bytes are letters of their size, or options of it', async () => {
  const fixed = (size: number): object => ({ type: 'fixed', name: 'f', size })
  for (const size of [2, 32]) {
    const { rows } = await valuesIn(fixed(size))
    assert.ok(rows.every((value) => new RegExp(`^[a-z]{${size}}$`).test(String(value))))
  }
  const { rows, decoded } = await valuesIn(['null', { ...fixed(2), 'arg.properties': { options: ['42', 'EE'] } }])
  assert.deepEqual(new Set(rows), new Set(['42', 'EE', null]))
  const bytes = decoded.filter((value) => value !== null).map((value) => (value as { f: { data: number[] } }).f.data)
  assert.deepEqual(new Set(bytes.map((data) => Buffer.from(data).toString())), new Set(['42', 'EE']))
})
