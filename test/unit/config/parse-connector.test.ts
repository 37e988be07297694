import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ConnectorConfig } from '#src/config/connector.js'
import { parseConnector } from '#src/config/parse-connector.js'
import { plainSource } from '#src/config/source.js'
import { GenesisError } from '#src/errors.js'
import { folderWith } from './folder.js'

const minimal = { name: 'c', model: 'm.json', topic: 't' }

const plain = { adaptive: null, arrivals: 'even', shape: { type: 'constant', speed: 1 }, eventTime: 'model' }

function parse(value: unknown, env: Record<string, string> = {}): ConnectorConfig {
  return parseConnector(plainSource(value, 'x'), { env, folder: '/configs' })
}

function errorsOf(value: unknown, env: Record<string, string> = {}): string[] {
  try {
    parse(value, env)
  } catch (error) {
    assert.ok(error instanceof GenesisError)
    return (error.details.all ?? [error]).map(({ message }) => message.replace(/^x: /, ''))
  }
  return []
}

describe('a connector', () => {
  it('says everything that can be said', () => {
    const config = parse({
      ...minimal,
      topic_creation: { enabled: false, partitions: 3, replication_factor: 2, config: { 'retention.ms': 1000 } },
      key: 'id',
      key_format: 'long',
      value: { format: 'avro', schema: '../schemas/c.avsc', auto_register: false, use_latest: true, subject: 's' },
      conditions: { segment: 'premium', 'a.b': ['>', 1], not: { 'x.y': { z: null } } },
      throughput: { interval: '1.5s', batch_size: 10, max_records: 100 },
      delivery: 'at-least-once',
      transaction: { boundary: 'batch', interval: '1s', timeout: '5m' },
      compression: 'gzip',
      producer: { client: 'kafkajs', max_batch_size: '512KiB' },
      tasks: { max: 4 },
      seed: 2 ** 53 - 1,
      errors: { policy: 'skip', max_retries: -1, backoff_factor: 1.5, initial_backoff: '1s', max_backoff: '1h' },
    })
    assert.deepEqual(config.topicCreation, {
      enabled: false,
      partitions: 3,
      replicationFactor: 2,
      config: { 'retention.ms': '1000' },
    })
    assert.equal(config.value.schema, '/schemas/c.avsc')
    assert.deepEqual(config.conditions, { segment: 'premium', 'a.b': ['>', 1], not: { 'x.y': { z: null } } })
    assert.deepEqual(config.throughput, {
      rate: null,
      batchSize: 10,
      intervalMs: 1500,
      maxRecords: 100,
      ...plain,
    })
    assert.deepEqual(config.producer, { client: 'kafkajs', maxBatchBytes: 512 * 1024 })
    assert.deepEqual(config.errors, {
      policy: 'skip',
      maxRetries: Infinity,
      retryTimeoutMs: Infinity,
      backoffFactor: 1.5,
      initialBackoffMs: 1000,
      maxBackoffMs: 3_600_000,
    })
  })

  it('has an inline schema, and sinks of other types', () => {
    const schema = { type: 'record', name: 'R', fields: [] }
    assert.deepEqual(parse({ ...minimal, value: { schema } }).value.schema, schema)
    assert.deepEqual(parse({ name: 'c', model: 'm', sink: { type: 'file', path: 'out.avro', format: 'avro' } }).sink, {
      type: 'file',
      path: '/configs/out.avro',
      format: 'avro',
    })
    assert.deepEqual(parse({ name: 'c', model: 'm', sink: { type: 'stdout', format: 'csv' } }).sink, {
      type: 'stdout',
      format: 'csv',
    })
  })

  it('names the key that was meant, elsewhere too', () => {
    const meant = (value: object): string => errorsOf({ ...minimal, ...value })[0].replace(/^.*expected /, '')
    assert.equal(meant({ conditons: {} }), 'conditions')
    assert.equal(meant({ key_fromat: 'long' }), 'key_format')
    assert.equal(meant({ Topic_Creation: {} }), 'topic_creation')
    assert.equal(meant({ rate: 5 }), 'throughput.rate')
    assert.equal(meant({ errors: { max_retry: 5 } }), 'errors.max_retries')
    assert.match(meant({ zzzzzzzzz: 5 }), /^one of name, model, topic/)
    assert.match(meant({ constructor: 5 }), /^one of name, model, topic/)
  })

  it('needs a name, and a model or a schema', () => {
    assert.deepEqual(errorsOf({ topic: 't' }), [
      'missing key; found no name; expected a name of letters, digits, ".", "_" and "-", starting with a letter or digit, at most 128 characters',
      'model: a model or a schema is required; found neither; expected model: a model file, or value.schema: a schema',
    ])
    assert.match(errorsOf({ ...minimal, name: null })[0], /^name: wrong value; found nothing; expected a name/)
    assert.match(errorsOf(['a'])[0], /^not a map of options; found \["a"\]; expected a map with name, model/)
  })

  it('keeps the rules that concern several keys', () => {
    const broken = (value: object, base: object = minimal): string[] => errorsOf({ ...base, ...value })
    assert.match(broken({ throughput: { rate: 1, interval: '1s' } })[0], /^throughput.interval: rate and interval/)
    assert.match(broken({}, { name: 'c', model: 'm' })[0], /^topic: the kafka sink needs a topic/)
    assert.match(broken({ topic: '__consumer_offsets' })[0], /internal to Kafka/)
    assert.match(broken({ sink: { type: 'file' } })[0], /^sink.path: the file sink needs a path/)
    assert.match(broken({ sink: { path: 'p' } })[0], /^sink.path: only the file sink has a path/)
    assert.match(
      broken({ sink: { type: 'stdout', format: 'avro' } })[0],
      /^sink.format: the stdout sink has no format avro; found avro; expected one of json, csv/,
    )
    assert.match(broken({ compression: 'lz4', producer: { client: 'kafkajs' } })[0], /^compression: kafkajs does not/)
    assert.match(broken({ transaction: { interval: '1m', timeout: '1m' } })[0], /^transaction.timeout: .* time out/)
    const looked = { value: { subject_strategy: 'record', use_latest: true } }
    assert.match(broken(looked)[0], /^value.subject_strategy: the subject's name depends on the schema/)
    assert.match(broken({ headers: { a: {} } })[0], /^headers: not a valid header value; found header "a"/)
    assert.match(
      broken({ headers: { a: 'b' }, sink: { type: 'stdout' } })[0],
      /^headers: only Kafka records have headers/,
    )
    assert.match(broken({ errors: { initial_backoff: '2s', max_backoff: '1s' } })[0], /^errors.max_backoff/)
  })

  it('is not told of a rule when one of its keys is wrong in itself', () => {
    assert.deepEqual(errorsOf({ name: 'c', model: 'm', sink: { type: 'kafak' } }), [
      'sink.type: wrong value; found "kafak"; expected one of kafka, stdout, file, websocket, websocket-server',
    ])
  })

  it('has numbers as numbers, unless they come from elsewhere', () => {
    assert.match(errorsOf({ ...minimal, seed: '5' })[0], /^seed: wrong value; found "5"/)
    assert.match(errorsOf({ ...minimal, topic: 5 })[0], /^topic: wrong value; found 5; expected a topic name/)
    assert.match(errorsOf({ ...minimal, throughput: { interval: 500 } })[0], /found 500; expected a duration with its/)
    assert.equal(parse({ ...minimal, seed: '${env:X}' }, { X: '5' }).seed, 5)
    for (const X of ['5x', '0x5', '', ' 5', '5.5', '9007199254740993']) {
      assert.throws(() => parse({ ...minimal, seed: '${env:X}' }, { X }), { code: 'CONFIG_INVALID' })
    }
    for (const X of ['yes', 'TRUE', '1', '']) {
      const topic_creation = { enabled: '${env:X}' }
      assert.throws(() => parse({ ...minimal, topic_creation }, { X }), { code: 'CONFIG_INVALID' })
    }
  })
})

describe('placeholders', () => {
  it('stand for environment variables, in whole or in part, in numbers too', () => {
    const config = parse(
      {
        ...minimal,
        topic: 'a-${env:STAGE}-${env:ZONE:-eu}',
        seed: '${env:SEED}',
        conditions: { x: ['=', '${env:X}'] },
      },
      { STAGE: 'test', SEED: '7', X: 'y' },
    )
    assert.deepEqual([config.topic, config.seed, config.conditions], ['a-test-eu', 7, { x: ['=', 'y'] }])
  })

  it('stand for keys of properties files, and for files', async (t) => {
    const folder = await folderWith(t, { 's.properties': '# secrets\ntopic = orders\n', token: 'abc\n' })
    const source = plainSource(
      { ...minimal, topic: '${file:s.properties:topic}', value: { subject: '${file:token}' } },
      'x',
    )
    const config = parseConnector(source, { env: {}, folder })
    assert.deepEqual([config.topic, config.value.subject], ['orders', 'abc'])
  })

  it('can be written as themselves', () => {
    assert.deepEqual(parse({ ...minimal, conditions: { x: '$${env:X} ${y} $z' } }).conditions, {
      x: '${env:X} ${y} $z',
    })
  })

  it('that lead nowhere are told all at once', async (t) => {
    const folder = await folderWith(t, { 's.properties': 'a=b\n' })
    const topic = '${env:A}${env:B}${file:s.properties:c}${file:none:c}${vault:x}'
    const source = plainSource({ ...minimal, topic }, 'x')
    assert.throws(
      () => parseConnector(source, { env: {}, folder }),
      (error: GenesisError) => {
        assert.equal(error.code, 'SECRET_UNRESOLVED')
        const messages = error.details.all?.map(({ message }) => message.replaceAll(`${folder}/`, ''))
        assert.deepEqual(messages, [
          'x: topic: environment variable A is not set; found ${env:A}',
          'x: topic: environment variable B is not set; found ${env:B}',
          'x: topic: file s.properties has no key c; found ${file:s.properties:c}',
          'x: topic: file none cannot be read (ENOENT); found ${file:none:c}',
          'x: topic: unknown provider vault: placeholders start with env: or file:; found ${vault:x}',
        ])
        return true
      },
    )
  })

  it('stand for a whole list of maps, and for values in its maps', async (t) => {
    const reference = { column: 'customer_id', connector: 'customers.yaml', key: '${env:KEY}' }
    const folder = await folderWith(t, { 'references.json': JSON.stringify([{ ...reference, among: '5' }]) })
    const referencesOf = (references: unknown) =>
      parseConnector(plainSource({ ...minimal, references }, 'x'), { env: { KEY: 'id' }, folder }).references
    const expected = { column: 'customer_id', key: 'id', among: 5 }
    for (const written of ['${file:references.json}', [{ ...reference, among: 5 }]]) {
      const [{ column, key, among }] = referencesOf(written)
      assert.deepEqual({ column, key, among }, expected)
    }
    const misspelled = JSON.stringify([{ ...reference, keys: 'id' }])
    assert.throws(() => referencesOf(misspelled), { message: /^x: references\.0\.keys: unknown key/ })
  })

  it('never show what they stand for', () => {
    const messages = errorsOf(
      {
        ...minimal,
        seed: '${env:SECRET}',
        topic: '${env:SECRET} ',
        topic_creation: { config: { a: ['${env:SECRET}'] } },
        tasks: '${env:SECRET}',
        '${env:SECRET}': 1,
      },
      { SECRET: 'hunter2' },
    )
    assert.equal(messages.length, 5)
    for (const message of messages) assert.doesNotMatch(message, /hunter2/)
  })
})
