import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { resolveConnector } from '#src/config/parse-connector.js'
import { conditionShare } from '#src/model/condition-share.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows } from '#src/model/rows.js'
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
