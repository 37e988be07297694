/** Keys of several columns, decoded by somebody else's library. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import avro from 'avsc'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import { createEncoder } from '#src/encode/create.js'
import { encodedConnector, keysOf } from '../../support/encoded.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'
import { decodedProto, prefix, registryOf, validJson } from '../../support/value-formats.js'

const fields = [
  text('note'),
  drawn('order', 'integer'),
  { ...known('address.country', 'string', ['DE', null]), nullable: true, path: ['address', 'country'] },
  drawn('line', 'integer', { nullable: true }),
]
const rows = [
  ['a', 7, 'DE', 1],
  ['b', 8, null, null],
]

interface Keys {
  readonly keys: readonly Buffer[]
  readonly subject: unknown
  readonly schema: unknown
}

async function keysIn(
  keyFormat: EncodedConnector['keyFormat'],
  key: EncodedConnector['key'] = ['line', 'order', 'address.country'],
  latest: unknown = null,
): Promise<Keys> {
  const registry = registryOf(latest)
  const connector = encodedConnector({ useLatest: latest !== null }, { key, keyFormat })
  const encoder = createEncoder(connector, registry)(fields)
  await encoder.prepare()
  const keys = keysOf(encoder.encode(batchOf(fields, ...rows))).map((one) => one ?? assert.fail('a null key'))
  const [subject, schema] = registry.registered[0] ?? [null, latest]
  return { keys, subject, schema }
}

/** Without the registry's prefix. */
function bare({ keys }: Keys): Buffer[] {
  for (const key of keys) assert.deepEqual(key.subarray(0, prefix.length), prefix)
  return keys.map((key) => key.subarray(prefix.length))
}

const objects = [
  { line: 1, order: 7, address: { country: 'DE' } },
  { line: null, order: 8, address: { country: null } },
]

test('as JSON, a key of several columns is an object of them, in the order of the list', async () => {
  const { keys } = await keysIn('json')
  assert.deepEqual(
    keys.map(String),
    objects.map((one) => JSON.stringify(one)),
  )
})

test('with a JSON Schema it is valid by its own schema', async () => {
  const found = await keysIn('json-schema')
  assert.equal(found.subject, 'my-topic-key')
  assert.deepEqual(validJson({ schema: found.schema, subject: '', values: bare(found) }), objects)
})

test('in Avro it is a record', async () => {
  const found = await keysIn('avro')
  assert.equal(found.subject, 'my-topic-key')
  const type = avro.Type.forSchema(found.schema as avro.Schema)
  assert.equal(type.name, 'genesis.my_topic_key')
  assert.deepEqual(
    bare(found).map((key) => JSON.parse(JSON.stringify(type.fromBuffer(key))) as unknown),
    objects.map(({ address, ...others }) => ({ ...others, address_country: address.country })),
  )
})

test('in Protobuf it is a message, in which what is missing is absent', async () => {
  const found = await keysIn('protobuf')
  assert.equal(found.subject, 'my-topic-key')
  assert.deepEqual(decodedProto({ schema: found.schema, subject: '', values: bare(found) }), [
    objects[0],
    { order: 8, address: {} },
  ])
})

test('a list of one column is a record with one field', async () => {
  assert.deepEqual((await keysIn('json', ['order'])).keys.map(String), ['{"order":7}', '{"order":8}'])
})

test('a record key by the subject’s latest schema must have a field for each column', async () => {
  const record = (...names: string[]): object => ({
    type: 'record',
    name: 'Key',
    fields: names.map((name) => ({ name, type: 'long' })),
  })
  const found = await keysIn('avro', ['order'], record('order'))
  assert.deepEqual(
    bare(found).map((key) => [...key]),
    [[14], [16]],
  )
  await assert.rejects(keysIn('avro', ['order', 'note'], record('order')), {
    code: 'SCHEMA_MISMATCH',
    message: /subject my-topic-key: the key: no field for a column; found note/,
  })
})

test('a key of several columns needs a format with names', async () => {
  for (const format of ['string', 'long'] as const)
    await assert.rejects(keysIn(format), {
      code: 'CONFIG_INVALID',
      message: new RegExp(`a key of format ${format} is a single value; found a list of columns: line, order`),
    })
  await assert.rejects(keysIn('json', ['order', 'nothing']), { message: /key does not name a column/ })
})

test('the columns of a key are a list in a file, and JSON where there is only text', () => {
  const connector = (key: unknown): unknown =>
    parseConnector(plainSource({ name: 'c', topic: 't', model: 'm.json', key, key_format: 'json' }, 'test'), {
      env: {},
      folder: '.',
    }).key
  assert.deepEqual(connector(['a', 'b']), ['a', 'b'])
  assert.deepEqual(connector('["a", "b"]'), ['a', 'b'])
  assert.equal(connector('a,b'), 'a,b')
  assert.throws(() => connector([]), { message: /a column, or a list of columns/ })
})
