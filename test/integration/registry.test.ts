import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { checkSubjects } from '#src/encode/check.js'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import { createEncoder } from '#src/encode/create.js'
import { encodedConnector, keysOf, valuesOf } from '../support/encoded.js'
import { batchOf, drawn, known, text } from '../support/layouts.js'
import { registryUrl, testRegistry } from '../support/registry.js'

const fields = [drawn('id', 'integer'), known('segment', 'string', ['basic', 'premium', null]), text('email')]
const topicName = (): string => `encode-${randomUUID()}`

function connector(topic: string, value: Partial<EncodedConnector['value']> = {}): EncodedConnector {
  return encodedConnector({ format: 'avro', ...value }, { topic, key: 'id', keyFormat: 'avro' })
}

function record(...more: object[]): object {
  return { type: 'record', name: 'R', fields: [{ name: 'id', type: 'long' }, ...more] }
}

test('another client of the registry reads keys and values by the id in the record', async () => {
  const encoder = createEncoder(connector(topicName()), testRegistry())(fields)
  await encoder.prepare()
  const encoded = encoder.encode(batchOf(fields, [7, 'premium', 'a@b.c'], [8, null, 'é']))
  const reader = new SchemaRegistry({ host: registryUrl() })
  const values = await Promise.all(valuesOf(encoded).map((value) => reader.decode(value)))
  assert.deepEqual(JSON.parse(JSON.stringify(values)), [
    { id: 7, segment: 'premium', email: 'a@b.c' },
    { id: 8, segment: null, email: 'é' },
  ])
  const keys = await Promise.all(keysOf(encoded).map((key) => reader.decode(key ?? Buffer.alloc(0))))
  assert.deepEqual(keys, [7, 8])
})

test('several workers that register one schema at once get one id', async () => {
  const subject = `${topicName()}-value`
  const ids = await Promise.all(Array.from({ length: 12 }, () => testRegistry().register(subject, record())))
  assert.equal(new Set(ids).size, 1)
  assert.equal((await testRegistry().latest(subject)).id, ids[0])
  assert.deepEqual((await testRegistry().byId(ids[0])).schema, record())
})

test('an incompatible subject is refused with the registry’s reason, and nothing is registered', async () => {
  const topic = topicName()
  const registry = testRegistry()
  const id = await registry.register(`${topic}-value`, record())
  const answer = await fetch(`${registryUrl()}/config/${topic}-value`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ compatibility: 'BACKWARD' }),
  })
  assert.equal(answer.status, 200)
  const incompatible = connector(topic, { schema: record({ name: 'email', type: 'string' }) })
  await assert.rejects(createEncoder(incompatible, registry)(fields).prepare(), {
    code: 'SCHEMA_INCOMPATIBLE',
    message: /the schema is not compatible with subject encode-.*; found .*email at \/fields\/1/,
  })
  await assert.rejects(checkSubjects(incompatible, fields, registry), { code: 'SCHEMA_INCOMPATIBLE' })
  assert.equal((await registry.latest(`${topic}-value`)).id, id)
  const compatible = connector(topic, { schema: record({ name: 'email', type: 'string', default: '' }) })
  await checkSubjects(compatible, fields, registry)
  await createEncoder(compatible, registry)(fields).prepare()
})

test('with auto_register off, exactly the connector’s schema must be there', async () => {
  const topic = topicName()
  const registry = testRegistry()
  const off = { ...connector(topic, { schema: record(), autoRegister: false }), key: null }
  const prepare = (): Promise<void> => createEncoder(off, registry)(fields).prepare()
  await assert.rejects(prepare, { code: 'SUBJECT_MISSING', message: /subject .*-value does not exist/ })
  await registry.register(`${topic}-value`, record({ name: 'email', type: 'string' }))
  await assert.rejects(prepare, { code: 'SUBJECT_MISSING', message: /does not have this schema/ })
  await assert.rejects(checkSubjects(off, fields, registry), { code: 'SUBJECT_MISSING' })
  await registry.register(`${topic}-value`, record())
  await prepare()
})

test('with use_latest, the subject’s newest schema is written with, once it fits the model', async () => {
  const topic = topicName()
  const registry = testRegistry()
  const latest = { ...connector(topic, { useLatest: true, subject: `${topic}-other` }), key: null }
  const encoder = createEncoder(latest, registry)(fields)
  await assert.rejects(encoder.prepare(), { code: 'SUBJECT_MISSING' })
  await registry.register(`${topic}-other`, record({ name: 'country', type: 'string' }))
  await assert.rejects(encoder.prepare(), {
    code: 'SCHEMA_MISMATCH',
    message: /subject .*-other: field country: no column/,
  })
  const id = await registry.register(`${topic}-other`, record({ name: 'email', type: 'string' }))
  await encoder.prepare()
  const [value] = valuesOf(encoder.encode(batchOf(fields, [1, 'basic', 'x'])))
  assert.deepEqual([...value], [0, ...Buffer.from(Uint32Array.of(id).buffer).reverse(), 2, 2, 120])
})

test('a newest schema that refers to other subjects is written with', async () => {
  const topic = topicName()
  const registry = testRegistry()
  const email = { type: 'record', name: 'Email', fields: [{ name: 'email', type: 'string' }] }
  await registry.register(`${topic}-email`, email)
  const answer = await fetch(`${registryUrl()}/subjects/${topic}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      schema: JSON.stringify(record({ name: 'contact', type: 'Email' })),
      references: [{ name: 'Email', subject: `${topic}-email`, version: 1 }],
    }),
  })
  assert.equal(answer.status, 200)
  const encoder = createEncoder({ ...connector(topic, { useLatest: true }), key: null }, registry)(fields)
  await encoder.prepare()
  const [value] = valuesOf(encoder.encode(batchOf(fields, [1, 'basic', 'x'])))
  assert.deepEqual([...value.subarray(5)], [2, 2, 120])
})

/** A schema and what it refers to, with names of this run. */
function referring(
  unique: string,
): Record<'avro' | 'json-schema' | 'protobuf', { main: object | string; name: string; other: object | string }> {
  const space = `shop_${unique}`
  const fields = [{ name: 'email', type: 'string' }]
  const id = { name: 'id', type: 'long' }
  return {
    avro: {
      main: { type: 'record', name: 'R', namespace: space, fields: [id, { name: 'contact', type: 'Contact' }] },
      name: `${space}.Contact`,
      other: { type: 'record', name: 'Contact', namespace: space, fields },
    },
    'json-schema': {
      main: { type: 'object', properties: { id: { type: 'integer' }, contact: { $ref: `${space}.json` } } },
      name: `${space}.json`,
      other: { $id: `${space}.json`, type: 'object', properties: { email: { type: 'string' } } },
    },
    protobuf: {
      main: `syntax = "proto3"; package ${space}; import "${space}/contact.proto"; message R { int64 id = 1; Contact contact = 2; }`,
      name: `${space}/contact.proto`,
      other: `syntax = "proto3"; package ${space}; message Contact { string email = 1; }`,
    },
  }
}

for (const format of ['avro', 'json-schema', 'protobuf'] as const) {
  test(`${format}: a schema is registered after what it refers to, and read by other clients with both`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'genesis-references-'))
    t.after(() => rm(folder, { recursive: true }))
    const { main, name, other } = referring(randomUUID().slice(0, 8))[format]
    const path = (file: string): string => join(folder, `${file}.${format === 'protobuf' ? 'proto' : 'json'}`)
    const text = (schema: object | string): string => (typeof schema === 'string' ? schema : JSON.stringify(schema))
    await writeFile(path('main'), text(main))
    await writeFile(path('other'), text(other))
    const topic = topicName()
    const value = { format, schema: path('main'), schemaReferences: [{ name, file: path('other') }], normalize: true }
    const own = encodedConnector(value, { topic })
    const layout = [fields[0], { ...fields[2], name: 'contact.email', path: ['contact', 'email'] }]
    const registry = testRegistry()
    // What it refers to is not there yet: nothing is known to be wrong.
    await checkSubjects(own, layout, registry)
    await assert.rejects(
      createEncoder({ ...own, value: { ...own.value, autoRegister: false } }, registry)(layout).prepare(),
      {
        code: 'SUBJECT_MISSING',
      },
    )
    const expected = [
      { id: 7, contact: { email: 'a@b.c' } },
      { id: 8, contact: { email: 'é' } },
    ]
    for (const useLatest of [false, true]) {
      const encoder = createEncoder(
        { ...own, value: { ...own.value, useLatest, ...(useLatest && { schema: null, schemaReferences: [] }) } },
        testRegistry(),
      )(layout)
      await encoder.prepare()
      const reader = new SchemaRegistry({ host: registryUrl() })
      const values = valuesOf(encoder.encode(batchOf(layout, [7, 'a@b.c'], [8, 'é'])))
      const read = await Promise.all(values.map((one) => reader.decode(one)))
      assert.deepEqual(
        (JSON.parse(JSON.stringify(read)) as { id: unknown }[]).map((row) => ({ ...row, id: Number(row.id) })),
        expected,
      )
    }
    await checkSubjects(own, layout, testRegistry())
  })
}
