import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planAvro } from '#src/encode/avro/plan.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import { GenesisError } from '#src/errors.js'
import type { Field } from '#src/record.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'

function schemaOf(...fields: unknown[]): ReturnType<typeof parseSchema> {
  return parseSchema({ type: 'record', name: 'R', fields }, 'customer.avsc')
}

function mismatches(fields: Field[], ...schema: unknown[]): string[] {
  try {
    planAvro(fields, schemaOf(...schema))
  } catch (error) {
    assert.ok(error instanceof GenesisError)
    assert.equal(error.code, 'SCHEMA_MISMATCH')
    return (error.details.all ?? []).map(({ message }) => message)
  }
  return []
}

function fits(field: Field, type: unknown): boolean {
  return mismatches([field], { name: field.name, type }).length === 0
}

const decimal = (precision: number, scale: number): object => ({
  type: 'bytes',
  logicalType: 'decimal',
  precision,
  scale,
})

test('every mismatch is reported at once, with file, field, found and expected', () => {
  const fields = [
    known('id', 'integer', [1, 2]),
    known('age', 'integer', [30, null]),
    known('segment', 'string', ['basic', 'gold']),
    text('bio'),
  ]
  assert.deepEqual(
    mismatches(
      fields,
      { name: 'id', type: 'string' },
      { name: 'age', type: 'int' },
      { name: 'segment', type: { type: 'enum', name: 'E', symbols: ['basic', 'premium'] } },
      { name: 'bio', type: { type: 'enum', name: 'F', symbols: ['a'] } },
      { name: 'country', type: 'string' },
    ),
    [
      'customer.avsc: field id: the column cannot be converted; found integer column id; expected string',
      'customer.avsc: field age: a column with missing values needs a nullable type; found nullable integer column age; expected int, or ["null", …] of it',
      'customer.avsc: field segment: a value does not fit; found string column segment with "gold"; expected E (basic, premium)',
      'customer.avsc: field bio: the column cannot be converted; found string column bio with free text instead of a known set of values; expected F (a)',
      'customer.avsc: field country: no column for this field, and no default; found columns id, age, segment, bio; expected a column country, or a default in the schema',
    ],
  )
})

test('the error as a whole is one line that names the file and the fields', () => {
  const schema = schemaOf({ name: 'a', type: 'string' }, { name: 'b', type: 'string' })
  assert.throws(() => planAvro([known('c', 'string', ['x'])], schema), {
    message: 'customer.avsc: 2 fields do not fit the model (a, b)',
  })
})

test('an int field takes integers that are known to fit, and no others that are known', () => {
  assert.equal(fits(known('n', 'integer', [2 ** 31 - 1, -(2 ** 31)]), 'int'), true)
  assert.equal(fits(known('n', 'integer', [2 ** 31]), 'int'), false)
  assert.equal(fits(drawn('n', 'integer', { range: [0, 2 ** 31 - 1] }), 'int'), true)
  assert.equal(fits(drawn('n', 'integer', { range: [-(2 ** 31) - 1, 0] }), 'int'), false)
  assert.equal(fits(drawn('n', 'integer'), 'int'), true)
})

test('a number that turns out not to fit stops the encoder, naming field and position', () => {
  const fields = [drawn('n', 'integer'), drawn('price', 'decimal2')]
  const schema = schemaOf({ name: 'n', type: 'int' }, { name: 'price', type: decimal(4, 2) })
  const encoder = containerEncoder(fields, schema)
  encoder.encode(batchOf(fields, [2 ** 31 - 1, 9999]))
  assert.throws(() => encoder.encode(batchOf(fields, [1, 1], [2 ** 31, 1])), {
    code: 'SCHEMA_MISMATCH',
    message: 'customer.avsc: field n: the value of record 110 does not fit; found 2147483648; expected int',
  })
  assert.throws(() => encoder.encode(batchOf(fields, [1, -10000])), {
    code: 'SCHEMA_MISMATCH',
    message:
      'customer.avsc: field price: the value of record 100 does not fit; found -100; expected bytes/decimal(4,2)',
  })
})

test('a decimal field takes what its precision and scale hold exactly', () => {
  assert.equal(fits(known('p', 'decimal2', [9999, -9999]), decimal(4, 2)), true)
  assert.equal(fits(known('p', 'decimal2', [10000]), decimal(4, 2)), false)
  assert.equal(fits(known('p', 'decimal2', [10000]), decimal(6, 3)), true)
  assert.equal(fits(known('p', 'decimal2', [1]), decimal(6, 1)), false)
  assert.equal(fits(drawn('p', 'decimal2', { range: [0, 10000] }), decimal(4, 2)), false)
  assert.equal(fits(known('p', 'double', [1.5]), decimal(6, 2)), false)
})

test('conversions that would change a value are refused', () => {
  assert.equal(fits(known('n', 'integer', [2 ** 24]), 'float'), true)
  assert.equal(fits(known('n', 'integer', [2 ** 24 + 1]), 'float'), false)
  assert.equal(fits(drawn('n', 'integer'), 'float'), false)
  assert.equal(fits(known('n', 'decimal2', [100]), 'long'), false)
  assert.equal(fits(drawn('n', 'double'), 'long'), false)
  assert.equal(fits(drawn('t', 'timestamp'), { type: 'int', logicalType: 'date' }), false)
  assert.equal(fits(drawn('n', 'integer'), { type: 'long', logicalType: 'timestamp-millis' }), false)
  assert.equal(fits(known('b', 'boolean', [true]), 'int'), false)
  assert.equal(fits(known('s', 'string', ['1']), 'long'), false)
})

test('text is a uuid only if that is known of every value', () => {
  const uuid = { type: 'string', logicalType: 'uuid' }
  assert.equal(fits(text('u', 'uuid'), uuid), true)
  assert.equal(fits(text('u'), uuid), false)
  assert.equal(fits(known('u', 'string', ['d9b4c1f0-6f3e-4a55-9a53-111111111111']), uuid), true)
  assert.equal(fits(known('u', 'string', ['no']), uuid), false)
})

test('a schema that is no record, no JSON or not there is refused with its place', () => {
  assert.deepEqual(
    [() => planAvro([known('a', 'string', ['x']), known('b', 'string', ['x'])], parseSchema('string', 'x.avsc'))].map(
      (call) => {
        try {
          return call()
        } catch (error) {
          return (error as Error).message
        }
      },
    ),
    ['x.avsc: the schema is not a record; found "string"; expected a record'],
  )
  assert.throws(() => parseSchema({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'strin' }] }, 'x.avsc'), {
    code: 'SCHEMA_INVALID',
    message: 'x.avsc: not a valid Avro schema: undefined type name: strin',
  })
})

test('a recursive record is filled by its columns once, and ends by its default', () => {
  const node = {
    name: 'next',
    type: ['null', 'R'],
    default: null,
  }
  assert.deepEqual(mismatches([known('v', 'string', ['x'])], { name: 'v', type: 'string' }, node), [])
  assert.equal(
    mismatches([known('v', 'string', ['x'])], { name: 'v', type: 'string' }, { name: 'next', type: 'R' }).length,
    1,
  )
})

test('a long default beyond 2^53 keeps its digits', () => {
  const schema = schemaOf({ name: 'big', type: 'long', default: 9007199254740993n })
  const [step] = planAvro([], schema).steps
  assert.equal(step.step, 'constant')
  assert.deepEqual(step.step === 'constant' && [...step.bytes], [0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20])
  const inUnion = schemaOf({ name: 'big', type: ['long', 'null'], default: -9007199254740993n })
  const [first] = planAvro([], inUnion).steps
  assert.deepEqual(first.step === 'constant' && [...first.bytes], [0, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20])
})

test('a default that its type cannot hold is refused, with the field', () => {
  const refused = (field: object, message: RegExp): void =>
    assert.throws(() => schemaOf(field), { code: 'SCHEMA_INVALID', message })
  refused(
    { name: 'big', type: 'long', default: 9223372036854775808n },
    /field big: not a valid long default; found 9223372036854775808/,
  )
  refused({ name: 'n', type: 'int', default: 9007199254740993n }, /field n: not a valid int default/)
  refused(
    { name: 'raw', type: 'bytes', default: 'Привет' },
    /field raw: a bytes default with a character that is not a byte; found "П"/,
  )
  refused(
    { name: 'id', type: { type: 'fixed', name: 'F', size: 1 }, default: '€' },
    /field id: a fixed default with a character that is not a byte/,
  )
  schemaOf({ name: 'raw', type: 'bytes', default: 'ÿ\u0000' })
})
