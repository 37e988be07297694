import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { throwErrors } from '#src/config/check.js'
import { readConnectors } from '#src/config/connector-file.js'
import { readSinks } from '#src/config/resolve-connector.js'
import { connectorJsonSchema } from '#src/config/connector-json-schema.js'
import { deliveryName, type ConnectorConfig } from '#src/config/connector.js'
import { plainSource, readSources } from '#src/config/source.js'
import { GenesisError } from '#src/errors.js'
import { folderWith } from './folder.js'

const base = { name: 'c', model: 'm.json' }
const validate = new Ajv2020({ allowUnionTypes: true, strictTypes: false }).compile(connectorJsonSchema('connector'))

function parse(keys: object): ConnectorConfig[] {
  const { connectors, errors } = readSinks(plainSource({ ...base, ...keys }, 'x'), { env: {}, folder: '/f' })
  throwErrors(errors)
  return connectors
}

function errorsOf(keys: object): string[] {
  try {
    parse(keys)
  } catch (error) {
    assert.ok(error instanceof GenesisError)
    return (error.details.all ?? [error]).map(({ message }) => message.replace(/^x: /, ''))
  }
  return []
}

describe('a connector with several sinks', () => {
  it('is one connector for each, with what they have in common', () => {
    const sinks = parse({
      topic: 'main',
      seed: 7,
      tasks: { max: 2 },
      throughput: { rate: 10, max_records: 100 },
      sinks: { live: { type: 'kafka' }, archive: { type: 'file', path: 'a.jsonl' } },
    })
    assert.deepEqual(sinks.map(deliveryName), ['c/live', 'c/archive'])
    assert.deepEqual(
      sinks.map(({ sink }) => sink),
      [{ type: 'kafka' }, { type: 'file', path: '/f/a.jsonl', format: 'json' }],
    )
    for (const { name, seed, tasks, throughput } of sinks) {
      const { rate, maxRecords } = throughput
      assert.deepEqual(
        { name, seed, tasks, rate, maxRecords },
        {
          name: 'c',
          seed: 7,
          tasks: { max: 2 },
          rate: 10,
          maxRecords: 100,
        },
      )
    }
  })

  it('can give each a topic, a form and a delivery of its own, key by key', () => {
    const [avro, json] = parse({
      topic: 'main',
      value: { schema: 's.avsc' },
      sinks: { avro: { type: 'kafka' }, json: { type: 'kafka', topic: 'other', value: { format: 'json' } } },
    })
    assert.deepEqual([avro.topic, json.topic], ['main', 'other'])
    assert.deepEqual([avro.value.format, json.value.format], ['avro', 'json'])
    assert.deepEqual([avro.value.schema, json.value.schema], ['/f/s.avsc', '/f/s.avsc'])
  })

  it('has timestamps in Kafka only, and must have a sink there to have any', () => {
    const archive = { type: 'file', path: 'a.jsonl' }
    const sinks = parse({ topic: 't', timestamp: 'at', sinks: { live: {}, archive } })
    assert.deepEqual(
      sinks.map(({ timestamp }) => timestamp),
      ['at', null],
    )
    const [error, ...more] = errorsOf({ timestamp: 'at', sinks: { archive } })
    assert.match(
      error,
      /^timestamp: only Kafka records have timestamps; found sink\.type file; expected sink\.type: kafka/,
    )
    assert.deepEqual(more, [])
    assert.match(errorsOf({ timestamp: 'at', sink: { type: 'stdout' } })[0], /^timestamp: .*found sink\.type stdout/)
  })

  it('is one connector like any other where it has only `sink`', () => {
    const [only, ...rest] = parse({ topic: 't' })
    assert.deepEqual([only.sinkName, deliveryName(only), rest], [null, 'c', []])
  })

  it('is told what is wrong with a sink where that stands, and what is wrong with all of them once', () => {
    const a = { type: 'file', path: 'a' }
    assert.deepEqual(errorsOf({ sink: { type: 'stdout' }, sinks: { a } }), [
      'sinks: sink and sinks exclude each other; found sink and sinks; expected one of the two',
    ])
    assert.match(errorsOf({ sinks: [a] })[0], /^sinks: not a map of sinks; found a list; expected/)
    assert.match(errorsOf({ sinks: {} })[0], /^sinks: not a map of sinks; found an empty map/)
    assert.match(errorsOf({ sinks: { a: 'ws://me:pw@host/' } })[0], /^sinks\.a: not a map of options; found a string;/)
    assert.match(errorsOf({ sinks: { 'a/b': a } })[0], /^sinks\.a\/b: not a valid sink name/)
    assert.match(errorsOf({ sinks: { a: { ...a, pth: 'x' } } })[0], /^sinks\.a\.pth: unknown key; .*expected path$/)
    assert.match(errorsOf({ sinks: { a: { ...a, seed: 1 } } })[0], /^sinks\.a\.seed: unknown key/)
    assert.match(errorsOf({ sinks: { a: { type: 'file' } } })[0], /^sinks\.a\.path: the file sink needs a path/)
    assert.match(errorsOf({ sinks: { a: { type: 'kafka' } } })[0], /^sinks\.a\.topic: the kafka sink needs a topic/)
    assert.match(
      errorsOf({ sinks: { a: { ...a, value: { format: 'x' } } } })[0],
      /^sinks\.a\.value\.format: wrong value/,
    )
    assert.deepEqual(
      errorsOf({ seed: -1, sinks: { a, b: { type: 'file', path: 'b' } } }).map((message) => message.split(';')[0]),
      ['seed: wrong value'],
    )
  })

  it('is refused where two sinks would write to one place', () => {
    for (const [keys, message] of [
      [
        { topic: 't', sinks: { a: { type: 'kafka' }, b: { type: 'kafka' } } },
        /sinks\.b: two sinks share the topic t; found that of a/,
      ],
      [
        { sinks: { a: { type: 'file', path: 'x' }, b: { type: 'file', path: './x' } } },
        /sinks\.b: two sinks share the path \/f\/x/,
      ],
      [{ sinks: { a: { type: 'stdout' }, b: { type: 'stdout' } } }, /two sinks share standard output/],
    ] as const) {
      const [error, ...more] = errorsOf(keys)
      assert.match(error, message)
      assert.deepEqual(more, [])
    }
    const url = 'ws://me:secret@host/'
    const [error] = errorsOf({ sinks: { a: { type: 'websocket', url }, b: { type: 'websocket', url } } })
    assert.match(error, /two sinks share the url host/)
    assert.doesNotMatch(error, /secret/)
  })

  it('has its lines in messages, and its name for itself', async (t) => {
    const sinks = (text: string) => `name: c\nmodel: m.json\nsinks:\n  a: { type: file, path: a }\n  b:\n    ${text}\n`
    const folder = await folderWith(t, {
      'bad.yaml': sinks('type: fil'),
      'good.yaml': sinks('{ type: file, path: b }'),
      'twin.yaml': `${sinks('type: stdout')}---\n${sinks('type: stdout')}`,
    })
    const bad = await readConnectors([join(folder, 'bad.yaml')], {})
    assert.deepEqual(bad.connectors, [])
    assert.match(bad.errors[0].message, /bad\.yaml:6:5: sinks\.b\.type: wrong value; found "fil"/)
    const good = await readConnectors([join(folder, 'good.yaml')], {})
    assert.deepEqual([good.connectors.map(deliveryName), good.errors], [['c/a', 'c/b'], []])
    const twin = await readConnectors([join(folder, 'twin.yaml')], {})
    assert.deepEqual(twin.connectors.map(deliveryName), ['c/a', 'c/b'])
    assert.deepEqual(
      twin.errors.map(({ code }) => code),
      ['CONNECTOR_DUPLICATE'],
    )
  })

  it('has an example', async () => {
    const file = new URL('../../../../examples/fan-out.yaml', import.meta.url).pathname
    const { connectors, errors } = await readConnectors([file], {})
    assert.deepEqual(errors, [])
    assert.deepEqual(
      connectors.map(deliveryName),
      ['live', 'debug', 'archive'].map((sink) => `customers-everywhere/${sink}`),
    )
    const [source] = await readSources(file)
    assert.ok(validate(source.value), JSON.stringify(validate.errors))
  })

  it('is in the JSON Schema, which takes one form or the other', () => {
    const file = { type: 'file', path: 'a' }
    assert.ok(validate({ ...base, sinks: { a: file, b: { type: 'kafka', topic: 't', value: { format: 'json' } } } }))
    assert.ok(validate({ ...base, sink: file }))
    for (const wrong of [{ sink: file, sinks: { a: file } }, { sinks: {} }, { sinks: { a: { ...file, seed: 1 } } }]) {
      assert.equal(validate({ ...base, ...wrong }), false, JSON.stringify(wrong))
    }
  })
})
