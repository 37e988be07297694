import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import type { ConnectorConfig } from '#src/config/connector.js'
import { parseConnector } from '#src/config/parse-connector.js'
import { resolveConnector } from '#src/config/resolve-connector.js'
import { plainSource } from '#src/config/source.js'
import { checkOffline } from '#src/connector/check-offline.js'
import { createEncoder } from '#src/encode/create.js'
import type { GenesisError } from '#src/errors.js'
import { conditionShare } from '#src/model/condition-share.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
import type { Field } from '#src/record.js'
import { encodedConnector, valuesOf } from '../../../support/encoded.js'
import { drawn, known, text } from '../../../support/layouts.js'
import { shipped } from '../../../support/genesis.js'

/** The blocks of a page in a language. */
async function blocksOf(page: string, language: string): Promise<string[]> {
  const text = await readFile(shipped(`docs/${page}`), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) => block)
}

test('the schema of schemas.md is one', async () => {
  const [schema] = await blocksOf('schemas.md', 'json')
  const model = await loadModel(JSON.parse(schema) as object)
  assert.ok(conditionShare(model, { userid: 'User_3' }) > 0.1)
})

test('the declarations of declared.md are models', async (t) => {
  const [products, buyers] = await blocksOf('declared.md', 'yaml')
  const folder = await mkdtemp(join(tmpdir(), 'genesis-docs-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'products.yaml')
  await writeFile(file, products)
  assert.equal((await loadModel(file)).fields.length, 8)
  const models = dirname(shipped('models/customers.json'))
  await writeFile(file, buyers.replace('customers.json', join(models, 'customers.json')))
  assert.ok((await loadModel(file)).fields.some(({ name }) => name === 'vip'))
})

test('the lives of lives.md are those that ship, and go from their beginning to their end', async () => {
  const [orders] = await blocksOf('lives.md', 'yaml')
  const shippedOrders = shipped('examples/shop/models/order.yaml')
  assert.deepEqual(parse(orders), parse(await readFile(shippedOrders, 'utf8')))
  const model = await loadModel(shippedOrders)
  const rows = toRows(openGenerator(model, { capacity: 4000 }).generate(4000))
  const first = rows.filter(({ order_id: id }) => id === 1)
  assert.equal(first[0].status, 'placed')
  assert.deepEqual(new Set(rows.map(({ status }) => status)), new Set(Object.keys(statesOf(parse(orders)))))
  assert.ok(rows.every(({ paid_at: at, method }) => (at === null) === (method === null)))
})

const statesOf = (document: unknown): object => (document as { lives: { states: object } }).lives.states

test('the call of datagen.md is understood', async () => {
  const [lines] = await blocksOf('datagen.md', 'sh')
  const { name, config } = JSON.parse(/-d '(\{[\s\S]*?\})'/.exec(lines)![1]) as {
    name: string
    config: Record<string, string>
  }
  const folders = { models: '/m', schemas: '/s', files: null, secrets: null, variables: null }
  const { errors, connectors } = resolveConnector({ name, config, file: null }, {}, folders)
  assert.deepEqual(errors, [])
  assert.equal(connectors[0].throughput.rate, 20)
})

/** The lines of a page's blocks without a language: messages. */
async function messagesOf(page: string): Promise<string[]> {
  const text = await readFile(shipped(`docs/${page}`), 'utf8')
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].flatMap(([, language, block]) =>
    language === '' ? block.trimEnd().split('\n') : [],
  )
}

const products = (price: string): string => `name: products
columns:
  id: { kind: sequence, start: 1000 }
  price: { distribution: log-normal, median: 20, spread: ${price} }
  value: { expression: prise * 2 }
  a: { expression: b + 1 }
  b: { expression: a + 1 }
`

test('the errors of declared.md are those of such a declaration', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-docs-'))
  t.after(() => rm(folder, { recursive: true }))
  const file = join(folder, 'products.yaml')
  const found: string[] = []
  // What is computed is judged once the columns that are drawn are right.
  for (const spread of ['0', '2']) {
    await writeFile(file, products(spread))
    const error = await loadModel(file).then(
      () => assert.fail(),
      (thrown: unknown) => thrown as GenesisError,
    )
    found.push(...(error.details.all ?? [error]).map(({ message }) => message.replace(file, 'models/products.yaml')))
  }
  for (const message of await messagesOf('declared.md'))
    assert.ok(found.includes(message), `${message}\n  is none of\n${found.join('\n')}`)
})

test('the errors of formats.md are those of its examples', async () => {
  const folder = shipped('examples/formats/')
  const fields = [
    drawn('id', 'integer'),
    { ...text('email'), nullable: true },
    known('status', 'string', ['new', 'lost']),
    drawn('total', 'decimal2', { range: [100, 50_000] }),
    drawn('created_at', 'timestamp'),
  ]
  const messages = (format: 'json-schema' | 'protobuf', schema: unknown, layout: readonly Field[]): string[] => {
    try {
      createEncoder(encodedConnector({ format, schema: schema as string }), null)(layout)
    } catch (error) {
      const { details, message } = error as GenesisError
      return (details.all?.map((one) => one.message) ?? [message]).map((one) =>
        one.replace(folder, 'examples/formats/'),
      )
    }
    return []
  }
  const found = [
    ...messages('json-schema', `${folder}order.schema.json`, fields),
    ...messages('protobuf', `${folder}shop.proto`, [drawn('id', 'integer'), { ...text('email'), nullable: true }]),
    ...messages(
      'protobuf',
      { protobuf: 'syntax = "proto3"; import "shop/money.proto"; message A { int64 id = 1; }' },
      fields,
    ),
  ]
  for (const message of await messagesOf('formats.md'))
    assert.ok(found.includes(message), `${message}\n  is none of\n${found.join('\n')}`)
})

test('the connectors of formats.md are taken, and its schemas with them', async () => {
  for (const block of await blocksOf('formats.md', 'yaml')) {
    const given = { name: 'docs', ...(parse(block) as object) }
    const source = plainSource({ topic: 'orders', ...given }, 'docs')
    const connector = parseConnector(source, { env: {}, folder: shipped('connectors') })
    if (connector.value.schemaReferences.length > 0) continue
    const { errors } = await checkOffline(connector, loadModel)
    assert.deepEqual(errors, [])
  }
})

test('the connector and the record of lives.md are those of the shop', async () => {
  const [, connector] = await blocksOf('lives.md', 'yaml')
  const [record] = await blocksOf('lives.md', 'json')
  const { name, topic, value, key, throughput } = parse(connector) as ConnectorConfig
  assert.equal(name, topic)
  assert.ok(throughput !== undefined)
  const model = await loadModel(shipped('examples/shop/models/order.yaml'))
  const generator = openGenerator(model, { capacity: 500, before: true, tombstones: true })
  const encoder = createEncoder(
    encodedConnector({ ...value, format: 'json' }, { name, topic, key }),
    null,
  )(generator.fields)
  await encoder.prepare()
  const values = valuesOf(encoder.encode(generator.generate(500))).filter(({ length }) => length > 0)
  const envelopes = values.map((one) => JSON.parse(one.toString()) as Envelope)
  const shown = JSON.parse(record.replaceAll(', …', '')) as Envelope
  const paid = envelopes.find(({ op, after }) => op === 'u' && after?.order_id === shown.after?.order_id)
  assert.ok(paid)
  assert.deepEqual(Object.keys(paid), Object.keys(shown))
  assert.deepEqual({ ...paid.source, ts_ms: 0 }, { ...shown.source, ts_ms: 0 })
  assert.deepEqual(
    [paid.before?.status, paid.after?.status, paid.ts_ms],
    [shown.before?.status, shown.after?.status, shown.ts_ms],
  )
})

interface Envelope {
  readonly before: Record<string, unknown> | null
  readonly after: Record<string, unknown> | null
  readonly source: Record<string, unknown>
  readonly op: string
  readonly ts_ms: number
}
