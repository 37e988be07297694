import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { connectKeys, unknownKeys } from '#src/config/connect-keys.js'
import { readConnectors } from '#src/config/connector-file.js'
import type { ConnectorConfig } from '#src/config/connector.js'
import { datagenClass } from '#src/config/connector-class.js'
import { resolveConnector } from '#src/config/resolve-connector.js'
import { quickstarts } from '#src/config/datagen/quickstarts.js'
import type { RawConfig } from '#src/config/raw-connector.js'
import { checkOffline } from '#src/connector/check-offline.js'
import { folderWith } from './folder.js'

const folders = { models: '/m', schemas: '/s', files: null, secrets: null, variables: null }
const json = {
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
}
const bare = { 'connector.class': datagenClass, 'kafka.topic': 'views', ...json }
const minimal = { ...bare, quickstart: 'pageviews' }

/** A configuration as REST gives it: texts. */
function connectorOf(config: RawConfig): ConnectorConfig {
  const { connectors, errors } = resolveConnector({ name: 'views', config, file: null }, {}, folders)
  assert.deepEqual(errors, [])
  return connectors[0]
}

function errorsOf(config: RawConfig): string[] {
  return resolveConnector({ name: 'views', config, file: null }, {}, folders).errors.map(({ message }) => message)
}

describe("kafka-connect-datagen's configurations", () => {
  it('are taken as they are', () => {
    const connector = connectorOf({
      ...minimal,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'max.interval': '100',
      iterations: '10000000',
      'tasks.max': '2',
      'random.seed': '-1',
    })
    assert.equal(connector.topic, 'views')
    assert.equal(connector.model, connector.value.schema)
    assert.deepEqual([connector.key, connector.keyFormat, connector.value.format], ['viewtime', 'string', 'json'])
    // Each task waits for half of the interval on average, and sends so many.
    assert.deepEqual([connector.throughput.rate, connector.throughput.maxRecords], [40, 20_000_000])
    assert.deepEqual([connector.tasks.max, connector.seed, connector.delivery], [2, 2 ** 53 - 1, 'exactly-once'])
    assert.deepEqual(
      connector.headers.map(({ name }) => name),
      ['task.generation', 'task.id', 'current.iteration'],
    )
  })

  it('have its defaults: two records a second from a task, without end, Avro', () => {
    const { throughput, value, tasks } = connectorOf({ ...minimal, 'value.converter': '' })
    assert.deepEqual([throughput.rate, throughput.maxRecords, tasks.max, value.format], [4, null, 1, 'avro'])
    assert.equal(connectorOf({ ...minimal, 'max.interval': '0' }).throughput.rate, null)
    assert.equal(connectorOf({ ...minimal, 'max.interval': '-1', iterations: '0' }).throughput.maxRecords, null)
    assert.equal(connectorOf({ ...minimal, 'max.interval': '10', 'throughput.rate': '7' }).throughput.rate, 7)
  })

  it("may have Confluent's converters for JSON Schema and Protobuf", () => {
    for (const [converter, format] of [
      ['io.confluent.connect.json.JsonSchemaConverter', 'json-schema'],
      ['io.confluent.connect.protobuf.ProtobufConverter', 'protobuf'],
    ])
      assert.equal(connectorOf({ ...minimal, 'value.converter': converter }).value.format, format)
  })

  it('name a schema in one of three ways', () => {
    const schema = { type: 'record', name: 'r', fields: [{ name: 'a', type: 'int' }] }
    const inline = connectorOf({
      ...bare,
      'schema.string': JSON.stringify(schema),
      'schema.keyfield': 'a',
      quickstart: '',
    })
    assert.deepEqual([inline.model, inline.key], [schema, 'a'])
    assert.equal(connectorOf({ ...bare, 'schema.filename': 'own.avsc' }).model, '/s/own.avsc')
    // Its own schemas are found by their file names.
    const named = connectorOf({ ...bare, 'schema.filename': 'users_schema.avro' })
    assert.deepEqual([named.model, named.key], [quickstarts.users.schema, null])
    assert.equal(connectorOf({ ...bare, quickstart: 'USERS' }).key, 'userid')
  })

  it('are refused where they say what is not done here', () => {
    const one = 'Must set exactly one of schema.string, schema.filename, quickstart'
    assert.deepEqual(errorsOf(bare), [`views: quickstart: ${one}; found none`])
    assert.match(
      errorsOf({ ...minimal, 'schema.string': '{}' })[0],
      new RegExp(`${one}; found schema.string and quickstart`),
    )
    assert.deepEqual(errorsOf({ ...minimal, quickstart: 'pageview' }), [
      'views: quickstart: unknown quickstart; found pageview; expected pageviews',
    ])
    const first = (config: RawConfig): string => errorsOf({ ...minimal, ...config })[0]
    assert.match(first({ 'kafka.topic': '' }), /^views: kafka.topic: missing key/)
    assert.match(
      first({ 'value.converter.schemas.enable': '' }),
      /^views: value.converter.schemas.enable: embedding the schema in each record/,
    )
    assert.match(
      first({ 'value.converter': 'x.ThriftConverter' }),
      /^views: value.converter: this converter is not supported for values/,
    )
    assert.match(first({ iterations: 'many' }), /^views: iterations: not a number; found many/)
    assert.match(first({ 'random.seed': '1.5' }), /^views: random.seed: not a number/)
    assert.match(first({ 'max.intervall': '5' }), /^views: max.intervall: unknown key.*Did you mean max.interval\?/)
    assert.match(first({ transforms: 'a' }), /^views: transforms: transformations are not supported/)
    assert.match(first({ topic: 't' }), /^views: topic: not supported by this connector class/)
    assert.match(first({ 'schema.filename': '../x', quickstart: '' }), /^views: schema.filename: a path outside/)
  })

  it('may be files: as they are sent, or as properties', async (t) => {
    const lines = Object.entries(minimal).map(([key, value]) => `${key}=${value}`)
    const folder = await folderWith(t, {
      'views.json': JSON.stringify({ name: 'views', config: { ...minimal, 'max.interval': 100 } }),
      'own.properties': ['name=own', ...lines].join('\n'),
      'bad.json': JSON.stringify({ name: 'bad', config: { ...minimal, quickstart: 'nothing-like-it' } }),
    })
    const { connectors, errors } = await readConnectors(
      ['views.json', 'own.properties', 'bad.json'].map((name) => `${folder}/${name}`),
      {},
    )
    assert.deepEqual(
      connectors.map(({ name, throughput }) => [name, throughput.rate]),
      [
        ['views', 20],
        ['own', 4],
      ],
    )
    assert.match(errors[0].message, /bad\.json:1:1: quickstart: unknown quickstart/)
  })

  it('have every quickstart, each of which makes records with its key', async () => {
    assert.equal(Object.keys(quickstarts).length, 38)
    for (const quickstart of Object.keys(quickstarts)) {
      const connector = connectorOf({ ...minimal, quickstart, 'value.converter': '' })
      assert.deepEqual((await checkOffline(connector)).errors, [], quickstart)
    }
  })

  it('have settings of converters that are kept without effect, and named', () => {
    const config = { ...minimal, 'value.converter.schema.registry.url': 'http://r:8081', 'errors.tolerance': 'all' }
    assert.deepEqual(connectKeys('views', config, folders).errors, [])
    assert.deepEqual(unknownKeys(config), ['value.converter.schema.registry.url', 'errors.tolerance'])
  })
})
