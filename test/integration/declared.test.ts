import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { parseConnector } from '#src/config/parse-connector.js'
import { resolveConnector } from '#src/config/resolve-connector.js'
import { plainSource } from '#src/config/source.js'
import { loadWorker } from '#src/config/worker-file.js'
import type { VerifyReport } from '#src/verify/report.js'
import { verifyConnector } from '#src/verify/verify-connector.js'
import { deliver } from '../support/deliver.js'
import { foreignValues } from '../support/foreign-values.js'
import { committedNow, deleteAfter, uniqueName } from '../support/kafka.js'
import { registryUrl } from '../support/registry.js'

/** Delivers a connector's records from two tasks, and compares the topic with its stream. */
async function delivered(
  t: TestContext,
  records: number,
  keys: object,
): Promise<{ topic: string; report: VerifyReport }> {
  const topic = uniqueName('test-declared')
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, topic, checkpoints)
  const config = { name: topic, topic, topic_creation: { partitions: 2 }, tasks: { max: 2 }, ...keys }
  const connector = parseConnector(plainSource(config, 'test'), { env: {}, folder: '/' })
  const worker = await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: checkpoints })
  await deliver(connector, worker, records)
  return { topic, report: await verifyConnector(connector, worker) }
}

interface Pageview {
  readonly id: bigint
  readonly viewtime: bigint
  readonly userid: string
  readonly email: string | null
  readonly address: { readonly city: string; readonly zip: number }
}

const pageview = {
  type: 'record',
  name: 'pageview',
  namespace: 'shop',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'viewtime', type: { type: 'long', 'arg.properties': { iteration: { start: 1, step: 10, restart: 101 } } } },
    { name: 'userid', type: { type: 'string', 'arg.properties': { regex: 'User_[1-9]' } } },
    { name: 'email', type: ['null', 'string'], default: null },
    { name: 'created_at', type: { type: 'long', logicalType: 'timestamp-millis' } },
    {
      name: 'address',
      type: {
        type: 'record',
        name: 'address',
        fields: [
          { name: 'city', type: 'string' },
          { name: 'zip', type: 'int' },
        ],
      },
    },
  ],
}

test('a schema alone makes a topic that is exact, and that other clients read', async (t) => {
  const { topic, report } = await delivered(t, 3000, {
    key: 'userid',
    value: { schema: pageview },
    conditions: { userid: ['!=', 'User_7'] },
  })
  assert.deepEqual([report.exact, report.found], [true, 3000])
  const reader = new SchemaRegistry({ host: registryUrl() })
  const values = await foreignValues(topic, 3000)
  const views = (await Promise.all(values.map((value) => reader.decode(value)))) as Pageview[]
  assert.deepEqual(
    views.map(({ id }) => Number(id)).sort((a, b) => a - b),
    Array.from({ length: 3000 }, (_, position) => position + 1),
  )
  for (const { id, viewtime, userid, email, address } of views) {
    assert.equal(Number(viewtime), 1 + ((10 * (Number(id) - 1)) % 100))
    assert.match(userid, /^User_[1-689]$/)
    assert.ok(email === null || /@/.test(email))
    assert.ok(address.city.length > 0 && address.zip >= 10_000)
  }
})

test('a schema alone makes JSON too, with objects for its records', async (t) => {
  const { topic, report } = await delivered(t, 1000, { value: { format: 'json', schema: pageview } })
  assert.equal(report.exact, true)
  const [first] = await committedNow(topic)
  const { address, ...view } = JSON.parse(String(first.value)) as { address: object }
  assert.deepEqual(Object.keys(view), ['id', 'viewtime', 'userid', 'email', 'created_at'])
  assert.deepEqual(Object.keys(address), ['city', 'zip'])
})

test('a declared model makes a topic that is exact, with faults on purpose in it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'genesis-declared-'))
  t.after(() => rm(folder, { recursive: true }))
  const model = join(folder, 'products.yaml')
  await writeFile(
    model,
    `columns:
  id: { kind: sequence, start: 1000 }
  category: { values: [tools, toys, books], weights: [3, 1, 1] }
  price: { distribution: log-normal, median: 20, spread: 2, scale: 2 }
  stock: { distribution: uniform, min: 0, max: 500 }
  value: { expression: price * stock }
  label: { expression: '"a " + category' }
`,
  )
  const { report } = await delivered(t, 2000, {
    model,
    key: 'id',
    conditions: { category: ['!=', 'toys'], value: ['>', 1000] },
    disturb: { duplicate: { probability: 0.01 }, late: { probability: 0.01 } },
  })
  assert.deepEqual([report.exact, report.found], [true, 2000])
})

test("a configuration of kafka-connect-datagen makes a topic that is exact, with datagen's headers", async (t) => {
  const topic = uniqueName('test-declared')
  const checkpoints = uniqueName('test-checkpoints')
  deleteAfter(t, topic, checkpoints)
  const config = {
    'connector.class': 'io.confluent.kafka.connect.datagen.DatagenConnector',
    'kafka.topic': topic,
    quickstart: 'orders',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    'tasks.max': '2',
  }
  const worker = await loadWorker(null, { ...process.env, GENESIS_CHECKPOINTS_TOPIC: checkpoints })
  const { connectors } = resolveConnector({ name: topic, config, file: null }, {}, worker.rest)
  await deliver(connectors[0], worker, 600)
  const { exact, found } = await verifyConnector(connectors[0], worker)
  assert.deepEqual([exact, found], [true, 600])
  const records = await committedNow(topic)
  for (const { key, value, headers } of records) {
    const { orderid, address } = JSON.parse(String(value)) as { orderid: number; address: object }
    assert.equal(key, String(orderid))
    assert.deepEqual(Object.keys(address), ['city', 'state', 'zipcode'])
    assert.deepEqual(headers, [
      ['task.generation', '0'],
      ['task.id', String(orderid % 2)],
      ['current.iteration', String(Math.floor(orderid / 2))],
    ])
  }
})

test('lists and maps make a topic that is exact, disturbed or not', async (t) => {
  const line = {
    type: 'record',
    name: 'line',
    fields: [
      { name: 'product', type: 'string' },
      { name: 'sizes', type: { type: 'array', items: 'int' } },
    ],
  }
  const schema = {
    type: 'record',
    name: 'order',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'lines', type: { type: 'array', items: line } },
      { name: 'rates', type: ['null', { type: 'map', values: 'double' }], default: null },
    ],
  }
  for (const disturb of [undefined, { late: { probability: 0.02 }, null: { probability: 0.02, fields: ['rates'] } }]) {
    const { topic, report } = await delivered(t, 1000, { key: 'id', value: { schema }, ...(disturb && { disturb }) })
    assert.deepEqual([report.exact, report.found], [true, 1000])
    const reader = new SchemaRegistry({ host: registryUrl() })
    const [first] = await foreignValues(topic, 1)
    const { lines } = (await reader.decode(first)) as { lines: { product: string; sizes: number[] }[] }
    assert.ok(lines.length >= 1 && lines.every(({ product, sizes }) => product !== '' && sizes.length >= 1))
  }
})
