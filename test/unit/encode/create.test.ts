import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSchema } from '#src/encode/avro/schema.js'
import type { SubjectRegistry } from '#src/encode/subject.js'
import { checkValue } from '#src/encode/check.js'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import { createEncoder } from '#src/encode/create.js'
import { headersOf } from '#src/kafka/wire/record-headers.js'
import type { Field, Value } from '#src/record.js'
import { oracle } from '../../support/avro-oracle.js'
import { encodedConnector, keysOf, valuesOf } from '../../support/encoded.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'

const connector = (more: Partial<EncodedConnector>): EncodedConnector => encodedConnector({}, more)

const avroValue = { ...connector({}).value, format: 'avro' } as const

/** A registry that takes everything, with ids from 258 on in the order of asking. */
function registry(): SubjectRegistry & { asked: string[] } {
  const asked: string[] = []
  const ask = (what: string, subject: string, schema: unknown): Promise<number> => {
    asked.push(`${what} ${subject} ${JSON.stringify(schema)}`)
    return Promise.resolve(257 + asked.length)
  }
  return {
    asked,
    register: (subject, schema) => ask('register', subject, schema),
    lookup: (subject, schema) => ask('lookup', subject, schema),
    latest: () => Promise.reject(new Error('not asked for')),
    versionOf: () => Promise.reject(new Error('not asked for')),
    compatibility: () => Promise.resolve({ compatible: true, messages: [] }),
  }
}

async function keys(format: EncodedConnector['keyFormat'], field: Field, ...held: Value[]): Promise<(string | null)[]> {
  const encoder = createEncoder(connector({ key: field.name, keyFormat: format }), registry())([field])
  await encoder.prepare()
  const encoded = encoder.encode(batchOf([field], ...held.map((value) => [value])))
  assert.equal(encoded.hasKeys, true)
  return keysOf(encoded).map((key) => key && key.toString(format === 'string' || format === 'json' ? 'utf8' : 'hex'))
}

test('a string key is the value’s text', async () => {
  assert.deepEqual(await keys('string', text('k'), 'é"', ''), ['é"', ''])
  assert.deepEqual(await keys('string', drawn('k', 'integer'), -12, 2 ** 40), ['-12', '1099511627776'])
  assert.deepEqual(await keys('string', drawn('k', 'decimal2'), 1250), ['12.5'])
  assert.deepEqual(await keys('string', known('k', 'boolean', [true, false]), false), ['false'])
  assert.deepEqual(await keys('string', known('k', 'date', [1]), 1), ['1970-01-02'])
})

test('a JSON key is the value as JSON', async () => {
  assert.deepEqual(await keys('json', text('k'), 'é"'), ['"é\\""'])
  assert.deepEqual(await keys('json', drawn('k', 'timestamp'), 0), ['"1970-01-01T00:00:00.000Z"'])
  assert.deepEqual(await keys('json', drawn('k', 'integer'), 5), ['5'])
})

test('a long key is 8 bytes, big-endian', async () => {
  assert.deepEqual(await keys('long', drawn('k', 'integer'), 258, -1), ['0000000000000102', 'ffffffffffffffff'])
  assert.deepEqual(await keys('long', known('k', 'integer', [2 ** 40]), 2 ** 40), ['0000010000000000'])
  await assert.rejects(keys('long', text('k'), 'x'), {
    code: 'CONFIG_INVALID',
    message: /a key of format long needs an integer column; found string column k/,
  })
})

test('an Avro key has the registry’s prefix and the column’s type', async () => {
  assert.deepEqual(await keys('avro', text('k'), 'ab'), ['0000000102046162'])
  assert.deepEqual(await keys('avro', drawn('k', 'integer'), 1), ['000000010202'])
})

test('a missing value is a null key in every format', async () => {
  for (const format of ['string', 'json', 'avro'] as const) {
    const present = await keys(format, text('k', 'string', true), 'ab')
    assert.deepEqual(await keys(format, text('k', 'string', true), null, 'ab'), [null, ...present])
    assert.deepEqual(await keys(format, known('k', 'string', ['ab', null]), null, 'ab'), [null, ...present])
  }
  for (const format of ['string', 'json', 'avro', 'long'] as const) {
    const field = drawn('k', 'integer', { nullable: true })
    const present = await keys(format, field, 3)
    assert.deepEqual(await keys(format, field, null, 3), [null, ...present])
  }
})

test('the bytes of a null key are none', async () => {
  const fields = [known('k', 'string', ['ab', null])]
  const encoder = createEncoder(connector({ key: 'k', keyFormat: 'avro' }), registry())(fields)
  await encoder.prepare()
  const { offsets } = encoder.encode(batchOf(fields, [null]))
  assert.equal(offsets[1] - offsets[0], 0)
})

test("a value's subject is called after the topic, the record or both, unless it has a name", async () => {
  const fields = [text('id')]
  const schema = { type: 'record', name: 'Order', namespace: 'shop', fields: [{ name: 'id', type: 'string' }] }
  const subjectOf = async (value: Partial<EncodedConnector['value']>): Promise<string> => {
    const own = registry()
    await createEncoder(
      connector({ key: 'id', keyFormat: 'avro', value: { ...avroValue, schema, ...value } }),
      own,
    )(fields).prepare()
    assert.match(own.asked[1], /^register my-topic-key /)
    return own.asked[0].split(' ')[1]
  }
  assert.equal(await subjectOf({}), 'my-topic-value')
  assert.equal(await subjectOf({ subjectStrategy: 'record' }), 'shop.Order')
  assert.equal(await subjectOf({ subjectStrategy: 'topic_record' }), 'my-topic-shop.Order')
  assert.equal(await subjectOf({ subjectStrategy: 'record', subject: 'mine' }), 'mine')
})

test('records have headers of constants, columns and positions, in front of their labels', async () => {
  const fields = [text('name', 'string', true), drawn('n', 'decimal2'), known('kind', 'string', ['a', null])]
  const headers = [
    { name: 'source', value: { from: 'constant', text: 'é' } },
    { name: 'name', value: { from: 'column', column: 'name' } },
    { name: 'n', value: { from: 'column', column: 'n' } },
    { name: 'kind', value: { from: 'column', column: 'kind' } },
    { name: 'task', value: { from: 'position', of: 'task' } },
    { name: 'iteration', value: { from: 'position', of: 'iteration' } },
  ] as const
  const encoder = createEncoder(connector({ headers }), null)(fields)
  await encoder.prepare()
  const encoded = encoder.encode({ ...batchOf(fields, ['x', 1250, 'a'], [null, -5, null]), start: 103 })
  const shown = [0, 1].map((i) => headersOf(encoded.headers!, i).map(([name, value]) => [name, value!.toString()]))
  assert.deepEqual(shown, [
    [
      ['source', 'é'],
      ['name', 'x'],
      ['n', '12.50'],
      ['kind', 'a'],
      ['task', '3'],
      ['iteration', '10'],
    ],
    [
      ['source', 'é'],
      ['n', '-0.05'],
      ['task', '3'],
      ['iteration', '11'],
    ],
  ])
  assert.throws(
    () => createEncoder(connector({ headers: [{ name: 'h', value: { from: 'column', column: 'nn' } }] }), null)(fields),
    {
      message: /headers.h does not name a column of the model; found nn/,
    },
  )
})

test('a key that is no column is refused, naming the columns', () => {
  assert.throws(() => createEncoder(connector({ key: 'idd' }), null)([text('id'), text('name')]), {
    code: 'CONFIG_INVALID',
    message: 'key does not name a column of the model; found idd; expected one of id, name. Did you mean "id"?',
  })
})

test('the schema is derived, registered once under the topic’s name, and its id begins each value', async () => {
  const fields = [drawn('id', 'integer'), known('marital-status', 'string', ['single', null])]
  const subjects = registry()
  const encoder = createEncoder(connector({ value: avroValue, key: 'id', keyFormat: 'avro' }), subjects)(fields)
  await encoder.prepare()
  await encoder.prepare()
  const schema = {
    type: 'record',
    name: 'my_topic',
    namespace: 'genesis',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'marital_status', doc: 'Column "marital-status"', type: ['null', 'string'], default: null },
    ],
  }
  assert.deepEqual(subjects.asked, [
    `register my-topic-value ${JSON.stringify(schema)}`,
    'register my-topic-key "long"',
  ])
  const [value] = valuesOf(encoder.encode(batchOf(fields, [1, 'single'])))
  assert.deepEqual([...value.subarray(0, 5)], [0, 0, 0, 1, 2])
  assert.deepEqual(JSON.parse(JSON.stringify(oracle(schema).fromBuffer(value.subarray(5)))), {
    id: 1,
    marital_status: { string: 'single' },
  })
})

test('a schema that does not fit is refused before the registry is asked', () => {
  const value = { ...avroValue, schema: { type: 'record', name: 'R', fields: [{ name: 'x', type: 'string' }] } }
  const make = createEncoder(connector({ value }), null)
  assert.throws(() => make([text('id')]), {
    code: 'SCHEMA_MISMATCH',
    message: /^the inline schema: field x: no column/,
  })
})

test('Avro to a topic without a registry is refused', async () => {
  const encoder = createEncoder(connector({ value: avroValue }), null)([text('id')])
  await assert.rejects(encoder.prepare(), { code: 'CONFIG_INVALID', message: /needs a schema registry/ })
})

test('the form of a file decides the encoder: lines, or Avro without a prefix', () => {
  const fields = [text('id')]
  const values = (format: 'json' | 'csv' | 'avro'): string[] => {
    const made = createEncoder(
      connector({ sink: { type: 'file', path: '/f', format }, value: avroValue }),
      null,
    )(fields)
    return valuesOf(made.encode(batchOf(fields, ['a,b']))).map(String)
  }
  assert.deepEqual(values('json'), ['{"id":"a,b"}\n'])
  assert.deepEqual(values('csv'), ['"a,b"\n'])
  assert.deepEqual(values('avro'), ['\u0006a,b'])
})

test('a check without the registry names the columns that a schema leaves out', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'id', type: 'string' }] }
  const fields = [text('id'), text('name')]
  assert.deepEqual(checkValue(connector({ value: { ...avroValue, schema } }), fields), ['name'])
  assert.deepEqual(checkValue(connector({ value: avroValue }), fields), [])
  assert.deepEqual(checkValue(connector({}), fields), [])
})

test('the buffers are used again and grow with the batch', () => {
  const fields = [text('id')]
  const encoder = createEncoder(connector({ sink: { type: 'stdout', format: 'json' } }), null)(fields)
  const small = encoder.encode(batchOf(fields, ['a']))
  const bytes = small.bytes
  assert.equal(encoder.encode(batchOf(fields, ['b'])).bytes, bytes)
  const long = '"'.repeat(100_000)
  const [line] = valuesOf(encoder.encode(batchOf(fields, [long], [long])))
  assert.deepEqual(JSON.parse(line.toString()), { id: long })
})

test('a batch says which positions it holds, and an empty one is encoded too', () => {
  const fields = [text('id')]
  const encoder = createEncoder(connector({ sink: { type: 'stdout', format: 'json' } }), null)(fields)
  const { start, stride, length, hasKeys } = encoder.encode(batchOf(fields, ['a'], ['b']))
  assert.deepEqual({ start, stride, length, hasKeys }, { start: 100, stride: 10, length: 2, hasKeys: false })
  assert.equal(encoder.encode(batchOf(fields)).length, 0)
})

test('names and values of a user cannot become code', () => {
  const evil = '`${process.exit(1)}`\'"\\\n;throw 0//'
  const fields = [known(evil, 'string', [evil]), text(`${evil}2`)]
  const encoder = createEncoder(connector({ sink: { type: 'stdout', format: 'json' } }), null)(fields)
  const [line] = valuesOf(encoder.encode(batchOf(fields, [evil, evil])))
  assert.deepEqual(JSON.parse(line.toString()), { [evil]: evil, [`${evil}2`]: evil })
  assert.equal(parseSchema('string', evil).place, evil)
})
