import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planAvro } from '#src/encode/avro/plan.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import type { Field, Value } from '#src/record.js'
import { oracle } from '../../support/avro-oracle.js'
import { valuesOf } from '../../support/encoded.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'

/** What a reader gets of one record. */
function read(schema: object, fields: readonly Field[], ...values: Value[]): unknown {
  const encoder = containerEncoder(fields, parseSchema(schema, 'test.avsc'))
  const [bytes] = valuesOf(encoder.encode(batchOf(fields, values)))
  return JSON.parse(JSON.stringify(oracle(schema).fromBuffer(bytes)))
}

const record = (name: string, ...fields: unknown[]): object => ({ type: 'record', name, fields })
const strings = (...names: string[]): Field[] => names.map((name) => text(name))

test('a nested field is filled by a column of its dotted path, or of its own name', () => {
  const address = record('Address', { name: 'city', type: 'string' }, { name: 'zip', type: 'string' })
  const schema = record('R', { name: 'name', type: 'string' }, { name: 'address', type: address })
  const expected = { name: 'n', address: { city: 'c', zip: 'z' } }
  assert.deepEqual(read(schema, strings('name', 'address.city', 'address.zip'), 'n', 'c', 'z'), expected)
  assert.deepEqual(read(schema, strings('zip', 'name', 'city'), 'z', 'n', 'c'), expected)
})

test('the dotted path goes before the name, and a column fills one field only', () => {
  const inner = record('Inner', { name: 'city', type: 'string', default: 'nowhere' })
  const schema = record('R', { name: 'inner', type: inner }, { name: 'city', type: 'string' })
  assert.deepEqual(read(schema, strings('city'), 'c'), { inner: { city: 'nowhere' }, city: 'c' })
  assert.deepEqual(read(schema, strings('city', 'inner.city'), 'c', 'i'), { inner: { city: 'i' }, city: 'c' })
})

test('a column with the name of two nested fields is an error that names both', () => {
  const place = (name: string): object => record(name, { name: 'city', type: 'string', default: '' })
  const schema = record('R', { name: 'billing', type: place('B') }, { name: 'shipping', type: place('S') })
  assert.throws(() => planAvro(strings('city'), parseSchema(schema, 'test.avsc')), {
    message:
      'test.avsc: field billing.city: several nested fields match one column by name; ' +
      'found column city, which fits billing.city, shipping.city; expected columns named by path, such as billing.city',
  })
  assert.deepEqual(read(schema, strings('billing.city', 'city'), 'b', 's'), {
    billing: { city: 'b' },
    shipping: { city: 's' },
  })
})

test('a field is filled by a column of one of its aliases, unless one has its name', () => {
  const schema = record('R', { name: 'income', aliases: ['salary', 'pay'], type: 'string' })
  assert.deepEqual(read(schema, strings('pay'), 'p'), { income: 'p' })
  assert.deepEqual(read(schema, strings('pay', 'income'), 'p', 'i'), { income: 'i' })
})

test('a column whose name is no Avro name fills the field of the name made from it', () => {
  const schema = record('R', { name: 'marital_status', type: 'string' }, { name: '_2nd', type: 'string' })
  assert.deepEqual(read(schema, strings('marital-status', '2nd'), 'm', 's'), { marital_status: 'm', _2nd: 's' })
})

test('a nullable record is there if a column fills it, and has its default otherwise', () => {
  const address = record('Address', { name: 'city', type: 'string' })
  const schema = record('R', { name: 'n', type: 'string' }, { name: 'address', type: ['null', address], default: null })
  assert.deepEqual(read(schema, strings('n', 'city'), 'n', 'c'), { n: 'n', address: { Address: { city: 'c' } } })
  assert.deepEqual(read(schema, strings('n'), 'n'), { n: 'n', address: null })
})

test('columns that no field takes are named', () => {
  const schema = parseSchema(record('R', { name: 'a', type: 'string' }), 'test.avsc')
  assert.deepEqual(planAvro(strings('x', 'a', 'y'), schema).unusedColumns, ['x', 'y'])
})

test('in a union the nearest type is taken, whatever the order', () => {
  const one = (field: Field, value: Value, ...union: unknown[]): unknown =>
    read(record('R', { name: field.name, type: union }), [field], value)
  const any = drawn('n', 'integer')
  assert.deepEqual(one(any, 5, 'double', 'string', 'long'), { n: { long: 5 } })
  assert.deepEqual(one(any, 5, 'int', 'long'), { n: { long: 5 } })
  assert.deepEqual(one(drawn('n', 'integer', { range: [0, 9] }), 5, 'int', 'long'), { n: { int: 5 } })
  assert.deepEqual(one(drawn('d', 'decimal2'), 550, 'float', 'null', 'double'), { d: { double: 5.5 } })
  assert.deepEqual(one(text('s'), 'x', 'null', 'bytes', 'string'), { s: { string: 'x' } })
})

test('a column of known values is split over the branches of a union if no single one takes it', () => {
  const field = known('e', 'string', ['red', 'other', null])
  const colours = { type: 'enum', name: 'Colour', symbols: ['red', 'green'] }
  const schema = record('R', { name: 'e', type: ['null', colours, 'bytes'] })
  assert.deepEqual(read(schema, [field], 'red'), { e: { bytes: { type: 'Buffer', data: [114, 101, 100] } } })
  const shapes = { type: 'enum', name: 'Shape', symbols: ['other'] }
  const split = record('R', { name: 'e', type: ['null', colours, shapes] })
  assert.deepEqual(read(split, [field], 'red'), { e: { Colour: 'red' } })
  assert.deepEqual(read(split, [field], 'other'), { e: { Shape: 'other' } })
  assert.deepEqual(read(split, [field], null), { e: null })
})

test('times of day take integers in their unit, and timestamps in microseconds go beyond 2^53', () => {
  const fields = [drawn('t', 'integer'), drawn('at', 'timestamp')]
  const schema = record(
    'R',
    { name: 't', type: { type: 'int', logicalType: 'time-millis' } },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
  )
  const ms = Date.parse('9999-12-31T23:59:59.999Z')
  const [bytes] = valuesOf(containerEncoder(fields, parseSchema(schema, 's')).encode(batchOf(fields, [86_399_999, ms])))
  const longs: bigint[] = []
  let value = 0n
  let shift = 0n
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift
    shift += 7n
    if (byte < 128) {
      longs.push(value & 1n ? -(value + 1n) / 2n : value / 2n)
      value = shift = 0n
    }
  }
  assert.deepEqual(longs, [86_399_999n, BigInt(ms) * 1000n])
})
