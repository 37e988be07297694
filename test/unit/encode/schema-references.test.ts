/** Schemas that refer to others: registered in order, each with what it uses, and written with. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import avro from 'avsc'
import { Ajv } from 'ajv'
import protobuf from 'protobufjs'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import { createEncoder } from '#src/encode/create.js'
import { refersTo } from '#src/encode/refers-to.js'
import { inputsOf } from '#src/connector/inputs.js'
import { loadModel } from '#src/model/load.js'
import { filesOfModel } from '#src/model/model-files.js'
import { encodedConnector, valuesOf } from '../../support/encoded.js'
import { batchOf, drawn, text } from '../../support/layouts.js'
import { registryOf } from '../../support/value-formats.js'
import { folderWith } from '../config/folder.js'

const fields = [
  drawn('id', 'integer'),
  { ...drawn('total.amount', 'integer'), path: ['total', 'amount'] },
  { ...text('total.currency'), path: ['total', 'currency'] },
]

interface Schemas {
  readonly main: string
  readonly extension: string
  /** Of each, by the name that it is referred to by, in their order. */
  readonly references: Readonly<Record<string, string>>
}

const money = {
  type: 'record',
  name: 'Money',
  namespace: 'shop',
  fields: [
    { name: 'amount', type: 'long' },
    { name: 'currency', type: 'Currency' },
  ],
}
const currency = { type: 'enum', name: 'Currency', namespace: 'shop', symbols: ['EUR', 'USD'] }
const moneySchema = {
  type: 'object',
  properties: { amount: { type: 'integer' }, currency: { $ref: 'currency.json#/definitions/code' } },
}
const currencySchema = {
  definitions: { code: { $ref: '#/definitions/text' }, text: { type: 'string', maxLength: 3 } },
}

const cases: Readonly<Record<'avro' | 'json-schema' | 'protobuf', Schemas>> = {
  avro: {
    extension: 'avsc',
    main: JSON.stringify({
      type: 'record',
      name: 'Order',
      namespace: 'shop',
      fields: [
        { name: 'id', type: 'long' },
        { name: 'total', type: 'Money' },
      ],
    }),
    references: { 'shop.Currency': JSON.stringify(currency), 'shop.Money': JSON.stringify(money) },
  },
  'json-schema': {
    extension: 'json',
    main: JSON.stringify({
      type: 'object',
      properties: { id: { type: 'integer' }, total: { $ref: 'money.json' } },
      required: ['id'],
    }),
    references: { 'currency.json': JSON.stringify(currencySchema), 'money.json': JSON.stringify(moneySchema) },
  },
  protobuf: {
    extension: 'proto',
    main: 'syntax = "proto3"; package shop; import "shop/money.proto";\nmessage Order { int64 id = 1; Money total = 2; }',
    references: {
      'shop/currency.proto': 'syntax = "proto3"; package shop; enum Currency { EUR = 0; USD = 1; }',
      'shop/money.proto':
        'syntax = "proto3"; package shop;\nimport "shop/currency.proto";\nmessage Money { int64 amount = 1; string currency = 2; Currency other = 3; }',
    },
  },
}

async function connectorFor(t: TestContext, format: keyof typeof cases): Promise<EncodedConnector> {
  const { main, extension, references } = cases[format]
  const fileOf = (name: string): string => name.replaceAll('/', '-')
  const files = Object.fromEntries(Object.entries(references).map(([name, text]) => [fileOf(name), text]))
  const folder = await folderWith(t, { ...files, [`main.${extension}`]: main })
  const schemaReferences = Object.keys(references).map((name) => ({ name, file: join(folder, fileOf(name)) }))
  return encodedConnector({ format, schema: join(folder, `main.${extension}`), schemaReferences })
}

const rows = [
  [1, 250, 'EUR'],
  [2, -3, 'USD'],
]
const orders = rows.map(([id, amount, currency]) => ({ id, total: { amount, currency } }))

/** As a reader with the registry's schemas has them. */
const decoders = {
  avro: (value: Buffer): unknown => {
    const registry: Record<string, avro.Type> = {}
    for (const schema of [currency, money]) avro.Type.forSchema(schema as avro.Schema, { registry })
    const type = avro.Type.forSchema(JSON.parse(cases.avro.main) as avro.Schema, { registry })
    return type.fromBuffer(value)
  },
  'json-schema': (value: Buffer): unknown => {
    const ajv = new Ajv({ schemas: { 'money.json': moneySchema, 'currency.json': currencySchema } })
    const json = JSON.parse(value.toString()) as unknown
    assert.ok(ajv.validate(JSON.parse(cases['json-schema'].main) as object, json))
    return json
  },
  protobuf: (value: Buffer): unknown => {
    const root = new protobuf.Root()
    for (const file of [cases.protobuf.main, ...Object.values(cases.protobuf.references)]) protobuf.parse(file, root)
    const type = root.lookupType('shop.Order')
    return type.toObject(type.decode(value.subarray(1)), { longs: Number })
  },
}

for (const format of ['avro', 'json-schema', 'protobuf'] as const) {
  test(`${format}: what a schema refers to is registered before it, and its values are read with both`, async (t) => {
    // An enum's values must be known.
    const layout = format === 'avro' ? [fields[0], fields[1], enumField] : fields
    const registry = registryOf()
    const encoder = createEncoder(await connectorFor(t, format), registry)(layout)
    await encoder.prepare()
    const names = Object.keys(cases[format].references)
    assert.deepEqual(
      registry.registered.map(([subject]) => subject),
      [...names, 'my-topic-value'],
    )
    const [first, second] = names.map((name) => ({ name, subject: name, version: 3 }))
    assert.deepEqual(
      registry.options.map((options) => options?.references),
      [[], [first], [second]],
    )
    const values = valuesOf(encoder.encode(batchOf(layout, ...rows))).map((value) => value.subarray(5))
    assert.deepEqual(JSON.parse(JSON.stringify(values.map(decoders[format]))), orders)
  })
}

test('imports of a .proto file are found below its folder', async (t) => {
  const { main, references } = cases.protobuf
  const folder = await folderWith(t, { 'main.proto': main, ...references })
  const schema = join(folder, 'main.proto')
  const registry = registryOf()
  const encoder = createEncoder(
    encodedConnector({ format: 'protobuf', schema, schemaReferences: [] }),
    registry,
  )(fields)
  await encoder.prepare()
  assert.deepEqual(
    registry.registered.map(([subject]) => subject),
    ['shop/currency.proto', 'shop/money.proto', 'my-topic-value'],
  )
  const [value] = valuesOf(encoder.encode(batchOf(fields, rows[0])))
  assert.deepEqual(decoders.protobuf(value.subarray(5)), orders[0])
  assert.deepEqual(await filesOfModel(schema), [schema, ...Object.keys(references).map((name) => join(folder, name))])
  const model = await loadModel(schema)
  assert.deepEqual(
    model.columns.map(({ name }) => name),
    ['id', 'total.amount', 'total.currency', 'total.other'],
  )
})

test('no import leads out of the folder of a .proto file', async (t) => {
  const main = (path: string): string => `syntax = "proto3"; import "${path}"; message A { Money total = 1; }`
  const folder = await folderWith(t, {
    'outside.proto': 'syntax = "proto3"; message Money { int64 amount = 1; }',
    'inside/up.proto': main('../outside.proto'),
  })
  await writeFile(join(folder, 'inside/root.proto'), main(join(folder, 'outside.proto')))
  for (const name of ['up', 'root'])
    await assert.rejects(loadModel(join(folder, `inside/${name}.proto`)), {
      code: 'SCHEMA_INVALID',
      message: /unknown import; found import ".*outside\.proto".*below the folder of this \.proto file/,
    })
})

const enumField = {
  ...fields[2],
  vector: 'dictionary' as const,
  dictionary: ['EUR', 'USD'],
}

test('a schema that refers to what is not named says what would name it', async (t) => {
  for (const [format, message] of [
    ['avro', /main\.avsc: not a valid Avro schema: undefined type/],
    ['json-schema', /main\.json: \/properties\/total\/\$ref: a reference outside the schema.*value\.schema_references/],
    ['protobuf', /main\.proto: unknown import; found import "shop\/money\.proto".*value\.schema_references/],
  ] as const) {
    const connector = await connectorFor(t, format)
    const bare = { ...connector, value: { ...connector.value, schemaReferences: [] } }
    assert.throws(() => createEncoder(bare, null)(fields), { code: 'SCHEMA_INVALID', message })
  }
})

test('a mention is told from a text that only looks like one', () => {
  const record = (type: unknown): object => ({ type: 'record', name: 'a.b.R', fields: [{ name: 'x', type }] })
  assert.ok(refersTo(record({ type: 'array', items: ['null', 'T'] }), 'a.b.T', 'AVRO'))
  assert.ok(!refersTo({ ...record('string'), doc: 'a.b.T' }, 'a.b.T', 'AVRO'))
  assert.ok(refersTo({ items: { $ref: 'x.json#/a' } }, 'x.json', 'JSON'))
  assert.ok(!refersTo({ description: 'x.json' }, 'x.json', 'JSON'))
  assert.ok(refersTo('syntax = "proto3";\nimport public "x.proto";', 'x.proto', 'PROTOBUF'))
  assert.ok(!refersTo('// import "x.proto";', 'x.proto', 'PROTOBUF'))
})

test('references and normal form are said in the configuration', async () => {
  const value = { schema: 'order.avsc', schema_references: { 'shop.Money': 'money.avsc' }, normalize: true }
  const connector = (more: object): ReturnType<typeof parseConnector> =>
    parseConnector(plainSource({ name: 'c', topic: 't', value, ...more }, 'test'), { env: {}, folder: '/f' })
  const parsed = connector({ model: 'm.json' })
  assert.deepEqual(parsed.value.schemaReferences, [{ name: 'shop.Money', file: '/f/money.avsc' }])
  assert.ok(parsed.value.normalize)
  assert.ok((await inputsOf(parsed, {})).includes('/f/money.avsc'))
  assert.throws(() => connector({}), { message: /no model; expected model, value\.schema and the kafka sink/ })
})
