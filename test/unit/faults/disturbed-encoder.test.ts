import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import avro from 'avsc'
import { checkValue } from '#src/encode/check.js'
import { createEncoder } from '#src/encode/create.js'
import { valueSchema } from '#src/encode/value.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { connectorOf } from '../../support/connectors.js'
import { customers, generatorOf, recordsFrom, seen } from '../../support/disturbed.js'
import type { SeenRecord } from '../../support/disturbed.js'
import { decodedProto, prefix, registryOf, validJson } from '../../support/value-formats.js'

const json = { model: customers, sink: { type: 'kafka' }, topic: 't', key: 'id', value: { format: 'json' } }
const slots = 300

/** Records of the disturbed stream beside those of the undisturbed one; for faults that move nothing. */
async function beside(keys: object, disturb: object): Promise<[disturbed: SeenRecord, plain: SeenRecord][]> {
  const disturbed = await recordsFrom(connectorOf({ ...keys, disturb }), 0, [slots])
  const plain = await recordsFrom(connectorOf({ ...keys }), 0, [slots])
  return disturbed.map((record, i) => [record, plain[i]])
}

const row = (value: string | null): Record<string, unknown> => JSON.parse(value ?? '') as Record<string, unknown>

describe('in JSON', () => {
  test('a missing field is left out, and a null one is null; everything else is as it was', async () => {
    const disturb = { missing_field: { probability: 0.2 }, null: { probability: 0.2, fields: ['email', 'age'] } }
    let [missing, nulls] = [0, 0]
    for (const [disturbed, plain] of await beside(json, disturb)) {
      const { 'genesis.disturb': kind, 'genesis.field': field } = disturbed.labels
      const expected = row(plain.value)
      if (kind === 'missing_field') {
        missing++
        delete expected[field]
        assert.ok(!(field in row(disturbed.value)))
      } else if (kind === 'null') {
        nulls++
        assert.ok(['email', 'age'].includes(field))
        expected[field] = null
      } else assert.deepEqual(disturbed.labels, {})
      assert.deepEqual(row(disturbed.value), expected)
      assert.equal(disturbed.key, plain.key)
    }
    assert.ok(missing > 30 && nulls > 30)
  })

  test('a malformed value is a beginning of the value that is no JSON, and a tombstone is null under its key', async () => {
    let [malformed, tombstones] = [0, 0]
    const disturb = { malformed: { probability: 0.2 }, tombstone: { probability: 0.2 } }
    for (const [disturbed, plain] of await beside(json, disturb)) {
      assert.equal(disturbed.key, plain.key)
      const kind = disturbed.labels['genesis.disturb'] as string | undefined
      if (kind === 'malformed') {
        malformed++
        assert.ok(disturbed.value !== null && plain.value?.startsWith(disturbed.value) && disturbed.value.length > 0)
        assert.throws(() => row(disturbed.value))
      } else if (kind === 'tombstone') {
        tombstones++
        assert.equal(disturbed.value, null)
      } else assert.equal(disturbed.value, plain.value)
    }
    assert.ok(malformed > 30 && tombstones > 30)
  })

  test('a line stays a line, without labels', async () => {
    const lines = { ...json, topic: null, sink: { type: 'stdout', format: 'json' } }
    const disturb = { malformed: { probability: 0.3 }, null: { probability: 0.3 } }
    const pairs = await beside(lines, disturb)
    for (const [{ value, labels }] of pairs) {
      assert.match(value ?? '', /^[^\n]*\n$/)
      assert.deepEqual(labels, {})
    }
    assert.ok(pairs.filter(([disturbed, plain]) => disturbed.value !== plain.value).length > 100)
  })
})

test('in CSV a null field is an empty cell', async () => {
  const lines = { model: customers, sink: { type: 'stdout', format: 'csv' } }
  const cells = (value: string | null): string[] => (value ?? '').trimEnd().split(',')
  let nulls = 0
  for (const [disturbed, plain] of await beside(lines, { null: { probability: 0.3, fields: ['id'] } })) {
    if (cells(disturbed.value)[0] === '') nulls++
    else assert.equal(disturbed.value, plain.value)
    assert.deepEqual(cells(disturbed.value).slice(1), cells(plain.value).slice(1))
  }
  assert.ok(nulls > 50)
})

describe('in Avro', () => {
  const schema = {
    type: 'record',
    name: 'Customer',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'segment', type: 'string', default: 'unknown' },
      { name: 'email', type: ['null', 'string'] },
    ],
  }
  const container = (disturb: object, more: object = { schema }): ConnectorConfig =>
    connectorOf({ model: customers, sink: { type: 'file', path: '/tmp/x.avro', format: 'avro' }, value: more, disturb })

  test('a missing field has its default, or null without one; only fields that can be are chosen', async () => {
    const connector = container({ missing_field: { probability: 0.4 }, null: { probability: 0.2 } })
    const { fields } = await generatorOf(connector)
    const type = valueSchema(connector, fields).type
    const plain = await recordsFrom(container({}), 0, [slots])
    const records = await recordsFrom(connector, 0, [slots])
    const decode = (value: string | null): Record<string, unknown> => ({
      ...(type.fromBuffer(Buffer.from(value ?? '', 'latin1')) as object),
    })
    const changes = new Set<string>()
    records.forEach(({ value }, i) => {
      const [now, before] = [decode(value), decode(plain[i].value)]
      for (const name of Object.keys(now))
        if (JSON.stringify(now[name]) !== JSON.stringify(before[name]))
          changes.add(`${name}: ${JSON.stringify(now[name])}`)
    })
    assert.deepEqual([...changes].sort(), ['email: null', 'segment: "unknown"'])
  })

  test('a derived schema has null for the fields that are named', async () => {
    const connector = container({ null: { probability: 0.4, fields: ['id', 'segment'] } }, {})
    const { fields } = await generatorOf(connector)
    const { type } = valueSchema(connector, fields)
    assert.ok(type instanceof avro.types.RecordType)
    const records = await recordsFrom(connector, 0, [slots])
    const nulls = records.filter(({ value }) => {
      const { id, segment } = type.fromBuffer(Buffer.from(value ?? '', 'latin1')) as { id: unknown; segment: unknown }
      return id === null || segment === null
    })
    assert.ok(nulls.length > 80)
  })

  test('a malformed value keeps the schema id and cannot be decoded', async () => {
    const connector = connectorOf({ ...json, value: { schema }, disturb: { malformed: { probability: 0.5 } } })
    const { fields } = await generatorOf(connector)
    const generator = await generatorOf(connector)
    const registry = {
      register: () => Promise.resolve(7),
      lookup: () => Promise.resolve(7),
      latest: () => Promise.reject(new Error('not asked for')),
      versionOf: () => Promise.resolve(1),
      compatibility: () => Promise.resolve({ compatible: true, messages: [] }),
    }
    const encoder = createEncoder(connector, registry)(fields)
    await encoder.prepare()
    const { type } = valueSchema(connector, fields)
    let malformed = 0
    for (const { value, labels } of seen(encoder.encode(generator.generate(slots)))) {
      const bytes = Buffer.from(value ?? '', 'latin1')
      assert.equal(bytes.readInt32BE(1), 7)
      if (!('genesis.disturb' in labels)) type.fromBuffer(bytes.subarray(5))
      else {
        malformed++
        assert.throws(() => void type.fromBuffer(bytes.subarray(5)))
      }
    }
    assert.ok(malformed > 100)
  })

  test('a field that can be neither null nor missing is refused at start, by its name', async () => {
    const check = async (disturb: object, more: object): Promise<void> => {
      const connector = container(disturb, more)
      checkValue(connector, (await generatorOf(connector)).fields)
    }
    const strict = { ...schema, fields: schema.fields.slice(0, 1) }
    await assert.rejects(check({ null: { probability: 0.1, fields: ['id'] } }, { schema }), {
      code: 'CONFIG_INVALID',
    })
    await assert.rejects(check({ missing_field: { probability: 0.1, fields: ['id'] } }, { schema }), {
      code: 'CONFIG_INVALID',
    })
    await assert.rejects(check({ missing_field: { probability: 0.1 } }, { schema: strict }), {
      code: 'CONFIG_INVALID',
      message: /no field that can be missing/,
    })
  })
})

describe('refused at start', () => {
  const refused = (keys: object, message: RegExp): void => {
    assert.throws(() => connectorOf({ ...json, ...keys }), { code: 'CONFIG_INVALID', message })
  }
  const some = { probability: 0.1 }

  test('is what a sink cannot express', () => {
    const csv = { topic: null, sink: { type: 'stdout', format: 'csv' } }
    refused({ ...csv, disturb: { tombstone: some } }, /only the kafka sink has tombstones/)
    refused({ ...csv, disturb: { malformed: some } }, /truncated CSV line/)
    refused({ ...csv, disturb: { missing_field: some } }, /cannot omit cells/)
    refused({ key: null, disturb: { tombstone: some } }, /a tombstone needs a key/)
    const container = { topic: null, sink: { type: 'file', path: 'x.avro', format: 'avro' } }
    refused({ ...container, disturb: { malformed: some } }, /whole block/)
  })

  test('are probabilities that leave no truth to compare with', () => {
    refused({ disturb: { malformed: { probability: 0.6 }, null: { probability: 0.5 } } }, /too few records/)
    refused(
      { disturb: { late: { probability: 0.3 }, out_of_order: { probability: 0.3 } } },
      /too many records would be moved/,
    )
    refused({ disturb: { late: { probability: 2 } } }, /disturb\.late\.probability/)
  })

  test('are kinds and columns that there are not', async () => {
    refused({ disturb: { early: some } }, /early/)
    const stranger = connectorOf({ ...json, disturb: { null: { probability: 0.1, fields: ['nonsense'] } } })
    await assert.rejects(generatorOf(stranger), { code: 'CONFIG_INVALID', message: /disturb\.null\.fields.*nonsense/ })
  })
})

describe('in formats with a schema of their own', () => {
  for (const format of ['json-schema', 'protobuf'] as const) {
    test(`${format}: a missing field and a null one are written as the schema of the whole record allows`, async () => {
      const connector = connectorOf({
        ...json,
        value: { format },
        disturb: {
          missing_field: { probability: 0.2, fields: ['email'] },
          null: { probability: 0.2, fields: ['age'] },
        },
      })
      const registry = registryOf()
      const generator = await generatorOf(connector)
      const encoder = createEncoder(connector, registry)(generator.fields)
      await encoder.prepare()
      const records = seen(encoder.encode(generator.generate(slots)))
      assert.equal(new Set(registry.registered.map(([, schema]) => JSON.stringify(schema))).size, 1)
      const kinds = records.map(({ labels }) => labels['genesis.disturb'])
      assert.ok(kinds.filter((kind) => kind === 'missing_field').length > 30)
      assert.ok(kinds.filter((kind) => kind === 'null').length > 30)
      const values = records.map(({ value }) => Buffer.from(value ?? '', 'latin1').subarray(prefix.length))
      const encoded = { schema: registry.registered[0][1], subject: '', values }
      const rows = format === 'protobuf' ? decodedProto(encoded) : (validJson(encoded) as Record<string, unknown>[])
      rows.forEach((record, i) => {
        if (kinds[i] === 'missing_field') assert.ok(!('email' in record))
        if (kinds[i] === 'null') assert.equal(record.age ?? null, null)
      })
    })
  }

  test('a malformed Protobuf message is refused: it could be whole', () => {
    assert.throws(
      () => connectorOf({ ...json, value: { format: 'protobuf' }, disturb: { malformed: { probability: 0.1 } } }),
      { code: 'CONFIG_INVALID', message: /a truncated Protobuf message can be a valid one/ },
    )
  })
})
