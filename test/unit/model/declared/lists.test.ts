import assert from 'node:assert/strict'
import { test } from 'node:test'
import avro from 'avsc'
import { disturbKinds, type DisturbConfig } from '#src/config/disturb.js'
import { parseSchema } from '#src/encode/avro/schema.js'
import { containerEncoder } from '#src/encode/create.js'
import { lineEncoder } from '#src/encode/lines.js'
import { DisturbedGenerator } from '#src/model/faults/disturbed-generator.js'
import { loadModel } from '#src/model/load.js'
import { openGenerator } from '#src/model/open.js'
import { toRows, type Row } from '#src/model/rows.js'
import type { ColumnBatch } from '#src/record.js'
import { valuesOf } from '../../../support/encoded.js'

const line = {
  type: 'record',
  name: 'line',
  fields: [
    { name: 'product', type: 'string' },
    { name: 'quantity', type: { type: 'int', 'arg.properties': { range: { min: 1, max: 5 } } } },
    { name: 'sizes', type: { type: 'array', items: ['null', 'double'] } },
    { name: 'vendor', type: { type: 'record', name: 'vendor', fields: [{ name: 'city', type: ['null', 'string'] }] } },
  ],
}

/** Arrays and maps of values and records, in each other, missing and empty, drawn and given. */
const order = {
  type: 'record',
  name: 'order',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'tags', type: { type: 'array', items: 'string', 'arg.properties': { length: { min: 0, max: 4 } } } },
    { name: 'lines', type: { type: 'array', items: line } },
    { name: 'attributes', type: { type: 'map', values: 'long' } },
    {
      name: 'places',
      type: [
        'null',
        {
          type: 'map',
          values: { type: 'record', name: 'place', fields: [{ name: 'zip', type: 'int' }] },
          'arg.properties': { keys: { options: ['home', 'work'] }, missing: 0.3 },
        },
      ],
    },
    {
      name: 'picks',
      type: { type: 'array', items: ['null', 'string', 'int'], 'arg.properties': { options: [['a', null, 3], []] } },
    },
  ],
}

/** Records as avsc decodes them: unions unwrapped, as in JSON. */
function decoded(batch: ColumnBatch): unknown[] {
  const encoded = containerEncoder(batch.fields, parseSchema(order, 'order')).encode(batch)
  const type = avro.Type.forSchema(order as avro.Schema)
  return valuesOf(encoded).map((value) => JSON.parse(JSON.stringify(type.fromBuffer(value))) as unknown)
}

function json(batch: ColumnBatch): unknown[] {
  return valuesOf(lineEncoder('json', batch.fields).encode(batch)).map(
    (value) => JSON.parse(value.toString()) as unknown,
  )
}

async function rows(count: number, shard = 0, shards = 1): Promise<Row[]> {
  return toRows(openGenerator(await loadModel(order), { capacity: count, shard, shards }).generate(count))
}

test('Avro and JSON have what the rows have', async () => {
  const batch = openGenerator(await loadModel(order), { capacity: 1200 }).generate(1200)
  const table = toRows(batch)
  assert.deepEqual(json(batch), table)
  assert.deepEqual(decoded(batch), table)
})

test('lengths, keys and missing lists are as the schema says', async () => {
  const table = await rows(2000)
  const lengths = new Set(table.map(({ tags }) => (tags as unknown[]).length))
  assert.deepEqual([...lengths].sort(), [0, 1, 2, 3])
  const missing = table.filter(({ places }) => places === null).length
  assert.ok(missing > 500 && missing < 700, String(missing))
  for (const { places, picks } of table) {
    assert.ok(places === null || Object.keys(places as object).every((key) => key === 'home' || key === 'work'))
    assert.ok([3, 0].includes((picks as unknown[]).length))
  }
})

test('lists depend on nothing but the position', async () => {
  const whole = await rows(900)
  for (const shard of [0, 1, 2]) {
    const own = await rows(300, shard, 3)
    assert.deepEqual(
      own,
      whole.filter((_, position) => position % 3 === shard),
    )
  }
  const generator = openGenerator(await loadModel(order), { capacity: 10 })
  generator.start(777)
  assert.deepEqual(toRows(generator.generate(10)), whole.slice(777, 787))
})

test('lists move with their records where these are disturbed', async () => {
  const none = Object.fromEntries(disturbKinds.map((kind) => [kind, 0])) as DisturbConfig['probabilities']
  const config: DisturbConfig = {
    probabilities: { ...none, late: 0.05, duplicate: 0.05 },
    lateBy: 20,
    outOfOrderWithin: 10,
    missingFields: null,
    nullFields: null,
    seed: 3,
  }
  const plain = await rows(2100)
  const inner = openGenerator(await loadModel(order), { capacity: 600 })
  const batch = new DisturbedGenerator(inner, config, 0, 1, 500).generate(500)
  const { positions } = batch.faults!
  assert.deepEqual(
    json(batch),
    Array.from({ length: 500 }, (_, i) => plain[positions[i]]),
  )
  assert.deepEqual(decoded(batch), json(batch))
})

test('conditions reach how long a list is', async () => {
  const generator = openGenerator(await loadModel(order), { capacity: 200, conditions: { 'tags#length': 3 } })
  assert.ok(toRows(generator.generate(200)).every(({ tags }) => (tags as unknown[]).length === 3))
})

test('a record nested in itself ends at once', async () => {
  const tree = {
    type: 'record',
    name: 'tree',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'children', type: { type: 'array', items: 'tree' } },
      { name: 'byName', type: { type: 'map', values: ['null', 'tree'] } },
      { name: 'next', type: ['null', 'tree'] },
    ],
  }
  const batch = openGenerator(await loadModel(tree), { capacity: 3 }).generate(3)
  assert.deepEqual(toRows(batch)[0], { id: 1, children: [], byName: {} })
  const encoded = containerEncoder(batch.fields, parseSchema(tree, 'tree')).encode(batch)
  const type = avro.Type.forSchema(tree as avro.Schema)
  assert.deepEqual(
    { ...(type.fromBuffer(valuesOf(encoded)[1]) as object) },
    { id: 2, children: [], byName: {}, next: null },
  )
  const endless = { type: 'record', name: 'a', fields: [{ name: 'b', type: 'a' }] }
  await assert.rejects(
    loadModel(endless),
    /field b: a record nested in itself without end; found "a"; expected a recursion that ends/,
  )
})
