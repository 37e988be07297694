import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import { createEncoder } from '#src/encode/create.js'
import type { Field, Value } from '#src/record.js'
import { encodedConnector, keysOf } from '../../support/encoded.js'
import { batchOf, drawn, known, text } from '../../support/layouts.js'
import { registryOf } from '../../support/value-formats.js'

interface Keys {
  readonly keys: readonly (string | null)[]
  readonly registered: readonly unknown[]
}

/** Keys in hexadecimal without magic byte and id, and what was registered for them. */
async function keysIn(
  keyFormat: EncodedConnector['keyFormat'],
  field: Field,
  held: readonly Value[],
  latest: unknown = null,
): Promise<Keys> {
  const registry = registryOf(latest)
  const connector = encodedConnector({ useLatest: latest !== null }, { key: field.name, keyFormat })
  const encoder = createEncoder(connector, registry)([field])
  await encoder.prepare()
  const keys = keysOf(encoder.encode(batchOf([field], ...held.map((one) => [one]))))
  const hex = keys.map((key) => {
    if (key === null) return null
    assert.equal(key.toString('hex', 0, 5), '0000000007')
    return key.toString('hex', 5)
  })
  return { keys: hex, registered: registry.registered.flat() }
}

test('a JSON Schema key is the value as JSON behind the id of its own schema; a missing one is null', async () => {
  const hex = (json: string): string => Buffer.from(json).toString('hex')
  assert.deepEqual(await keysIn('json-schema', text('id', 'uuid', true), ['a"', null]), {
    keys: [hex('"a""'), null],
    registered: ['my-topic-key', { type: 'string', format: 'uuid' }, 'JSON'],
  })
  assert.deepEqual((await keysIn('json-schema', drawn('id', 'integer'), [-3])).keys, [hex('-3')])
})

test('a Protobuf key is a message with the column alone', async () => {
  const proto = 'syntax = "proto3";\n\npackage genesis;\n\nmessage my_topic_key {\n  int64 id = 1;\n}\n'
  assert.deepEqual(await keysIn('protobuf', drawn('id', 'integer', { nullable: true }), [300, null]), {
    keys: ['0008ac02', null],
    registered: ['my-topic-key', proto, 'PROTOBUF'],
  })
  assert.deepEqual((await keysIn('protobuf', known('id', 'string', ['ab', null]), ['ab', null])).keys, [
    '000a026162',
    null,
  ])
  assert.deepEqual((await keysIn('protobuf', text('id'), ['ab'])).keys, ['000a026162'])
})

test('a key by the subject’s latest schema must fit it', async () => {
  const field = drawn('id', 'integer')
  assert.deepEqual((await keysIn('json-schema', field, [1], { type: 'number' })).keys, ['31'])
  await assert.rejects(keysIn('json-schema', field, [1], { type: 'string' }), {
    code: 'SCHEMA_MISMATCH',
    message: /subject my-topic-key: the key: the column does not convert; found integer column id; expected .*string/,
  })
  const message = (fields: string): string => `syntax = "proto3"; message Key { ${fields} }`
  assert.deepEqual((await keysIn('protobuf', field, [1], message('string other = 2; sint32 id = 3;'))).keys, ['001802'])
  await assert.rejects(keysIn('protobuf', field, [1], message('int64 other = 1;')), {
    code: 'SCHEMA_MISMATCH',
    message: /subject my-topic-key: the key: no field for the column; found integer column id; expected a field id/,
  })
})
