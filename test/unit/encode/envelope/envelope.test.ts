import assert from 'node:assert/strict'
import { test } from 'node:test'
import avsc from 'avsc'
import type { SubjectRegistry } from '#src/encode/subject.js'
import { createEncoder } from '#src/encode/create.js'
import type { EncodedConnector } from '#src/encode/encoded-connector.js'
import type { Generator } from '#src/model/generator.js'
import { openGenerator } from '#src/model/open.js'
import { toRows, type Row } from '#src/model/rows.js'
import type { EncodedBatch } from '#src/record.js'
import { encodedConnector, keysOf } from '../../../support/encoded.js'
import { livesModel } from '../../../support/lives.js'

const lives = {
  states: {
    made: { next: { used: 0.7, gone: 0.3 }, after: '1m' },
    used: { next: { gone: 0.5, end: 0.5 }, after: '2m', set: { used_at: { kind: 'time' }, by: { kind: 'email' } } },
    gone: { deletes: true },
  },
}
const model = await livesModel(lives)
const count = 1500

function connector(format: 'json' | 'avro', envelope: EncodedConnector['value']['envelope']): EncodedConnector {
  return encodedConnector({ format, envelope }, { name: 'things', topic: 'my-things', key: 'id' })
}

/** A registry that keeps the last schema it was given. */
class Kept implements SubjectRegistry {
  schema: unknown = null
  register(_: string, schema: unknown): Promise<number> {
    this.schema = schema
    return Promise.resolve(258)
  }
  lookup(): Promise<number> {
    return Promise.reject(new Error('not asked for'))
  }
  versionOf(): Promise<never> {
    return Promise.reject(new Error('not asked for'))
  }
  latest(): Promise<never> {
    return Promise.reject(new Error('not asked for'))
  }
  compatibility(): Promise<{ compatible: boolean; messages: string[] }> {
    return Promise.resolve({ compatible: true, messages: [] })
  }
}

function generator(tombstones = false): Generator {
  return openGenerator(model, { capacity: count, before: true, tombstones })
}

/** In batches of several sizes, as copies. */
async function encoded(
  format: 'json' | 'avro',
  envelope: EncodedConnector['value']['envelope'],
  registry = new Kept(),
): Promise<{ keys: string[]; values: (Buffer | null)[] }> {
  const source = generator()
  const encoder = createEncoder(connector(format, envelope), registry)(source.fields)
  await encoder.prepare()
  const [keys, values]: [string[], (Buffer | null)[]] = [[], []]
  for (const size of [1, 2, 700, 797]) {
    const batch = encoder.encode(source.generate(size))
    keys.push(...keysOf(batch).map(String))
    values.push(...valuesIn(batch))
  }
  return { keys, values }
}

function valuesIn({ bytes, offsets, length, nullValues }: EncodedBatch): (Buffer | null)[] {
  return Array.from({ length }, (_, i) => {
    if (nullValues?.[i] !== 1) return Buffer.from(bytes.subarray(offsets[2 * i + 1], offsets[2 * i + 2]))
    assert.equal(offsets[2 * i + 1], offsets[2 * i + 2])
    return null
  })
}

interface Envelope {
  readonly before: Row | null
  readonly after: Row | null
  readonly source: Row
  readonly op: string
  readonly ts_ms: number
}

/** Each change starts from where the one before it led. */
function assertChain(envelopes: readonly Envelope[], timeOf: (row: Row) => number): void {
  const now = new Map<unknown, Row>()
  for (const { before, after, op, ts_ms: ms, source } of envelopes) {
    const { id } = (before ?? after)!
    assert.deepEqual(before, now.get(id) ?? null)
    assert.equal(op, before === null ? 'c' : after === null ? 'd' : 'u')
    assert.deepEqual([source.name, source.table, source.ts_ms], ['things', 'my-things', ms])
    if (after === null) now.delete(id)
    else {
      now.set(id, after)
      assert.equal(timeOf(after), ms)
    }
  }
}

const rows = toRows(generator().generate(count))
const isGone = ({ state }: Row): boolean => state === 'gone'

test('upserts are the plain rows, with null where an entity is deleted', async () => {
  for (const format of ['json', 'avro'] as const) {
    const [plain, upserts] = [await encoded(format, 'none'), await encoded(format, 'upsert')]
    assert.deepEqual(upserts.keys, plain.keys)
    assert.deepEqual(
      upserts.values,
      plain.values.map((value, i) => (isGone(rows[i]) ? null : value)),
    )
  }
})

test('in JSON, an envelope has the row before and after', async () => {
  const { keys, values } = await encoded('json', 'debezium')
  const envelopes = values.map((value) => JSON.parse(String(value)) as Envelope)
  assert.deepEqual(Object.keys(envelopes[0]), ['before', 'after', 'source', 'op', 'ts_ms'])
  assertChain(envelopes, ({ time }) => Date.parse(String(time)))
  envelopes.forEach(({ before, after }, i) => {
    assert.equal(keys[i], String(rows[i].id))
    assert.deepEqual(after, isGone(rows[i]) ? null : rows[i])
    if (before !== null) assert.equal(before.id, rows[i].id)
  })
})

test('a deletion in it is followed by a record with its key and no value', async () => {
  const source = generator(true)
  const encoder = createEncoder(connector('json', 'debezium'), new Kept())(source.fields)
  await encoder.prepare()
  const [keys, values]: [string[], (Buffer | null)[]] = [[], []]
  for (const size of [3, 700, 797]) {
    const batch = encoder.encode(source.generate(size))
    keys.push(...keysOf(batch).map(String))
    values.push(...valuesIn(batch))
  }
  const envelopes = values.map((value) => (value === null ? null : (JSON.parse(String(value)) as Envelope)))
  assertChain(
    envelopes.filter((one) => one !== null),
    ({ time }) => Date.parse(String(time)),
  )
  const isDeletion = (i: number): boolean => envelopes[i]?.op === 'd'
  assert.ok(envelopes.some((_, i) => isDeletion(i)))
  const seen = keys.map((key, i) => (i === 0 ? -1 : keys.lastIndexOf(key, i - 1)))
  envelopes.forEach((envelope, i) => assert.equal(envelope === null, seen[i] >= 0 && isDeletion(seen[i])))
})

test('in Avro, it is that of the schema in the registry', async () => {
  const registry = new Kept()
  const { values } = await encoded('avro', 'debezium', registry)
  assert.equal((registry.schema as { namespace: string }).namespace, 'genesis.my_things')
  const type = avsc.Type.forSchema(registry.schema as avsc.Schema)
  const envelopes = values.map((value) => {
    assert.deepEqual([...value!.subarray(0, 5)], [0, 0, 0, 1, 2])
    return JSON.parse(JSON.stringify(type.fromBuffer(value!.subarray(5)))) as Envelope
  })
  assertChain(envelopes, ({ time }) => Number(time))
})

test("the schema of the rows may be the connector's own", async () => {
  const registry = new Kept()
  const schema = {
    type: 'record',
    name: 'Thing',
    fields: [
      { name: 'id', type: 'int' },
      { name: 'state', type: 'string' },
    ],
  }
  const given = connector('avro', 'debezium')
  const encoder = createEncoder({ ...given, value: { ...given.value, schema } }, registry)(generator().fields)
  await encoder.prepare()
  const [value] = valuesIn(encoder.encode(generator().generate(1)))
  const envelope = avsc.Type.forSchema(registry.schema as avsc.Schema).fromBuffer(value!.subarray(5)) as Envelope
  assert.deepEqual({ ...envelope.after }, { id: 0, state: 'made' })
})
